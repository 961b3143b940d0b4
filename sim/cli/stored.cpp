#include "sim/cli/stored.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/output/netcdf_file.h"

namespace sim::cli {
namespace {

std::vector<std::string> lines_of(const output::NetcdfReader& file, const char* variable) {
  std::vector<std::string> lines;
  std::istringstream text(file.exists(variable) ? file.read_scalar<std::string>(variable) : std::string());
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

StoredExperiment read_stored(const std::filesystem::path& path, const Domain& domain, int threads,
                             output::Trust trust) {
  output::refuse_journal(path);
  const output::NetcdfReader file(path, trust);
  if (!file.exists("/provenance/scenario_text") || !file.exists("/provenance/fingerprint"))
    throw InputOutputError(fmt::format("{}: not a partnersim result (it has no /provenance)", path.string()));
  StoredExperiment stored;
  stored.source = {path.string(), file.read_scalar<std::string>("/provenance/scenario_text"),
                   lines_of(file, "/provenance/assignments"), lines_of(file, "/provenance/vary")};
  stored.loaded = load(parse_document(stored.source.file, stored.source.text),
                       {stored.source.assignments, stored.source.vary, threads}, domain);
  if (output::fingerprint(stored.loaded.header) != file.read_scalar<std::string>("/provenance/fingerprint"))
    throw InputOutputError(
        fmt::format("{}: made by another version ({}) or with another layout of random numbers: this program does not "
                    "draw its futures. "
                    "Run the scenario anew first",
                    path.string(), file.read_scalar<std::string>("/provenance/version")));
  stored.replications = file.read<std::uint32_t>("/points/replications");
  return stored;
}

std::size_t point_of(const std::string& text, const output::ResultHeader& header, const std::string& file) {
  const std::vector<std::string>&labels = header.point_labels, &ids = header.variants;
  const auto found = std::find(labels.begin(), labels.end(), text);
  if (found != labels.end()) return static_cast<std::size_t>(found - labels.begin());
  if (std::count(ids.begin(), ids.end(), text) == 1)
    return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), text) - ids.begin());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number < labels.size()) return number;
  const std::vector<std::string_view> names(
      labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(labels.size(), 50)));
  throw UsageError(fmt::format("{} is not a point of {}: there are points 0 to {}. {}", text, file, labels.size() - 1,
                               did_you_mean(text, names, "Labels")));
}

}  // namespace sim::cli
