// Claims about half-lives: at the age that is named, the survival of models/lifetime.h is one half.
#include "models/half_life.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using partnersim::half_life;
using partnersim::half_life_meaning;
using sim::Law;

Law law(const std::string& name, std::vector<std::pair<std::string, Law::Argument>> arguments) {
  return {name, std::move(arguments), {}};
}

double with_frailty(double reach, double v) { return std::pow(1.0 + v * reach, -1.0 / v); }

}  // namespace

TEST_CASE("half of the partnerships are left at the half-life of every law") {
  const double t = half_life(law("constant", {{"value", 0.2}})).value();
  CHECK(t == doctest::Approx(std::log(0.5) / std::log(0.8)));
  CHECK(std::pow(0.8, t) == doctest::Approx(0.5));
  CHECK(half_life(law("half_life", {{"months", 36.0}})) == doctest::Approx(36.0));
  CHECK(half_life(law("log_logistic", {{"median", 55.0}, {"shape", 1.5}})) == doctest::Approx(55.0));
  CHECK(half_life(law("rate", {{"rate", 0.1}})) == doctest::Approx(std::log(2.0) / 0.1));
  const double w = half_life(law("weibull", {{"shape", 0.7}, {"scale", 40.0}})).value();
  CHECK(std::exp(-std::pow(w / 40.0, 0.7)) == doctest::Approx(0.5));
  const auto beta = [](double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); };
  const double g = half_life(law("beta_geometric", {{"a", 1.61}, {"b", 1.42}, {"per", std::string("year")}})).value();
  CHECK(std::exp(beta(1.61, 1.42 + g / 12.0) - beta(1.61, 1.42)) == doctest::Approx(0.5));
  CHECK(half_life(law("beta", {{"mean", 0.05}, {"concentration", 40.0}})) ==
        doctest::Approx(std::log(0.5) / std::log(0.95)));
}

TEST_CASE("a frailty lengthens the half-life and a honeymoon comes before it") {
  const double t = half_life(law("probability", {{"h", 0.02}, {"frailty", 0.5}})).value();
  CHECK(with_frailty(-std::log1p(-0.02) * t, 0.5) == doctest::Approx(0.5));
  const double w =
      half_life(law("weibull", {{"shape", 1.5}, {"scale", 20.0}, {"frailty", 2.0}, {"honeymoon", 6.0}})).value();
  CHECK(with_frailty(std::pow((w - 6.0) / 20.0, 1.5), 2.0) == doctest::Approx(0.5));
}

TEST_CASE("a half-life is said in a few words, or not at all") {
  CHECK(half_life_meaning(law("constant", {{"value", 0.2}})) == "half end within 3.1 months");
  CHECK(half_life_meaning(law("constant", {{"value", 0.0}})).empty());
  CHECK(half_life_meaning(law("constant", {{"value", 0.002}})) == "half end within 346 months");
  CHECK(half_life_meaning(law("beta", {{"mean", 0.05}, {"concentration", 40.0}})) ==
        "half end within 13.5 months at its mean");
}
