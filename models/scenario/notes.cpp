#include "models/scenario/notes.h"

#include <fmt/format.h>

#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "models/money/money_terms.h"
#include "models/scenario/relation.h"
#include "sim/config/range.h"
#include "sim/config/text.h"
#include "sim/rng/distribution.h"

namespace partnersim {
namespace {

class Notes {
 public:
  explicit Notes(Setup& setup) : setup_(setup), scenario_(setup.scenario) {}

  void months_beyond() {
    const auto look = [&](const std::string& path, const std::string& part, double month) {
      if (month > setup_.months)
        add(part.empty() ? scenario_.mark(path) : scenario_.mark(path, part), path,
            fmt::format("{}: month {} comes after the last one, {}", path, month, setup_.months));
    };
    const auto each = [&](const char* table, const char* key) {
      for (const std::string& id : scenario_.ids(table))
        if (const std::string path = fmt::format("{}.{}.{}", table, id, key); scenario_.given(path))
          look(path, {}, static_cast<double>(scenario_.integer(path)));
    };
    each("partner", "start");
    each("partner", "end");
    each("change", "month");
    each("goal", "by");
    for (const std::string& id : scenario_.ids("shock"))
      for (const double month : scenario_.numbers("shock." + id + ".months"))
        look("shock." + id + ".months", sim::number_text(month), month);
    for (const auto& [month, amount] : scenario_.number_map("firm.injections"))
      look("firm.injections", month, MoneyTerms::month_of(month));
  }

  void values() {
    scenario_.each_unlike([&](std::string_view path, const sim::Scenario::Entry& entry, std::size_t) {
      if (!entry.given) return;
      if (const auto* law = std::get_if<sim::Law>(&entry.value)) {
        if (law->is_constant()) usual(path, entry, law->number("value"));
        if (entry.spec->check == sim::distribution_problem || (entry.spec->check == number_problem && !is_share(*law)))
          tail(path, entry, *law);
      } else if (const auto* numbers = std::get_if<std::vector<double>>(&entry.value)) {
        for (const double number : *numbers) usual(path, entry, number);
      }
    });
  }

 private:
  void usual(std::string_view path, const sim::Scenario::Entry& entry, double number) {
    const sim::Range& range = entry.spec->usual;
    if (number < range.low || number > range.high)
      add(entry.mark, path,
          fmt::format("{}: {} is unusual, {} to {} would be expected. Its unit is {}", path, number, range.low,
                      range.high, entry.spec->unit == "1" ? "1: 0.35 is 35 %" : std::string(entry.spec->unit)));
  }

  void tail(std::string_view path, const sim::Scenario::Entry& entry, const sim::Law& law) {
    const sim::Support support = sim::support_of(entry.spec->range);
    const sim::Quantile quantile = sim::make_quantile(law, support);
    const sim::Tail& tail = quantile.tail();
    std::string text;
    if (tail.slope >= 0.5)
      text = fmt::format(
          "{} no finite variance, so that errors (±), intervals and precision targets of whatever sums it are too "
          "small. Look at quantiles, or {}",
          law.name == "pareto" ? fmt::format("a Pareto law of shape {} has", law.number("shape"))
                               : fmt::format("percentiles so far apart (a tail of slope {:.2f}) have", tail.slope),
          law.name == "pareto" ? "use a shape above 2" : "bring p50 and p90 closer together");
    if (tail.held > 0.0)
      text += fmt::format(
          "{}one draw in {:.0f} lies beyond what can be simulated, {}, and is held there: the mean of the "
          "draws is {} instead of {}",
          text.empty() ? "" : "; ", 1.0 / tail.held, sim::range_text(entry.spec->range), three_digits(tail.held_mean),
          three_digits(quantile.mean()));
    if (!text.empty()) add(entry.mark, path, fmt::format("{}: {}", path, text));
  }

  // "24800"
  static std::string three_digits(double number) {
    return sim::number_text(std::strtod(fmt::format("{:.2e}", number).c_str(), nullptr));
  }

  // Once for all copies of a partner: they stand in one place of a file, or have one key behind --set.
  void add(const sim::Mark& mark, std::string_view path, std::string text) {
    const std::string_view key = mark.line == 0 ? path.substr(path.rfind('.') + 1) : std::string_view{};
    if (noted_.insert(fmt::format("{} {}:{} {}", mark.file, mark.line, mark.column, key)).second)
      setup_.warnings.push_back(std::move(text));
  }

  Setup& setup_;
  const sim::Scenario& scenario_;
  std::set<std::string> noted_;
};

}  // namespace

void add_notes(Setup& setup) {
  Notes notes(setup);
  notes.months_beyond();
  notes.values();
}

}  // namespace partnersim
