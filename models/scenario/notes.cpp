#include "models/scenario/notes.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "models/money/money_terms.h"
#include "sim/config/text.h"

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
    each("change", "month");
    each("goal", "by");
    for (const std::string& id : scenario_.ids("shock"))
      for (const double month : scenario_.numbers("shock." + id + ".months"))
        look("shock." + id + ".months", sim::number_text(month), month);
    for (const auto& [month, amount] : scenario_.number_map("firm.injections"))
      look("firm.injections", month, MoneyTerms::month_of(month));
  }

  void values() {
    for (const auto& [path, entry] : scenario_.entries()) {
      if (!entry.given) continue;
      if (const auto* law = std::get_if<sim::Law>(&entry.value)) {
        if (law->is_constant()) usual(path, entry, law->number("value"));
        if (law->name == "pareto" && law->number("shape") <= 2.0) infinite_variance(path, entry, law->number("shape"));
      } else if (const auto* numbers = std::get_if<std::vector<double>>(&entry.value)) {
        for (const double number : *numbers) usual(path, entry, number);
      }
    }
  }

 private:
  void usual(std::string_view path, const sim::Scenario::Entry& entry, double number) {
    const sim::Range& range = entry.spec->usual;
    if (number < range.low || number > range.high)
      add(entry.mark, path,
          fmt::format("{}: {} is unusual, {} to {} would be expected. Its unit is {}", path, number, range.low,
                      range.high, entry.spec->unit == "1" ? "1: 0.35 is 35 %" : std::string(entry.spec->unit)));
  }

  void infinite_variance(std::string_view path, const sim::Scenario::Entry& entry, double shape) {
    add(entry.mark, path,
        fmt::format("{}: a Pareto law of shape {} has no finite variance, so that errors (±), intervals and "
                    "precision targets of whatever sums it are too small. Look at quantiles, or use a "
                    "shape above 2",
                    path, shape));
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
