#include "sim/cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/count_option.h"
#include "sim/cli/terminal.h"
#include "sim/engine/runner.h"
#include "sim/output/file_place.h"
#include "sim/report/table.h"

namespace sim::cli {
namespace {

std::string nearest_option(const std::string& given, const options::options_description& description) {
  std::vector<std::string> names;
  for (const auto& option : description.options()) names.push_back("--" + option->long_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return did_you_mean(given, views, "Options");
}

// All of them at once.
void refuse_unknown(const options::parsed_options& parsed, const options::options_description& description) {
  UsageProblems problems;
  for (const auto& option : parsed.options) {
    if (!option.unregistered || option.original_tokens.empty()) continue;
    const std::string name = option.original_tokens.front().substr(0, option.original_tokens.front().find('='));
    if (name.starts_with('-'))
      problems.add(fmt::format("{} is not an option. {}", name, nearest_option(name, description)));
  }
  problems.raise();
}

}  // namespace

options::variables_map parse(const Words& words, const options::options_description& description,
                             const char* positional, int most_positional) {
  options::positional_options_description places;
  options::options_description all;
  all.add(description);
  if (positional != nullptr) {
    places.add(positional, -1);
    all.add_options()(positional, options::value<std::vector<std::string>>());
  }
  options::variables_map values;
  try {
    // No guessing of abbreviated names: a later option could change what an old script means.
    const int style = options::command_line_style::unix_style & ~options::command_line_style::allow_guessing;
    refuse_unknown(
        options::command_line_parser(words).options(all).positional(places).style(style).allow_unregistered().run(),
        description);
    options::store(options::command_line_parser(words).options(all).positional(places).style(style).run(), values);
    options::notify(values);
  } catch (const options::too_many_positional_options_error&) {
    throw UsageError("there is a word too many: only options are taken here");
  } catch (const options::error& error) {
    throw UsageError(error.what());
  }
  if (positional != nullptr && most_positional >= 0 && values.count(positional) != 0) {
    const auto& given = values[positional].as<std::vector<std::string>>();
    if (given.size() > static_cast<std::size_t>(most_positional))
      throw UsageError(
          fmt::format("{} is one word too many: there may be one {}. Values with spaces, braces or * need quotes: "
                      "--set 'scenario.months=60'",
                      given[static_cast<std::size_t>(most_positional)], positional));
  }
  return values;
}

void print_help(const std::string& synopsis, const std::string& example,
                const options::options_description& description) {
  std::ostringstream text;
  text << "For example:\n  " << example << "\n\nUsage:\n  " << synopsis << "\n\n" << description;
  print_result(text.str());
}

void add_run_options(options::options_description& description, const Domain& domain) {
  auto add = description.add_options();
  add("replications,n", options::value<std::string>()->value_name("N"), "possible futures to simulate");
  add("seed,s", options::value<std::string>()->value_name("SEED"), "names the random numbers");
  add("threads,t", options::value<std::string>()->value_name("N"), "worker threads");
  add("set", options::value<std::vector<std::string>>()->composing()->value_name("'PATH=VALUE'"),
      "change a value of the scenario; '*' matches one level");
  add("vary", options::value<std::vector<std::string>>()->composing()->value_name("'PATH=…'"),
      "points of a sweep: PATH=LO:HI:COUNT, PATH=A,B,C or, as factors, PATH=*0.5,*1,*2");
  add("precision", options::value<std::vector<std::string>>()->composing()->value_name("'OUTCOME=1%'"),
      fmt::format("stop when half the width of the 95 % interval is as small: {0}=1%, {0}.p05=500, {0}.difference=5%",
                  domain.headline)
          .c_str());
  add("quiet,q", "no progress and no messages");
  add("help,h", "this help");
}

void add_trust_option(options::options_description& description) {
  description.add_options()("trust",
                            "read a result that another program has changed on purpose, without its checksums");
}

output::Trust trust(const options::variables_map& values) {
  return values.count("trust") != 0 ? output::Trust::as_is : output::Trust::checked;
}

std::vector<std::string> given(const options::variables_map& values, const char* option) {
  return values.count(option) != 0 ? values[option].as<std::vector<std::string>>() : std::vector<std::string>();
}

namespace {

constexpr CountOption kThreads{"--threads", "4", {1, 4096}};

Range range_of(std::string_view path, const Domain& domain) {
  const auto found = std::find_if(domain.parameters.begin(), domain.parameters.end(),
                                  [&](const ParameterSpec& spec) { return spec.path == path; });
  return found != domain.parameters.end() ? found->range : Range{};
}

void add_precision(const options::variables_map& values, const Domain& domain, LoadRequest& request) {
  for (const std::string& text : given(values, "precision")) {
    const std::size_t equals = text.rfind('=');
    if (equals != std::string::npos)
      request.assignments.push_back(
          fmt::format("stop.precision.\"{}\"={}", text.substr(0, equals), text.substr(equals + 1)));
    else
      request.usage.add(
          fmt::format("--precision {} gives no amount. Write for example --precision '{}=1%'", text, domain.headline));
  }
}

}  // namespace

LoadRequest request_of(const options::variables_map& values, const Domain& domain) {
  LoadRequest request{given(values, "set"), given(values, "vary"), 1, {}};
  request.threads =
      values.count("threads") == 0
          ? default_threads()
          : static_cast<int>(read_count(kThreads, values["threads"].as<std::string>(), request.usage).value_or(1));
  add_precision(values, domain, request);
  if (values.count("format") != 0) {
    try {
      parse_format(values["format"].as<std::string>());
    } catch (const UsageError& error) {
      request.usage.add(error.what());
    }
  }
  const auto count = [&](const char* option, const char* name, const char* key, const char* example) {
    return values.count(option) == 0
               ? std::nullopt
               : read_count({name, example, range_of(key, domain)}, values[option].as<std::string>(), request.usage);
  };
  if (count("seed", "-s", "scenario.seed", "7"))
    request.assignments.push_back("scenario.seed=" + values["seed"].as<std::string>());
  // Last and in plain digits, as extend puts it too: what it makes has the bytes of one run.
  if (const auto replications = count("replications", "-n", "scenario.replications", "100_000"))
    request.assignments.push_back(fmt::format("scenario.replications={}", *replications));
  return request;
}

int threads(const options::variables_map& values) {
  if (values.count("threads") == 0) return default_threads();
  return static_cast<int>(read_count(kThreads, values["threads"].as<std::string>()));
}

std::filesystem::path result_path(const std::string& name) {
  if (name.empty()) throw UsageError("-o '' names no file. Write for example -o results/mine.h5");
  if (name == "-")
    throw UsageError(
        "-o - means standard output, and a result is an HDF5 file with a name: -o mine.h5. The summary is on standard "
        "output anyway, with --format csv for other programs");
  const std::filesystem::path path(name);
  if (!path.has_filename())
    throw UsageError(fmt::format("-o {} is a folder. Name a file in it: -o {}", name, (path / "mine.h5").string()));
  constexpr std::array<std::string_view, 10> kTables{".csv", ".tsv",  ".txt",  ".xlsx", ".xls",
                                                     ".ods", ".json", ".html", ".md",   ".pdf"};
  const std::string extension = path.extension().string();
  if (std::find(kTables.begin(), kTables.end(), extension) != kTables.end()) {
    const std::string format = extension == ".json" ? "json" : "csv";
    const auto with = [&path](const std::string& other) {
      return std::filesystem::path(path).replace_extension(other);
    };
    throw UsageError(fmt::format("-o {}: a result is an HDF5 file. For a table: -o {} --format {} > {}", name,
                                 with(".h5").string(), format, with("." + format).string()));
  }
  if (extension == ".journal" || extension == ".partial")
    throw UsageError(fmt::format("-o {}: names in {} are of what a run keeps while it lasts. For example: -o {}", name,
                                 extension, std::filesystem::path(path).replace_extension().string()));
  if (output::what_else(path) == "a folder")
    throw output::NoFilePlace(
        fmt::format("{} is a folder. Name a file in it: -o {}", name, (path / "mine.h5").string()));
  return output::file_place(path);
}

std::filesystem::path configs_folder() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = program.parent_path().parent_path() / "share" / "partnersim" / "configs";
  if (std::filesystem::is_directory(installed, ignored)) return installed;
  // build/<preset>/partnersim inside a source tree
  for (auto folder = program.parent_path(); folder != folder.root_path(); folder = folder.parent_path())
    if (std::filesystem::is_directory(folder / "configs", ignored)) return folder / "configs";
  return {};
}

}  // namespace sim::cli
