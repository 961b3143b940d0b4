#include "sim/cli/goal_seek.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "sim/base/problem.h"
#include "sim/cli/simulation.h"
#include "sim/cli/terminal.h"
#include "sim/config/range.h"
#include "sim/config/value_path.h"
#include "sim/config/written_number.h"
#include "sim/report/table.h"
#include "sim/stats/precision.h"
#include "sim/stats/root_search.h"

namespace sim::cli {
namespace {

std::optional<double> number_of(std::string text) {
  std::erase(text, '_');
  std::erase(text, ' ');
  if (text.ends_with('%')) {
    const auto percent = number_of(text.substr(0, text.size() - 1));
    return percent ? std::optional(*percent / 100.0) : std::nullopt;
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

struct Condition {
  std::string key;  // "output.p05"
  bool at_least = true;
  double level = 0.0;
};

Condition read_condition(const std::string& text, const Domain& domain) {
  const std::size_t sign = text.find_first_of("<>");
  if (sign != std::string::npos) {
    std::string key = text.substr(0, sign);
    std::erase(key, ' ');
    const std::size_t behind = sign + (text.compare(sign + 1, 1, "=") == 0 ? 2 : 1);
    if (const auto level = number_of(text.substr(behind)); level && !key.empty())
      return {key, text[sign] == '>', *level};
  }
  const std::size_t level = sign == std::string::npos ? sign : text.find_first_not_of("<>= ", sign);
  const auto meant = level != std::string::npos ? written_number(std::string_view(text).substr(level)) : std::nullopt;
  throw UsageError(
      fmt::format("--so-that {} is no condition. Write {}", text,
                  meant ? fmt::format("--so-that '{} {}= {}'", trimmed(std::string_view(text).substr(0, sign)),
                                      text[sign], toml_number(meant->value))
                        : fmt::format("for example --so-that '{}'", domain.examples.condition)));
}

class GoalSeek {
 public:
  GoalSeek(std::string scenario, const options::variables_map& values, const LoadRequest& request, const Domain& domain)
      : scenario_(std::move(scenario)),
        values_(values),
        request_(request),
        domain_(domain),
        path_(values["solve"].as<std::string>()),
        condition_(read_condition(values["so-that"].as<std::string>(), domain)),
        document_(read_document(scenario_)) {
    request_.shortcuts = std::make_shared<Shortcuts>();
    const LoadedExperiment loaded = load(document_, request_, domain_);
    if (loaded.scenario->text("scenario.mode") == "expected")
      throw UsageError(
          "--solve searches in simulated futures, and mode = \"expected\" simulates none. Leave out the mode: --set "
          "scenario.mode=random");
    if (!loaded.experiment.is_single())
      throw UsageError(
          "--solve searches in one scenario, and this one has several points. Leave out [sweep], [variant] and --vary, "
          "or choose a variant's values with --set");
    const std::vector<std::string> labels = collect::labels_of(loaded.model->outputs().outcomes);
    ParsedTarget parsed = parse_target(condition_.key, "1%", {labels.begin(), labels.end()});
    if (const auto* problem = std::get_if<Problem>(&parsed))  // a target is read the same way
      throw UsageError(fmt::format("--so-that: {}. {}", problem->problem, problem->hint));
    target_ = std::get<Target>(parsed);
    if (target_.statistic == Statistic::difference)
      throw UsageError("--so-that cannot be about a difference: there is one scenario. Use a mean or a quantile");
    find_parameter(*loaded.scenario);
    question_ = loaded.header.question;
    search_ = RootSearch([this](double x) { return gap(x); }, whole_, limits_);
    note_missing(loaded.model->outputs().outcomes);
  }

  // All values are tried on the same draws: where one cannot take a shortcut that earlier ones took, all begin anew.
  int operator()() {
    for (;;) {
      try {
        return search();
      } catch (const OtherDraws&) {
        tried_.clear();
        search_ = RootSearch([this](double x) { return gap(x); }, whole_, limits_);
      }
    }
  }

 private:
  struct OtherDraws {};

  int search() {
    if (!find_bracket()) return not_found();
    search_.close([this] {
      const double u = uncertainty();
      return std::isfinite(u) ? 0.05 * u : 0.0;  // narrower would only follow the noise
    });
    return answer();
  }

  // Where the search begins: the value in the scenario, of the first that the path matches; it may be an argument of a
  // law.
  void find_parameter(const Scenario& scenario) {
    if (begins_at_an_entry(scenario, false) || begins_at_an_entry(scenario, true)) return;
    if (values_.count("between") != 0) return;
    // A misspelt path has an error of its own, with a suggestion.
    load_with("1");
    throw UsageError(fmt::format(
        "--solve {} has no value in the scenario, so the search has nowhere to begin. Say where with --between LO:HI",
        path_));
  }
  bool begins_at_an_entry(const Scenario& scenario, bool of_copies) {
    bool found = false;
    scenario.each([&](std::string_view full_path, const Scenario::Entry& entry) {
      const std::string path = of_copies ? without_copy_number(full_path) : std::string(full_path);
      found = begins_at(path, entry);
      return !found;
    });
    return found;
  }
  bool begins_at(const std::string& path, const Scenario::Entry& entry) {
    const Law* law = std::get_if<Law>(&entry.value);
    if (law != nullptr && !law->is_constant()) {
      for (const auto& [name, argument] : law->arguments)
        if (const double* number = std::get_if<double>(&argument);
            number != nullptr && matches(fmt::format("{}.{}.{}", path, law->name, name)))
          return begin_at(*number, false);
      if (matches(path))
        throw UsageError(fmt::format(
            "--solve {}: it is not a number but drawn from a law. Solve for an argument of the law: --solve {}.{}.{}",
            path_, path_, law->name, law->arguments.front().first));
    } else if (matches(path)) {
      if (law != nullptr) return begin_at(law->number("value"), false, entry.spec);
      if (const auto* number = std::get_if<std::int64_t>(&entry.value))
        return begin_at(static_cast<double>(*number), true, entry.spec);
      throw UsageError(fmt::format("--solve {}: it is not a number. Solve for one", path_));
    }
    return false;
  }
  // "machine.press.wear" of "machine.press_3.wear": a resolved scenario has copies, and originals no longer.
  static std::string without_copy_number(std::string_view path) {
    const std::size_t id = path.find('.') + 1, end = path.find('.', id);
    if (id == 0 || end == std::string_view::npos) return {};
    const std::size_t sign = path.find_last_not_of("0123456789", end - 1);
    if (sign + 1 == end || path[sign] != '_') return {};
    return std::string(path.substr(0, sign)).append(path.substr(end));
  }
  // The scenario with that value; what is wrong with it is the fault of --solve, for without it it was loaded.
  LoadedExperiment load_with(const std::string& value) const {
    LoadRequest request = request_;
    request.assignments.push_back(fmt::format("{}={}", path_, value));
    try {
      return load(document_, request, domain_);
    } catch (const ConfigurationError& error) {
      std::vector<Problem> problems = error.problems();
      for (Problem& problem : problems)
        if (problem.mark.file == "--set") problem.mark.file = "--solve";
      throw ConfigurationError(std::move(problems));
    }
  }
  // Of an argument of a law nobody knows the limits: they hang on the others.
  bool begin_at(double value, bool whole, const ParameterSpec* spec = nullptr) {
    start_ = value;
    whole_ = whole;
    if (spec != nullptr) limits_ = {lowest(spec->range, whole), highest(spec->range, whole)};
    return true;
  }
  void note_missing(const std::vector<Column>& outcomes) const {
    const auto column = collect::place_of(outcomes, target_.outcome);
    if (column && outcomes[*column].may_be_missing && values_.count("quiet") == 0)
      print_message(
          fmt::format("Note: {} is a figure of those futures alone that have one, and how many these are "
                      "changes with {}.",
                      target_.outcome, path_));
  }
  bool matches(std::string_view path) const {
    std::string_view pattern = path_;
    for (;;) {
      const std::string_view a = pattern.substr(0, pattern.find('.')), b = path.substr(0, path.find('.'));
      if (a != "*" && a != b) return false;
      const bool last_a = a.size() == pattern.size(), last_b = b.size() == path.size();
      if (last_a || last_b) return last_a && last_b;
      pattern.remove_prefix(a.size() + 1);
      path.remove_prefix(b.size() + 1);
    }
  }

  // How far the statistic is beyond the level; nothing where the scenario does not allow the value.
  std::optional<double> gap(double x) {
    const auto [place, is_new] = tried_.try_emplace(x);
    if (is_new) place->second = simulate(x);
    if (!place->second) return std::nullopt;
    return place->second->value - condition_.level;
  }

  std::optional<Achieved> simulate(double x) {
    std::optional<LoadedExperiment> loaded;
    try {
      loaded = load_with(whole_ ? fmt::format("{:.0f}", x) : fmt::format("{}", x));
    } catch (const ConfigurationError&) {
      if (values_.count("between") != 0 || tried_.size() == 1) throw;  // a value that the user gave, or the path
      return std::nullopt;
    }
    const std::vector<std::string> taken = request_.shortcuts->all_taken();
    if (tried_.size() > 1 && taken != taken_) {
      taken_ = taken;
      throw OtherDraws();
    }
    taken_ = taken;
    loaded->precision.targets.clear();
    loaded->plan.checkpoints.clear();
    ExperimentSimulation simulation(*loaded, request_.threads, true);
    collect::Collector collector(loaded->plan, nullptr, {collect::Keep::columns, {}, nullptr, request_.threads});
    simulation.run(collector);
    replications_ = collector.replications(0);
    const auto& outcomes = collector.outputs().outcomes;
    const auto column = collect::place_of(outcomes, target_.outcome);
    if (!column) return std::nullopt;
    const OwnValues values = collector.column(0, *column);
    const Achieved achieved =
        assess(target_, {values.view(), {}, loaded->model->outputs().sampling, outcomes[*column].high_is_worse}, 0.95);
    if (values_.count("quiet") == 0)
      print_message(fmt::format("{} = {}: {} = {}", path_, plain(x), condition_.key,
                                rounded(achieved.value, achieved.half_width)));
    return achieved;
  }

  bool find_bracket() {
    if (values_.count("between") == 0) return search_.bracket_from(start_);
    const std::string text = values_["between"].as<std::string>();
    const std::size_t colon = text.find(':');
    const auto low = number_of(text.substr(0, colon)),
               high = colon == std::string::npos ? std::nullopt : number_of(text.substr(colon + 1));
    if (!low || !high || *low >= *high)
      throw UsageError(fmt::format("--between {} is no range. Write for example --between 1:100", text));
    return search_.bracket_between(*low, *high);
  }

  // Of the answer, 1.96 standard errors: those of the statistic over its slope. Infinite where it never moved.
  double uncertainty() const {
    const auto here = tried_.find(search_.low());
    if (here == tried_.end() || !here->second) return kInfinity;
    // The slope over the nearest stretch in which the statistic moves by twice its own error, else over the widest
    // there is.
    double slope = 0.0, nearest = kInfinity, fallback = 0.0, widest = 0.0;
    for (const auto& [x, achieved] : tried_) {
      if (!achieved || x == search_.low()) continue;
      const double rise = achieved->value - here->second->value;
      const double distance = std::abs(x - search_.low());
      if (distance > widest) {
        widest = distance;
        fallback = rise / distance;
      }
      if (std::abs(rise) < 2.0 * here->second->half_width || distance >= nearest) continue;
      nearest = distance;
      slope = rise / distance;
    }
    if (slope == 0.0) slope = fallback;
    return here->second->half_width == 0.0 ? 0.0 : here->second->half_width / std::abs(slope);
  }

  bool holds(double x) const {
    const Achieved& achieved = *tried_.at(x);
    return condition_.at_least ? achieved.value >= condition_.level : achieved.value <= condition_.level;
  }

  // Rounded, the number that is read and copied has to keep the condition: away from the side where it fails, by less
  // than a fourth of the answer's error, or the fifth digit.
  static std::string rounded_to_where_it_holds(double x, double spread, bool below) {
    const double digit = std::max(spread / 4.0, 1e-4 * std::abs(x));
    if (!(digit > 0.0) || !std::isfinite(digit)) return plain(x);
    const double unit = std::pow(10.0, std::floor(std::log10(digit)));
    return rounded(unit * (below ? std::floor(x / unit) : std::ceil(x / unit)), 10.0 * unit);
  }

  // For csv: nothing where it is not known.
  static std::string known(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

  int not_found() const {
    // Of all that were tried, the ends and the nearest to the level.
    std::map<double, Achieved> allowed;
    for (const auto& [x, achieved] : tried_)
      if (achieved) allowed.emplace(x, *achieved);
    const auto nearest = std::min_element(allowed.begin(), allowed.end(), [&](const auto& a, const auto& b) {
      return std::abs(a.second.value - condition_.level) < std::abs(b.second.value - condition_.level);
    });
    std::string tried;
    for (auto t = allowed.begin(); t != allowed.end(); ++t)
      if (t == allowed.begin() || t == nearest || std::next(t) == allowed.end())
        tried += fmt::format("{}{} at {}", tried.empty() ? "" : ", ", rounded(t->second.value, t->second.half_width),
                             plain(t->first));
    const bool everywhere = !tried.empty() && std::all_of(tried_.begin(), tried_.end(),
                                                          [&](const auto& t) { return !t.second || holds(t.first); });
    if (everywhere) {
      print_message(
          fmt::format("{} {} {} holds at all values of {} tried: it is {}. Its edge lies elsewhere: search there with "
                      "--between LO:HI.",
                      condition_.key, condition_.at_least ? ">=" : "<=", plain(condition_.level), path_, tried));
      return kImprecise;
    }
    print_message(
        fmt::format("No value of {} found for which {} {} {}: it is {}. Search elsewhere with --between LO:HI.", path_,
                    condition_.key, condition_.at_least ? ">=" : "<=", plain(condition_.level), tried));
    return kImprecise;
  }

  int answer() const {
    const bool low_holds = holds(search_.low());
    const double x = low_holds ? search_.low() : search_.high();
    const Achieved& achieved = *tried_.at(x);
    const double spread = uncertainty();
    const bool known_spread = std::isfinite(spread);
    const double low = known_spread ? std::max(x - spread, limits_.low) : -kInfinity,
                 high = known_spread ? std::min(x + spread, limits_.high) : kInfinity;
    const std::size_t count = tried_.size();
    const Format format = parse_format(values_["format"].as<std::string>());
    const char* sign = condition_.at_least ? ">=" : "<=";
    if (format == Format::csv) {
      print_result(fmt::format(
          "path,value,low,high,outcome,statistic_value,statistic_half_width\n{},{},{},{},{},{},{}\n", csv_text(path_),
          x, known(low), known(high), csv_text(condition_.key), achieved.value, known(achieved.half_width)));
      return kDone;
    }
    if (format == Format::json) {
      print_result(
          fmt::format("{{\n  \"path\": {},\n  \"value\": {},\n  \"low\": {},\n  \"high\": {},\n  \"condition\": {},\n  "
                      "\"statistic\": {},\n  \"half_width\": {},\n"
                      "  \"replications\": {},\n  \"simulations\": {}\n}}\n",
                      json_text(path_), json_number(x), json_number(low), json_number(high),
                      json_text(fmt::format("{} {} {}", condition_.key, sign, condition_.level)),
                      json_number(achieved.value), json_number(achieved.half_width), replications_, count));
      return kDone;
    }
    const std::string interval =
        known_spread ? fmt::format("95 % interval of the answer, from simulation error alone: {} to {}.",
                                   rounded(low, spread), rounded(high, spread))
                     : fmt::format(
                           "There is no interval of the answer: {} {} too few for one of {}. Ask for more "
                           "with -n.",
                           counted(replications_, "replication"), replications_ == 1 ? "is" : "are", condition_.key);
    print_result(fmt::format(
        "{}{} = {} is where {} {} {} just holds: {} ± {} there (95 %).\n{} {} of {} on the same random "
        "numbers.\n",
        question_.empty() ? "" : question_ + "\n\n", path_,
        whole_ ? plain(x) : rounded_to_where_it_holds(x, spread, low_holds), condition_.key, sign,
        plain(condition_.level), rounded(achieved.value, achieved.half_width), rounded_error(achieved.half_width),
        interval, counted(count, "simulation"), counted(replications_, "replication")));
    return kDone;
  }

  std::string scenario_;
  const options::variables_map& values_;
  LoadRequest request_;
  const Domain& domain_;
  std::string path_;
  Condition condition_;
  Document document_;
  Target target_;
  std::string question_;
  bool whole_ = false;
  double start_ = 0.0;
  RootSearch::Limits limits_;
  std::map<double, std::optional<Achieved>> tried_;
  std::vector<std::string> taken_;  // shortcuts, by those that were simulated
  RootSearch search_{{}, false};
  std::uint32_t replications_ = 0;
};

}  // namespace

int solve(const std::string& scenario, const options::variables_map& values, const LoadRequest& request,
          const Domain& domain) {
  if (values.count("solve") == 0 || values.count("so-that") == 0)
    throw UsageError(fmt::format("--solve and --so-that belong together. For example: partnersim run S.toml {} '{}'",
                                 domain.examples.search, domain.examples.condition));
  if (values.count("output") != 0 && values["output"].as<std::string>() != "none")
    throw UsageError(
        "--solve answers with a number and writes no file. Leave out -o, and run the scenario with the value found");
  if (values.count("shard") != 0) throw UsageError("--solve and --shard do not go together. Leave out one of them");
  return GoalSeek(scenario, values, request, domain)();
}

}  // namespace sim::cli
