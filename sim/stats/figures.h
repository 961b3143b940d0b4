// What a result says, described once: each figure of a summary, a quantile, a comparison, a contrast of the worst
// futures or a split of a variance, with the name and the meaning it has everywhere, and where it lies in its row.
//
// Result files are written and read (sim/output/result_figures.h), csv and json (sim/report/tidy.cpp), the
// statistics that `replay` takes, and what `describe` says where its glossary says no more are made from these tables;
// tests hold results/README.md and `describe` against them. Units: figures of an outcome or a variable have its unit,
// which stands beside them in /summary and /worst, luck and ignorance its square; kIsPure says which have none.
//
// Not here: how figures are rounded and laid out for people (sim/report/outcome_tables.cpp).
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

template <class Row, class Member>
Row row_of(Member Row::*);

// At the end of a path of members: cell<&Comparison::ratio, &Estimate::value>.
template <auto first, auto... path>
inline constexpr Cell<decltype(row_of(first))> cell{
    [](const decltype(row_of(first))& row) { return static_cast<double>(((row.*first).*....*path)); },
    [](decltype(row_of(first))& row, double value) {
      auto& place = ((row.*first).*....*path);
      using Number = std::remove_reference_t<decltype(place)>;
      place = std::is_integral_v<Number> && std::isnan(value) ? Number{} : static_cast<Number>(value);
    }};

// What else holds of a figure: bits of Figure::traits.
inline constexpr unsigned kUntold = 1;    // csv and json leave it out
inline constexpr unsigned kToldLast = 2;  // they have it behind the others
inline constexpr unsigned kWithEnds = 4;  // they have the ends of its interval too
inline constexpr unsigned kIsLevel = 8;   // a value of the outcome, so that a future can be near it
inline constexpr unsigned kIsLater = 16;  // files of earlier versions lack it
inline constexpr unsigned kIsPure = 32;   // a pure number, whatever its row is of

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

inline constexpr std::array kSummary{
    Figure<Summary>{"count", "replications in which there is a value", cell<&Summary::count>, {}, kIsLater | kIsPure},
    Figure<Summary>{"mean", "mean over replications", cell<&Summary::mean>, cell<&Summary::mean_error>, kIsLevel, {}, {},
                    "standard_error", "Monte Carlo standard error of the mean"},
    Figure<Summary>{"sd", "standard deviation over replications", cell<&Summary::sd>, cell<&Summary::sd_error>},
    Figure<Summary>{"minimum", "smallest value", cell<&Summary::minimum>, {}, kIsLevel | kToldLast},
    Figure<Summary>{"maximum", "largest value", cell<&Summary::maximum>, {}, kIsLevel | kToldLast},
    Figure<Summary>{"cvar05", "mean of the worst 5 %: of the lowest or highest values, as `worst` says",
                    cell<&Summary::cvar>, cell<&Summary::cvar_error>, kIsLevel},
    Figure<Summary>{"value_at_risk",
                    "from the mean to the edge of the worst 5 %: mean - p05, or p95 - mean where `worst` is highest",
                    cell<&Summary::value_at_risk>, cell<&Summary::value_at_risk_error>, kIsLater}};

// csv and json name a quantile by its probability.
using Quantile = QuantileEstimate;
inline constexpr std::array kQuantile{
    Figure<Quantile>{"quantile_value", "order statistic ceil(n p)", cell<&Quantile::value>},
    Figure<Quantile>{"quantile_low", "lower end of the 95 % interval from binomial order statistics; missing where too "
                     "few values bound it", cell<&Quantile::low>},
    Figure<Quantile>{"quantile_high", "upper end of the 95 % interval from binomial order statistics; missing where too "
                     "few values bound it", cell<&Quantile::high>},
    Figure<Quantile>{"quantile_standard_error", "standard error of the quantile", cell<&Quantile::error>, {},
                     kIsLater}};

// An estimate with its error and interval.
template <auto part>
constexpr Figure<Comparison> of_pairs(std::string_view name, std::string_view meaning, unsigned traits) {
  return {name, meaning, cell<part, &Estimate::value>, cell<part, &Estimate::error>, traits,
          cell<part, &Estimate::low>, cell<part, &Estimate::high>};
}
// Without pairs nothing is compared: their number is missing, as all the rest is.
inline constexpr Cell<Comparison> kPairs{
    [](const Comparison& c) { return c.count == 0 ? kMissing : static_cast<double>(c.count); },
    cell<&Comparison::count>.set};
inline constexpr std::array kComparison{
    Figure<Comparison>{"pairs", "replications in which both have a value", kPairs, {}, kIsLater | kIsPure},
    of_pairs<&Comparison::difference>("difference", "mean of the differences of pairs", kWithEnds),
    of_pairs<&Comparison::p05>("difference_p05", "difference of the 5 % quantiles", kUntold),
    of_pairs<&Comparison::median>("difference_p50", "difference of the medians", kUntold),
    of_pairs<&Comparison::p95>("difference_p95", "difference of the 95 % quantiles", kUntold),
    of_pairs<&Comparison::ratio>("ratio", "ratio of the means", kIsPure),
    Figure<Comparison>{"larger", "share of the replications in which the point has more than its baseline",
                       cell<&Comparison::larger>, {}, kIsPure},
    Figure<Comparison>{"equal", "share of the replications without a difference", cell<&Comparison::equal>, {},
                       kIsPure},
    Figure<Comparison>{"variance_removed", "1 - Var(difference) / (sum of both variances): what pairing saves",
                       cell<&Comparison::variance_removed>, {}, kIsPure}};

inline constexpr std::array kContrast{
    Figure<Contrast>{"mean_all", "mean over all futures", cell<&Contrast::all>},
    Figure<Contrast>{"sd_all", "standard deviation over all futures", cell<&Contrast::sd>},
    Figure<Contrast>{"mean_worst", "mean over the worst 5 % in {}", cell<&Contrast::worst>,
                     cell<&Contrast::worst_error>, 0, {}, {}, {}, "standard error of mean_worst"}};

template <auto part>
constexpr Figure<VarianceSplit> of_variance(std::string_view name, std::string_view meaning, unsigned traits = 0) {
  return {name, meaning, cell<part, &Estimate::value>, cell<part, &Estimate::error>, traits};
}
inline constexpr std::array kSplit{
    of_variance<&VarianceSplit::luck>("luck", "variance that would be left if the parameters were known"),
    of_variance<&VarianceSplit::ignorance>(
        "ignorance", "variance that comes from not knowing the parameters; unbiased, so it may be below 0"),
    of_variance<&VarianceSplit::share>("share", "of ignorance in the variance", kIsPure)};

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
