// Keys of a scenario that belong to the run, not to a process: [scenario] and [output].
#pragma once

#include <array>
#include <span>

#include "sim/config/calendar_month.h"
#include "sim/config/spec.h"
#include "sim/rng/draws.h"

namespace partnersim {

inline std::span<const sim::ParameterSpec> run_parameters() {
  using sim::Kind;
  static constexpr std::array<std::string_view, 2> kModes{"random", "expected"};
  static constexpr std::array<std::string_view, 3> kDetails{"none", "means", "bands"};
  static constexpr std::array<std::string_view, 2> kSamplings{"independent", "stratified"};
  static constexpr std::array<std::string_view, 2> kSamples{"all", "none"};
  static constexpr std::array<std::string_view, 2> kPrecisions{"single", "double"};
  // clang-format off
  static constexpr std::array kSpecs{
      sim::ParameterSpec{.path = "scenario.months", .kind = Kind::integer, .unit = "months",
                         .range = {1, sim::kMaxMonths}, .fallback = 12, .doc = "length of the simulated future",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "scenario.start", .kind = Kind::text, .doc = "calendar month of month 1, \"2026-09\"",
                         .source = "neutral", .form = &sim::kCalendarMonth},
      sim::ParameterSpec{.path = "scenario.currency", .kind = Kind::text, .fallback_text = "USD",
                         .doc = "unit of all money", .source = "neutral"},
      sim::ParameterSpec{.path = "scenario.replications", .kind = Kind::integer, .unit = "replications",
                         .range = {1, 4294967295.0}, .fallback = 100000, .doc = "possible futures to simulate",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "scenario.seed", .kind = Kind::integer, .unit = "1", .range = {0, 9007199254740992.0},
                         .fallback = 1, .doc = "names the random numbers; the same seed gives the same futures",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "scenario.mode", .kind = Kind::choice, .fallback_text = "random", .choices = kModes,
                         .doc = "\"expected\": every draw replaced by its mean, the spreadsheet's answer",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "scenario.inner", .kind = Kind::integer, .unit = "replications", .range = {1, 65536},
                         .fallback = 1,
                         .doc = "consecutive replications that share one draw of the uncertain parameters",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "scenario.sampling", .kind = Kind::choice, .fallback_text = "independent",
                         .choices = kSamplings,
                         .doc = "\"stratified\": uncertain parameters leave no gaps in their ranges, for smaller "
                                "errors of means", .source = "neutral"},
      sim::label_spec("correlation.*.label"),
      sim::enabled_spec("correlation.*.enabled"),
      sim::ParameterSpec{.path = "correlation.*.of", .kind = Kind::texts, .required = true,
                         .doc = "values that are drawn once a replication: [\"firm.direct.close_rate\", "
                                "\"partner.*.close_rate\"]; '*' passes over constants"},
      sim::ParameterSpec{.path = "correlation.*.rank", .unit = "1", .range = {-1, 1}, .required = true,
                         .doc = "Spearman's rank correlation of each pair of them"},
      sim::ParameterSpec{.path = "correlation.*.repair", .kind = Kind::boolean, .fallback = 1.0,
                         .doc = "false: ranks that cannot hold together are an error instead of being moved to the "
                                "nearest that can", .source = "neutral"},
      sim::ParameterSpec{.path = "stop.confidence", .unit = "1", .range = {0.5, 0.9999}, .fallback = 0.95,
                         .doc = "of the intervals whose half-widths are asked for", .source = "neutral"},
      sim::ParameterSpec{.path = "stop.precision", .kind = Kind::tree,
                         .doc = "half-widths to stop at: { revenue = \"0.5%\", \"revenue.p05\" = \"1%\", profit = 500 "
                                "}"},
      sim::ParameterSpec{.path = "stop.max_replications", .kind = Kind::integer, .unit = "replications",
                         .range = {1, 4294967295.0}, .fallback = 100000,
                         .doc = "where to end all the same; scenario.replications when not given",
                         .needs = "stop.precision"},
      sim::label_spec("change.*.label"),
      sim::enabled_spec("change.*.enabled"),
      sim::ParameterSpec{.path = "change.*.month", .kind = Kind::integer, .unit = "month",
                         .range = {1, sim::kMaxMonths}, .required = true, .doc = "from which on the values are others"},
      sim::ParameterSpec{.path = "change.*.set", .kind = Kind::tree, .required = true,
                         .doc = "the values: { \"firm.fixed_cost\" = 12_000 }"},
      sim::ParameterSpec{.path = "output.outcomes", .kind = Kind::texts,
                         .doc = "outcomes to record; all when not given", .source = "neutral"},
      sim::ParameterSpec{.path = "output.trajectories", .kind = Kind::choice, .fallback_text = "bands",
                         .choices = kDetails, .doc = "what is kept of monthly series", .source = "neutral"},
      sim::ParameterSpec{.path = "output.samples", .kind = Kind::choice, .fallback_text = "all", .choices = kSamples,
                         .doc = "\"none\": summaries and bands only, no values of single replications",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "output.precision", .kind = Kind::choice, .fallback_text = "single",
                         .choices = kPrecisions,
                         .doc = "of the values of single replications: \"double\" where they vary by less than a "
                                "hundred-thousandth of their size", .source = "neutral"},
      sim::ParameterSpec{.path = "output.series", .kind = Kind::texts,
                         .doc = "monthly series to record; all when not given", .source = "neutral"},
      sim::ParameterSpec{.path = "output.without", .kind = Kind::text,
                         .doc = "partners whose loss is measured: \"top 5\" (by leads, close rate and deal value), "
                                "\"all\", \"none\", or an id", .source = "neutral"},
      sim::ParameterSpec{.path = "output.partners", .kind = Kind::boolean, .fallback = 1.0,
                         .doc = "totals and survival of each partner", .source = "neutral"},
  };
  // clang-format on
  return kSpecs;
}

}  // namespace partnersim
