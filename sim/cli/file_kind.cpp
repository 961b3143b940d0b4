#include "sim/cli/file_kind.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "sim/base/problem.h"
#include "sim/output/journal_record.h"

namespace sim::cli {
namespace {

constexpr std::string_view kHdf5{"\x89HDF\r\n\x1a\n", 8};

// Where a scenario's result goes unless -o says otherwise.
std::string result_of(const std::string& scenario) {
  return (std::filesystem::path("results") / std::filesystem::path(scenario).stem()).string() + ".h5";
}

}  // namespace

FileKind kind_of(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    std::ifstream in(path, std::ios::binary);
    std::string begin(output::kHeaderPrefix, '\0');
    in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(in.gcount()));
    if (begin.starts_with(kHdf5)) return FileKind::result;
    if (begin.size() == output::kHeaderPrefix && output::decode_header_prefix(begin).problem.empty())
      return FileKind::journal;
  }
  return path.ends_with(".toml") ? FileKind::scenario : FileKind::unknown;
}

void expect_scenario(const std::string& path) {
  const FileKind kind = kind_of(path);
  if (kind == FileKind::result)
    throw UsageError(
        fmt::format("{0} is a result, and a scenario is wanted. To read it: partnersim summary {0}. For more "
                    "replications: partnersim extend {0} -n MORE",
                    path));
  if (kind == FileKind::journal)
    throw UsageError(
        fmt::format("{} is the journal of a run or a shard, and a scenario is wanted. To go on with a run, give its "
                    "scenario and --resume; to join shards: partnersim merge",
                    path));
}

void expect_results(const std::vector<std::string>& paths, const std::string& command) {
  for (const std::string& path : paths) {
    const FileKind kind = kind_of(path);
    if (kind == FileKind::result && command == "merge")
      throw UsageError(fmt::format("{} is a result already, and merge joins shards. Leave it out", path));
    if (kind == FileKind::scenario && std::filesystem::exists(path))
      throw UsageError(command == "merge"
                           ? fmt::format("{0} is a scenario, and merge joins its shards. First: partnersim run {0} "
                                         "--shard 1/4, and so on",
                                         path)
                           : fmt::format("{0} is a scenario, and {1} reads results. First: partnersim run {0}. Then: "
                                         "partnersim {1} {2}",
                                         path, command, result_of(path)));
  }
}

std::string command_for(const std::string& path) {
  switch (kind_of(path)) {
    case FileKind::scenario:
      return "partnersim run " + path;
    case FileKind::result:
      return "partnersim summary " + path;
    case FileKind::journal:
      return "partnersim merge " + path + " …";
    case FileKind::unknown:
      break;
  }
  return {};
}

}  // namespace sim::cli
