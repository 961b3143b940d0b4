#include "models/lifetime.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/elementary.h"

namespace partnersim {
namespace {

constexpr sim::Range kPositive{0.0, 1e6, true};
constexpr std::array kProbability{
    sim::ArgumentSpec{.name = "h", .range = {0, 1, false, true}, .doc = "monthly probability"}};
constexpr std::array kYearly{
    sim::ArgumentSpec{.name = "p", .range = {0, 1, false, true}, .doc = "probability of an end within a year"}};
constexpr std::array kRate{sim::ArgumentSpec{.name = "rate", .range = {0, 1000}, .doc = "cumulative hazard a month"}};
constexpr std::array kHalfLife{
    sim::ArgumentSpec{.name = "months", .range = kPositive, .doc = "months after which half are left"}};
constexpr std::array kWeibull{
    sim::ArgumentSpec{.name = "shape", .range = {0.05, 100}, .doc = "below 1: the longer it lasts, the safer"},
    sim::ArgumentSpec{.name = "scale", .range = kPositive, .doc = "months after which 37 % are left"}};
constexpr std::array kLogLogistic{
    sim::ArgumentSpec{.name = "median", .range = kPositive, .doc = "months after which half are left"},
    sim::ArgumentSpec{.name = "shape", .range = {0.05, 100}, .doc = "above 1: the hazard rises, then falls"}};
constexpr std::array kBetaGeometric{
    sim::ArgumentSpec{
        .name = "a", .range = {0.01, 1e6, false}, .doc = "first shape of the yearly or monthly probability"},
    sim::ArgumentSpec{.name = "b", .range = {0.01, 1e6, false}, .doc = "second shape"},
    sim::ArgumentSpec{.name = "per",
                      .doc = "\"month\" (default) or \"year\"",
                      .kind = sim::ArgumentSpec::Kind::text,
                      .required = false}};
constexpr std::array kCompanions{
    sim::ArgumentSpec{.name = "frailty",
                      .range = {0, 100},
                      .doc = "variance of a gamma factor on the hazard, mean 1",
                      .required = false,
                      .drawn = {"once a partnership", "gamma(mean 1, variance {})"}},
    sim::ArgumentSpec{
        .name = "honeymoon", .range = {0, 1023}, .doc = "months without any risk at the beginning", .required = false}};

std::vector<sim::LawSpec> all_laws() {
  std::vector<sim::LawSpec> laws{
      {.name = "probability",
       .arguments = kProbability,
       .doc = "the monthly probability itself, to stand beside frailty or honeymoon",
       .how_often = sim::kNeverDrawn},
      {.name = "yearly",
       .arguments = kYearly,
       .doc = "constant hazard by the share that ends within a year",
       .how_often = sim::kNeverDrawn},
      {.name = "rate", .arguments = kRate, .doc = "cumulative hazard a month", .how_often = sim::kNeverDrawn},
      {.name = "half_life",
       .arguments = kHalfLife,
       .doc = "constant hazard by its half-life",
       .how_often = sim::kNeverDrawn},
      {.name = "weibull",
       .arguments = kWeibull,
       .doc = "hazard that falls or rises with age",
       .how_often = sim::kNeverDrawn},
      {.name = "log_logistic",
       .arguments = kLogLogistic,
       .doc = "hazard that rises, then falls",
       .how_often = sim::kNeverDrawn},
      {.name = "beta_geometric",
       .arguments = kBetaGeometric,
       .doc = "a constant probability that differs between partnerships",
       .how_often = "once a partnership"},
  };
  for (const sim::LawSpec& law : sim::distribution_laws())
    if (law.name != "weibull" && law.name != "constant") laws.push_back(law);
  return laws;
}

double number_or(const sim::Law& law, const char* name, double otherwise) {
  return law.has(name) ? law.number(name) : otherwise;
}

bool is_drawn_probability(const sim::Law& law) {
  static constexpr std::array kOwn{"constant",  "probability", "yearly",       "rate",
                                   "half_life", "weibull",     "log_logistic", "beta_geometric"};
  return std::find(kOwn.begin(), kOwn.end(), law.name) == kOwn.end();
}

// Without what a distribution does not know.
sim::Law without_companions(sim::Law law) {
  std::erase_if(law.arguments, [](const auto& a) { return a.first == "frailty" || a.first == "honeymoon"; });
  return law;
}

// Lambda(a).
double cumulative(const sim::Law& law, double age) {
  if (age <= 0.0) return 0.0;
  if (law.is_constant()) return -sim::math::log1p(-law.number("value")) * age;
  if (law.name == "probability") return -sim::math::log1p(-law.number("h")) * age;
  if (law.name == "yearly") return -sim::math::log1p(-law.number("p")) / 12.0 * age;
  if (law.name == "rate") return law.number("rate") * age;
  if (law.name == "half_life") return sim::math::log(2.0) / law.number("months") * age;
  if (law.name == "weibull") return sim::math::pow(age / law.number("scale"), law.number("shape"));
  if (law.name == "log_logistic")
    return sim::math::log1p(sim::math::pow(age / law.number("median"), law.number("shape")));
  return age;  // a rate drawn by lane
}

// DLambda(a). A constant hazard is told apart, so that it is the same number at every age.
double month_hazard(const sim::Law& law, int months) {
  const int age = months - static_cast<int>(number_or(law, "honeymoon", 0.0));
  if (age < 1) return 0.0;
  if (law.name == "weibull" || law.name == "log_logistic") return cumulative(law, age) - cumulative(law, age - 1);
  return cumulative(law, 1.0);
}

}  // namespace

std::span<const sim::LawSpec> lifetime_laws() {
  static const std::vector<sim::LawSpec> laws = all_laws();
  return laws;
}

std::span<const sim::ArgumentSpec> lifetime_companions() { return kCompanions; }

std::optional<double> mean_drawn_probability(const sim::Law& law) {
  if (!is_drawn_probability(law)) return std::nullopt;
  return sim::make_quantile(without_companions(law), {0.0, 1.0}).mean();
}

std::string lifetime_problem(const sim::Law& law, const sim::Range& range) {
  if (law.name == "beta_geometric" && law.has("per") && law.text("per") != "month" && law.text("per") != "year")
    return fmt::format("per = \"{}\" is neither \"month\" nor \"year\". Write per = \"year\".", law.text("per"));
  return is_drawn_probability(law) ? sim::distribution_problem(without_companions(law), range) : std::string();
}

Lifetime::Lifetime(Setup& setup, const Partner& partner) : start_(partner.start) {
  const std::string path = partner.path + ".churn";
  const std::vector<DatedLaw> pieces = setup.laws(path);
  const sim::Law& first = pieces.front().law;
  if (pieces.size() > 1 && std::any_of(pieces.begin(), pieces.end(), [](const DatedLaw& p) {
        return is_drawn_probability(p.law) || p.law.name == "beta_geometric";
      }))
    setup.problems.add(pieces.back().law.mark, fmt::format("{} cannot change to or from a law drawn once", path),
                       "only hazards that are the same in all futures can",
                       "Use a number, yearly, rate, half_life, weibull or log_logistic.");
  for (const DatedLaw& piece : pieces)
    if (number_or(piece.law, "frailty", 0.0) != number_or(first, "frailty", 0.0))
      setup.problems.add(piece.law.mark, fmt::format("{}: frailty cannot change at a date", path),
                         "it is drawn once for a partnership",
                         fmt::format("Write frailty = {} here too.", number_or(first, "frailty", 0.0)));
  std::vector<double> hazard(static_cast<std::size_t>(setup.months) + 1, 0.0);
  for (int month = partner.start; month <= setup.months; ++month) {
    hazard[static_cast<std::size_t>(month)] = month_hazard(in_effect(pieces, month).law, month - partner.start + 1);
  }
  for (std::size_t k = 0; pieces.size() > 1 && k < pieces.size(); ++k) {
    dated_.push_back({pieces[k].from, {0.0}});
    for (int age = 1; age <= setup.months; ++age) dated_[k].hazard.push_back(month_hazard(pieces[k].law, age));
  }
  hazard_ = std::make_shared<const std::vector<double>>(std::move(hazard));
  Drawn drawn;
  if (const double variance = number_or(first, "frailty", 0.0); variance > 0.0)
    drawn.frailty = gamma_of_mean_one(1.0 / variance);
  if (first.name == "beta_geometric") {
    drawn.theta =
        sim::make_quantile({"beta", {{"a", first.number("a")}, {"b", first.number("b")}}, first.mark}, {0.0, 1.0});
    drawn.per = first.has("per") && first.text("per") == "year" ? 12.0 : 1.0;
    mean_rate_ = -sim::math::log1p(-drawn.theta->mean()) / drawn.per;
  }
  if (is_drawn_probability(first)) {
    const sim::Quantile quantile = sim::make_quantile(without_companions(first), {0.0, 1.0});
    drawn.probability =
        setup.uncertain(path, quantile, "1 a month", "probability that the partnership ends in a month");
    mean_rate_ = -sim::math::log1p(-quantile.mean());
  }
  if (drawn.frailty || drawn.theta || drawn.probability) drawn_ = std::make_unique<Drawn>(std::move(drawn));
}

bool Lifetime::is_never() const {
  return std::all_of(hazard_->begin(), hazard_->end(), [](double h) { return h == 0.0; });
}

void Lifetime::share(const Lifetime& other) {
  if (*hazard_ == *other.hazard_) hazard_ = other.hazard_;
}

double Lifetime::hazard(int month, int age) const {
  if (dated_.empty()) return hazard(start_ + age - 1);
  return in_effect(dated_, month).hazard[static_cast<std::size_t>(age)];
}

double Lifetime::rate_of(double own_probability, std::uint32_t frailty, std::uint32_t theta) const {
  const auto& [own_frailty, own_theta, probability, per] = *drawn_;
  double rate = 1.0;
  if (probability) rate = -sim::math::log1p(-std::min(own_probability, 1.0 - 0x1p-24));
  if (own_theta) rate = -sim::math::log1p(-std::min((*own_theta)(theta), 1.0 - 0x1p-53)) / per;
  if (own_frailty) rate *= (*own_frailty)(frailty);
  return rate;
}

void Lifetime::fill_rates(const State& state, const std::uint32_t* frailty, const std::uint32_t* theta,
                          float* rates) const {
  if (drawn_->probability) drawn_->probability->fill(state, rates);
  for (std::size_t i = 0; i < state.count; ++i)
    rates[i] = static_cast<float>(rate_of(static_cast<double>(rates[i]), frailty[i], theta[i]));
}

float Lifetime::rate(const State& state, std::uint32_t lane, std::uint32_t frailty, std::uint32_t theta) const {
  const double probability = drawn_->probability ? static_cast<double>(drawn_->probability->in(state, lane)) : 0.0;
  return static_cast<float>(rate_of(probability, frailty, theta));
}

double Lifetime::expected_survival(int month, double multiplier) const {
  return sim::math::exp(-hazard(month) * mean_rate_ * multiplier);
}

}  // namespace partnersim
