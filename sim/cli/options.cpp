#include "sim/cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/terminal.h"
#include "sim/engine/runner.h"

namespace sim::cli {
namespace {

std::string nearest_option(const std::string& given, const options::options_description& description) {
  std::vector<std::string> names;
  for (const auto& option : description.options()) names.push_back("--" + option->long_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return did_you_mean(given, views, "Options");
}

// The path a problem is about: "shock.scandal" of "shock.scandal: evry is not a parameter".
std::string subject(const Problem& problem) { return problem.problem.substr(0, problem.problem.find_first_of(" :=")); }

bool same_or_inside(const std::string& path, const std::string& table) {
  return path == table || path.starts_with(table + ".");
}

// Copies are named by their count: while that is wrong, whoever names a copy would be called wrong too.
bool is_about_a_count(const Problem& problem) {
  return subject(problem).ends_with(".count") || problem.hint == "Did you mean count?";
}

// All problems at once: the model looks at a scenario even when some values could not be read, and what it
// finds is added unless it is about something that is in trouble already.
void add_model_problems(const Domain& domain, const std::shared_ptr<const Scenario>& scenario, Problems& problems) {
  const std::vector<Problem> known = problems.list();
  if (std::any_of(known.begin(), known.end(), is_about_a_count)) return;
  const auto follows = [&](const Problem& p) {
    return std::any_of(known.begin(), known.end(), [&](const Problem& k) {
      return same_or_inside(subject(p), subject(k)) || same_or_inside(subject(k), subject(p));
    });
  };
  try {
    domain.make_model(scenario);
  } catch (const ConfigurationError& error) {
    for (const Problem& p : error.problems())
      if (p.mark.line > 0 && !follows(p)) problems.add(p.mark, p.problem, p.reason, p.hint);
  } catch (const std::exception&) {
    // The scenario is not whole: what is known already comes first.
  }
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
    options::store(options::command_line_parser(words).options(all).positional(places).style(style).run(), values);
    options::notify(values);
  } catch (const options::unknown_option& error) {
    throw UsageError(fmt::format("{} is not an option. {}", error.get_option_name(),
                                 nearest_option(error.get_option_name(), description)));
  } catch (const options::error& error) {
    throw UsageError(error.what());
  }
  if (positional != nullptr && most_positional >= 0 && values.count(positional) != 0) {
    const auto& given = values[positional].as<std::vector<std::string>>();
    if (given.size() > static_cast<std::size_t>(most_positional))
      throw UsageError(fmt::format("{} is one word too many: there may be one {}", given[static_cast<std::size_t>(most_positional)], positional));
  }
  return values;
}

void print_help(const std::string& synopsis, const std::string& example, const options::options_description& description) {
  std::ostringstream text;
  text << "For example:\n  " << example << "\n\nUsage:\n  " << synopsis << "\n\n" << description;
  print_result(text.str());
}

std::string question_of(const std::string& text) {
  std::size_t at = 0;
  if (text.starts_with("\xEF\xBB\xBF")) at = 3;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    if (line[0] != '#') return {};
    const std::size_t first = line.find_first_not_of("# \t");
    if (first != std::string::npos) return line.substr(first);
  }
  return {};
}

LoadedScenario load(Document document, const std::vector<std::string>& assignments, const Domain& domain) {
  Problems problems;
  for (const std::string& assignment : assignments) set_value(document, assignment, problems, domain.parameters);
  problems.raise();
  auto scenario = std::make_shared<const Scenario>(resolve(document, domain.parameters, problems));
  if (!problems.empty()) add_model_problems(domain, scenario, problems);
  problems.raise();

  LoadedScenario loaded;
  loaded.scenario = scenario;
  loaded.model = domain.make_model(scenario);
  loaded.header.question = question_of(scenario->source_text());
  loaded.header.currency = scenario->text("scenario.currency");
  loaded.header.start = scenario->text("scenario.start");
  loaded.header.seed = static_cast<std::uint64_t>(scenario->integer("scenario.seed"));
  loaded.header.source = {scenario->file(), scenario->source_text(), assignments, {}};
  loaded.header.resolved_text = scenario->resolved_text();
  loaded.header.point_labels = {"base"};
  return loaded;
}

LoadedScenario load(const std::string& path, const std::vector<std::string>& assignments, const Domain& domain) {
  LoadedScenario loaded = load(read_document(path), assignments, domain);
  loaded.stem = path == "-" ? "stdin" : std::filesystem::path(path).stem().string();
  return loaded;
}

void add_run_options(options::options_description& description) {
  description.add_options()
      ("replications,n", options::value<std::string>()->value_name("N"), "possible futures to simulate")
      ("seed,s", options::value<std::string>()->value_name("SEED"), "names the random numbers")
      ("threads,t", options::value<int>()->value_name("N"), "worker threads")
      ("set", options::value<std::vector<std::string>>()->composing()->value_name("'PATH=VALUE'"),
       "change a value of the scenario; '*' matches one level")
      ("quiet,q", "no progress and no messages")
      ("help,h", "this help");
}

std::vector<std::string> assignments(const options::variables_map& values) {
  std::vector<std::string> list;
  if (values.count("set") != 0) list = values["set"].as<std::vector<std::string>>();
  if (values.count("replications") != 0) list.push_back("scenario.replications=" + values["replications"].as<std::string>());
  if (values.count("seed") != 0) list.push_back("scenario.seed=" + values["seed"].as<std::string>());
  return list;
}

int threads(const options::variables_map& values) {
  if (values.count("threads") == 0) return default_threads();
  const int count = values["threads"].as<int>();
  if (count < 1 || count > 4096) throw UsageError(fmt::format("--threads {} is out of range (1 to 4096)", count));
  return count;
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
