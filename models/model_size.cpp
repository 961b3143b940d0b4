#include "models/model_size.h"

#include <set>
#include <string>
#include <variant>

namespace partnersim {
namespace {

// Measured on referral partners of 12 and 60 months, 1,000 to 100,000 of them.
constexpr double kModelBytes = 1'100;   // a partner in a model and its result file: names, laws
constexpr double kWorkerBytes = 150;    // and in each worker's processes
constexpr double kLaneBytes = 20;       // and in each lane of their work space
constexpr double kInputBytes = 12;      // and there of a value drawn: itself, and the rates it makes
constexpr double kColumnBytes = 4'000;  // what a drawn value is called, in a model and the results
constexpr std::size_t kOutcomes = 30, kSeries = 10;

// Values drawn once a replication; copies that share one draw it once.
std::size_t drawn(const sim::Scenario& scenario) {
  std::size_t count = 0;
  std::set<std::string> shared;
  scenario.each_unlike([&](std::string_view path, const sim::Scenario::Entry& entry, std::size_t copies) {
    const auto* law = std::get_if<sim::Law>(&entry.value);
    if (law == nullptr || law->is_constant() || entry.spec->frequency != sim::Frequency::once_a_replication) return;
    const std::string id = scenario.draw_id(path);
    if (id == path)
      count += copies;
    else
      shared.insert(id);
  });
  return count + shared.size();
}

// Totals of each partner: revenue and ends, and where these are modelled ends by shocks and with the firm, net value
// and hours.
std::size_t member_totals(const sim::Scenario& scenario) {
  if (!scenario.flag("output.partners")) return 0;
  std::size_t totals = 2;
  if (!scenario.ids("shock").empty()) ++totals;
  if (scenario.given("firm.cash")) ++totals;
  for (const char* key : {"firm.cash", "firm.fixed_cost", "firm.variable_cost_share", "firm.wage"})
    if (scenario.given(key)) return totals + 2;
  return totals;
}

}  // namespace

sim::ModelSize model_size(const sim::Scenario& scenario) {
  sim::ModelSize size;
  size.members = scenario.ids("partner").size();
  size.months = static_cast<std::size_t>(scenario.integer("scenario.months"));
  const std::size_t inputs = drawn(scenario);
  size.columns = kOutcomes + inputs;
  size.bands = kSeries * size.months;
  size.sums = size.bands + member_totals(scenario) * size.members;
  size.survivors = scenario.flag("output.partners") ? size.members * size.months : 0;
  const auto members = static_cast<double>(size.members);
  const double names = kColumnBytes * static_cast<double>(inputs);
  size.model_bytes = kModelBytes * members + names;
  size.worker_bytes = kWorkerBytes * members;
  size.worker_lane_bytes = kLaneBytes * members + kInputBytes * static_cast<double>(inputs);
  size.bytes_per_lane = size.members * 40 + inputs * sizeof(float) + 256;
  return size;
}

}  // namespace partnersim
