#include "models/scenario/relation.h"

#include <array>
#include <string>
#include <vector>

#include "sim/rng/distribution.h"

namespace partnersim {
namespace {

constexpr std::array kShareOf{
    sim::ArgumentSpec{.name = "share", .range = {0, 1e6}, .doc = "of the other number"},
    sim::ArgumentSpec{.name = "of", .doc = "its path, \"firm.direct.leads\"", .kind = sim::ArgumentSpec::Kind::text},
};

}  // namespace

std::span<const sim::LawSpec> number_laws() {
  static const std::vector<sim::LawSpec> laws = [] {
    std::vector<sim::LawSpec> all(sim::distribution_laws().begin(), sim::distribution_laws().end());
    all.push_back({.name = "share_of",
                   .arguments = kShareOf,
                   .doc = "a share of another number, as it turns out in each future",
                   .flat = true,
                   .example = "{ share = 0.42, of = \"firm.direct.leads\" }",
                   .how_often = "with the other"});
    return all;
  }();
  return laws;
}

std::string number_problem(const sim::Law& law, const sim::Range& range) {
  return is_share(law) ? std::string() : sim::distribution_problem(law, range);
}

double mean_of_number(const sim::Scenario& scenario, std::string path) {
  constexpr int kLongestChain = 100;  // longer ones are circles
  double factor = 1.0;
  for (int step = 0; step < kLongestChain && scenario.has_value(path); ++step) {
    const sim::Law& law = scenario.law(path);
    if (law.is_constant()) return factor * law.number("value");
    if (!is_share(law)) return factor * sim::make_quantile(law, sim::support_of(scenario.spec(path).range)).mean();
    factor *= law.number("share");
    path = law.text("of");
  }
  return 0.0;
}

}  // namespace partnersim
