// What a result says, described once: each figure of a summary, a quantile, a comparison, a contrast of the worst
// futures or a split of a variance, with the name and the meaning it has everywhere, and where it lies in its row.
//
// Result files are written and read (sim/output/result_figures.h), csv and json (sim/cli/report_tidy.cpp), the
// statistics that `replay` takes, and what `describe` says where its glossary says no more are made from these tables;
// tests hold results/README.md and `describe` against them. Units: figures of an outcome or a variable have its unit,
// which stands beside them in /summary and /worst; counts, shares and ratios are pure numbers, luck and ignorance
// squares of the unit.
//
// Not here: how figures are rounded and laid out for people (sim/cli/report_table.cpp).
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "sim/base/missing.h"
#include "sim/stats/paired.h"
#include "sim/stats/summary.h"
#include "sim/stats/variance_split.h"
#include "sim/stats/worst_futures.h"

namespace sim {

// One number of a row. A count that is not known is NaN outside, and 0 in the row.
template <class Row>
struct Cell {
  double (*get)(const Row&) = nullptr;
  void (*set)(Row&, double) = nullptr;
  explicit operator bool() const { return get != nullptr; }
};

// At the end of a path of members: cell<Comparison, &Comparison::ratio, &Estimate::value>.
template <class Row, auto... path>
inline constexpr Cell<Row> cell{[](const Row& row) { return static_cast<double>((row.*....*path)); },
                                [](Row& row, double value) {
                                  auto& place = (row.*....*path);
                                  using Number = std::remove_reference_t<decltype(place)>;
                                  place = std::is_integral_v<Number> && std::isnan(value) ? Number{}
                                                                                          : static_cast<Number>(value);
                                }};

// What else holds of a figure: bits of Figure::traits.
inline constexpr unsigned kUntold = 1;    // csv and json leave it out
inline constexpr unsigned kToldLast = 2;  // they have it behind the others
inline constexpr unsigned kWithEnds = 4;  // they have the ends of its interval too
inline constexpr unsigned kIsLevel = 8;   // a value of the outcome, so that a future can be near it
inline constexpr unsigned kIsLater = 16;  // files of earlier versions lack it

template <class Row>
struct Figure {
  std::string_view name;     // of the variable in files, and of the statistic in csv and json
  std::string_view meaning;  // its definition; {} stands for the outcome that the table is about
  Cell<Row> value;
  Cell<Row> error{};  // its standard error
  unsigned traits = 0;
  Cell<Row> low{}, high{};  // ends of its 95 % interval
  // Where they are not NAME_standard_error and "Monte Carlo standard error of NAME".
  std::string_view error_name{}, error_meaning{};
  bool has(unsigned trait) const { return (traits & trait) != 0; }
};

// The variables of a figure in a result file: visit(name, meaning, cell), the value first.
template <class Row, class Visit>
void each_variable(const Figure<Row>& figure, const Visit& visit) {
  const std::string name(figure.name);
  visit(name, std::string(figure.meaning), figure.value);
  if (figure.error)
    visit(figure.error_name.empty() ? name + "_standard_error" : std::string(figure.error_name),
          figure.error_meaning.empty() ? "Monte Carlo standard error of " + name : std::string(figure.error_meaning),
          figure.error);
  if (figure.low) visit(name + "_low", "lower end of the 95 % interval", figure.low);
  if (figure.high) visit(name + "_high", "upper end of the 95 % interval", figure.high);
}

// clang-format off
namespace figures {

template <auto... path>
inline constexpr auto kAt = cell<Summary, path...>;
inline constexpr std::array kSummary{
    Figure<Summary>{"count", "replications in which there is a value", kAt<&Summary::count>, {}, kIsLater},
    Figure<Summary>{"mean", "mean over replications", kAt<&Summary::mean>, kAt<&Summary::mean_error>, kIsLevel, {}, {},
                    "standard_error", "Monte Carlo standard error of the mean"},
    Figure<Summary>{"sd", "standard deviation over replications", kAt<&Summary::sd>, kAt<&Summary::sd_error>},
    Figure<Summary>{"minimum", "smallest value", kAt<&Summary::minimum>, {}, kIsLevel | kToldLast},
    Figure<Summary>{"maximum", "largest value", kAt<&Summary::maximum>, {}, kIsLevel | kToldLast},
    Figure<Summary>{"cvar05", "mean of the worst 5 %: of the lowest or highest values, as `worst` says",
                    kAt<&Summary::cvar>, kAt<&Summary::cvar_error>, kIsLevel},
    Figure<Summary>{"value_at_risk",
                    "from the mean to the edge of the worst 5 %: mean - p05, or p95 - mean where `worst` is highest",
                    kAt<&Summary::value_at_risk>, kAt<&Summary::value_at_risk_error>, kIsLater}};

// csv and json name a quantile by its probability.
using Quantile = QuantileEstimate;
inline constexpr std::array kQuantile{
    Figure<Quantile>{"quantile_value", "order statistic ceil(n p)", cell<Quantile, &Quantile::value>},
    Figure<Quantile>{"quantile_low", "lower end of the 95 % interval from binomial order statistics; missing where too "
                     "few values bound it", cell<Quantile, &Quantile::low>},
    Figure<Quantile>{"quantile_high", "upper end of the 95 % interval from binomial order statistics; missing where too "
                     "few values bound it", cell<Quantile, &Quantile::high>},
    Figure<Quantile>{"quantile_standard_error", "standard error of the quantile", cell<Quantile, &Quantile::error>, {},
                     kIsLater}};

// An estimate with its error and interval.
template <auto part>
constexpr Figure<Comparison> of_pairs(std::string_view name, std::string_view meaning, unsigned traits) {
  return {name, meaning, cell<Comparison, part, &Estimate::value>, cell<Comparison, part, &Estimate::error>, traits,
          cell<Comparison, part, &Estimate::low>, cell<Comparison, part, &Estimate::high>};
}
// Without pairs nothing is compared: their number is missing, as all the rest is.
inline constexpr Cell<Comparison> kPairs{
    [](const Comparison& c) { return c.count == 0 ? kMissing : static_cast<double>(c.count); },
    cell<Comparison, &Comparison::count>.set};
inline constexpr std::array kComparison{
    Figure<Comparison>{"pairs", "replications in which both have a value", kPairs, {}, kIsLater},
    of_pairs<&Comparison::difference>("difference", "mean of the differences of pairs", kWithEnds),
    of_pairs<&Comparison::p05>("difference_p05", "difference of the 5 % quantiles", kUntold),
    of_pairs<&Comparison::median>("difference_p50", "difference of the medians", kUntold),
    of_pairs<&Comparison::p95>("difference_p95", "difference of the 95 % quantiles", kUntold),
    of_pairs<&Comparison::ratio>("ratio", "ratio of the means", 0),
    Figure<Comparison>{"larger", "share of the replications in which the point has more than its baseline",
                       cell<Comparison, &Comparison::larger>},
    Figure<Comparison>{"equal", "share of the replications without a difference", cell<Comparison, &Comparison::equal>},
    Figure<Comparison>{"variance_removed", "1 - Var(difference) / (sum of both variances): what pairing saves",
                       cell<Comparison, &Comparison::variance_removed>}};

inline constexpr std::array kContrast{
    Figure<Contrast>{"mean_all", "mean over all futures", cell<Contrast, &Contrast::all>},
    Figure<Contrast>{"sd_all", "standard deviation over all futures", cell<Contrast, &Contrast::sd>},
    Figure<Contrast>{"mean_worst", "mean over the worst 5 % in {}", cell<Contrast, &Contrast::worst>,
                     cell<Contrast, &Contrast::worst_error>, 0, {}, {}, {}, "standard error of mean_worst"}};

template <auto part>
constexpr Figure<VarianceSplit> of_variance(std::string_view name, std::string_view meaning) {
  return {name, meaning, cell<VarianceSplit, part, &Estimate::value>, cell<VarianceSplit, part, &Estimate::error>};
}
inline constexpr std::array kSplit{
    of_variance<&VarianceSplit::luck>("luck", "variance that would be left if the parameters were known"),
    of_variance<&VarianceSplit::ignorance>(
        "ignorance", "variance that comes from not knowing the parameters; unbiased, so it may be below 0"),
    of_variance<&VarianceSplit::share>("share", "of ignorance in the variance")};

inline constexpr std::array<std::string_view, 2> kOutcomes{"point", "outcome"}, kVariables{"point", "variable"};
inline constexpr std::array<std::string_view, 3> kQuantiles{"point", "outcome", "quantile"};

}  // namespace figures
// clang-format on

// The figures of a kind of row.
template <class Row>
struct FigureTable {
  std::string_view group;                        // of result files
  std::span<const std::string_view> dimensions;  // of each variable
  std::span<const Figure<Row>> figures;          // in the order of the file
};
template <class Row>
inline constexpr FigureTable<Row> kFigures;
template <>
inline constexpr FigureTable<Summary> kFigures<Summary>{"/summary", figures::kOutcomes, figures::kSummary};
template <>
inline constexpr FigureTable<QuantileEstimate> kFigures<QuantileEstimate>{"/summary", figures::kQuantiles,
                                                                          figures::kQuantile};
template <>
inline constexpr FigureTable<Comparison> kFigures<Comparison>{"/comparison", figures::kOutcomes, figures::kComparison};
template <>
inline constexpr FigureTable<Contrast> kFigures<Contrast>{"/worst", figures::kVariables, figures::kContrast};
template <>
inline constexpr FigureTable<VarianceSplit> kFigures<VarianceSplit>{"/uncertainty", figures::kOutcomes,
                                                                    figures::kSplit};

// The spreadsheet's figure of an outcome comes from the model and not from a column: it stands in no row.
inline constexpr std::string_view kExpectedName = "expected";
inline constexpr std::string_view kExpectedMeaning = "the spreadsheet's answer: every draw replaced by its mean";

}  // namespace sim
