// The table of laws: names, arguments with their ranges, documentation, makers. What `describe` lists and what a
// scenario may write.
#include "sim/rng/families.h"

#include <cstddef>
#include <iterator>

namespace sim {
namespace laws {
namespace {

constexpr Range kAny{};
constexpr Range kPositive{.low = 0.0, .open_low = true};
constexpr Range kNotNegative{.low = 0.0};
constexpr Range kOpenUnit{.low = 0.0, .high = 1.0, .open_low = true, .open_high = true};
constexpr Range kConcentration{.low = 0.0, .high = 1e7, .open_low = true};  // the range the tables are tested in
constexpr Range kShape{.low = 0.01, .high = 1e7};
constexpr Range kCount{.low = 0.0, .high = 1e7};
constexpr auto kNumber = ArgumentSpec::Kind::number;
constexpr auto kNumbers = ArgumentSpec::Kind::numbers;

constexpr ArgumentSpec kConstant[] = {{"value", kAny, "the value"}};
constexpr ArgumentSpec kUniform[] = {{"low", kAny, "smallest value"}, {"high", kAny, "largest value"}};
constexpr ArgumentSpec kTriangular[] = {
    {"low", kAny, "smallest value"}, {"mode", kAny, "most likely value"}, {"high", kAny, "largest value"}};
constexpr ArgumentSpec kNormal[] = {{"mean", kAny, "mean"}, {"sd", kNotNegative, "standard deviation"}};
constexpr ArgumentSpec kTruncatedNormal[] = {{"mean", kAny, "mean before truncation"},
                                             {"sd", kPositive, "standard deviation before truncation"},
                                             {"low", kAny, "smallest value", kNumber, false, -kInfinity},
                                             {"high", kAny, "largest value", kNumber, false, kInfinity}};
constexpr ArgumentSpec kLognormal[] = {{"mean", kPositive, "mean of the values, not of their logarithm"},
                                       {"cv", {.low = 0.0, .high = 100.0}, "standard deviation over mean"}};
constexpr ArgumentSpec kGamma[] = {{"mean", kPositive, "mean"},
                                   {"cv", {.low = 0.0, .high = 10.0}, "standard deviation over mean"}};
constexpr ArgumentSpec kBeta[] = {
    {"mean", kOpenUnit, "mean", kNumber, false, kNotGiven},
    {"concentration", kConcentration, "as many observations as the belief is worth", kNumber, false, kNotGiven},
    {"a", kShape, "first shape, instead of mean and concentration", kNumber, false, kNotGiven},
    {"b", kShape, "second shape", kNumber, false, kNotGiven}};
constexpr ArgumentSpec kWeibull[] = {{"shape", {.low = 0.05, .high = 1000.0}, "shape; below 1 heavy-tailed"},
                                     {"scale", kPositive, "the 63rd percentile"}};
constexpr ArgumentSpec kExponential[] = {{"mean", kPositive, "mean"}};
constexpr ArgumentSpec kDiscrete[] = {{"values", kAny, "the possible values", kNumbers},
                                      {"weights", kNotNegative, "their weights, in any unit", kNumbers}};
constexpr ArgumentSpec kPareto[] = {
    {"shape", {.low = 1.0, .high = 1000.0, .open_low = true}, "tail index, above 1; small is wild"},
    {"mean", kPositive, "mean, instead of minimum", kNumber, false, kNotGiven},
    {"minimum", kPositive, "the smallest value", kNumber, false, kNotGiven}};
constexpr ArgumentSpec kEmpirical[] = {
    {"file", {}, "a CSV file, beside the scenario when relative", ArgumentSpec::Kind::text, false},
    {"column", {}, "its column; the first one when not given", ArgumentSpec::Kind::text, false},
    {"values", kAny, "the values themselves, instead of a file", kNumbers, false}};
constexpr ArgumentSpec kPercentiles[] = {{"p10", kAny, "one time in ten it is lower"},
                                         {"p50", kAny, "the median"},
                                         {"p90", kAny, "one time in ten it is higher"}};
constexpr ArgumentSpec kObserved[] = {
    {"wins", kCount, "leads that became customers", kNumber, false, kNotGiven},
    {"leads", kCount, "all leads whose outcome is known", kNumber, false, kNotGiven},
    {"count", kCount, "events counted, instead of wins and leads", kNumber, false, kNotGiven},
    {"months", kPositive, "months they were counted over", kNumber, false, kNotGiven}};

constexpr LawSpec kLaws[] = {
    {"constant", kConstant, "The number itself"},
    {"uniform", kUniform, "Any value between low and high, equally likely"},
    {"triangular", kTriangular, "Between low and high, most likely at mode, straight in between"},
    {"pert", kTriangular, "Between low and high, most likely about mode, smooth; mean (low + 4 mode + high) / 6"},
    {"normal", kNormal, "Bell curve, unbounded on both sides"},
    {"truncated_normal", kTruncatedNormal, "Bell curve restricted to low … high"},
    {"lognormal", kLognormal, "Positive, skewed to the right: many small effects multiplied"},
    {"gamma", kGamma, "Positive, skewed to the right, tail thinner than lognormal"},
    {"beta", kBeta, "A probability: mean and concentration, or the shapes a and b", false,
     "{ beta = { mean = 0.4, concentration = 25 } }"},
    {"weibull", kWeibull, "A positive time or size with shape and scale"},
    {"exponential", kExponential, "Positive, most likely near 0, with the given mean"},
    {"discrete", kDiscrete, "One of the values, with the given weights"},
    {"pareto", kPareto, "Few very large values: P(X > x) = (minimum/x)^shape; mean = minimum shape / (shape - 1)",
     false, "{ pareto = { mean = 2_000, shape = 2.5 } }"},
    {"empirical", kEmpirical, "One of your own values, all equally likely", false,
     "{ empirical = { file = \"values.csv\", column = \"value\" } }"},
    {"percentiles", kPercentiles,
     "A smooth law through three percentiles (metalog): of the logarithm for amounts, of the log odds for shares, "
     "plain "
     "for what may be negative",
     true},
    {"observed", kObserved, "What your own counts tell: wins of leads for a probability, count in months for a rate",
     false, "{ observed = { wins = 14, leads = 180 } }"},
};

// In the order of kLaws.
constexpr Maker kMakers[] = {make_constant, make_uniform,          make_triangular,  make_pert,
                             make_normal,   make_truncated_normal, make_lognormal,   make_gamma,
                             make_beta,     make_weibull,          make_exponential, make_discrete,
                             make_pareto,   make_empirical,        make_percentiles, make_observed};
static_assert(std::size(kLaws) == std::size(kMakers));

}  // namespace

Maker maker_of(const LawSpec& spec) { return kMakers[static_cast<std::size_t>(&spec - kLaws)]; }

}  // namespace laws

std::span<const LawSpec> distribution_laws() { return laws::kLaws; }

}  // namespace sim
