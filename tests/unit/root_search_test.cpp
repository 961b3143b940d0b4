// Claims about the search for a zero: found where it is, in few evaluations, and no value asked for that is not
// allowed.
#include "sim/stats/root_search.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

using Values = std::map<double, double>;

// Counts what is really evaluated.
sim::RootSearch::Function remembering(Values& known, const sim::RootSearch::Function& f) {
  return [&known, f](double x) -> std::optional<double> {
    if (const auto found = known.find(x); found != known.end()) return found->second;
    const auto value = f(x);
    if (value) known.emplace(x, *value);
    return value;
  };
}

struct Crossing {
  std::string name;
  sim::RootSearch::Function function;
  double start, root;
};

const double kRoot = 3.7;
const std::vector<Crossing> kCrossings{
    {"a line", [](double x) { return std::optional(x - kRoot); }, 1.0, kRoot},
    {"a falling line", [](double x) { return std::optional(kRoot - x); }, 100.0, kRoot},
    {"a cube, flat at the root", [](double x) { return std::optional(std::pow(x - kRoot, 3.0)); }, 1.0, kRoot},
    {"an exponential", [](double x) { return std::optional(std::exp(x) - std::exp(kRoot)); }, 0.5, kRoot},
    {"a saturating curve", [](double x) { return std::optional(x / (1.0 + x) - 0.999); }, 2.0, 999.0},
    {"a root below zero", [](double x) { return std::optional(x + 40.0); }, 0.0, -40.0},
    {"steps, as quantiles have", [](double x) { return std::optional(std::floor(x * 8.0) / 8.0 - 2.0 + 1e-9); }, 1.0,
     2.0},
};

}  // namespace

TEST_CASE("a zero is bracketed from a start and closed in few evaluations") {
  for (const Crossing& c : kCrossings) {
    CAPTURE(c.name);
    Values known;
    sim::RootSearch search(remembering(known, c.function), false);
    REQUIRE(search.bracket_from(c.start));
    CHECK(search.low() <= c.root);
    CHECK(search.high() >= c.root);
    search.close([&] { return 1e-6 * std::abs(c.root); });
    CHECK(search.high() - search.low() <= 1e-6 * std::abs(c.root));
    CHECK(search.low() <= c.root * (1.0 + std::copysign(1e-12, c.root)));
    CHECK(search.high() >= c.root * (1.0 - std::copysign(1e-12, c.root)));
    CHECK(known.size() < 70);  // the cube; the others take half of it
  }
}

TEST_CASE("a bracket that is given is closed, whichever end is above zero, and one without a zero is refused") {
  for (const double sign : {1.0, -1.0}) {
    sim::RootSearch search([sign](double x) { return std::optional(sign * (x * x - 2.0)); }, false);
    REQUIRE(search.bracket_between(0.0, 2.0));
    search.close([] { return 1e-8; });
    CHECK(search.low() == about(std::sqrt(2.0), 1e-7));
    CHECK_FALSE(search.bracket_between(2.0, 5.0));
    CHECK_FALSE(search.bracket_between(-1.0, 1.0));
  }
}

TEST_CASE("in whole numbers only those are asked for, and the ends are neighbours about the zero") {
  Values known;
  sim::RootSearch search(remembering(known, [](double x) { return std::optional(x * x - 1000.0); }), true);
  REQUIRE(search.bracket_from(3.0));
  search.close([] { return 0.0; });
  CHECK(search.low() == 31.0);
  CHECK(search.high() == 32.0);
  for (const auto& [x, value] : known) CHECK(x == std::round(x));
}

TEST_CASE("what is not allowed is left alone: the bracket grows to the other side") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  double lowest = none;
  const auto above_two = [&](double x) -> std::optional<double> {
    if (x < 2.0) return std::nullopt;
    lowest = std::isnan(lowest) ? x : std::min(lowest, x);
    return x - 900.0;
  };
  sim::RootSearch search(above_two, false);
  REQUIRE(search.bracket_from(4.0));
  search.close([] { return 1e-3; });
  CHECK(search.high() == about(900.0, 1e-5));
  CHECK(lowest == 2.0);
  CHECK_FALSE(sim::RootSearch(above_two, false).bracket_from(1.0));
  CHECK_FALSE(sim::RootSearch([](double x) { return std::optional(1.0 + x * x); }, false).bracket_from(1.0));
}

TEST_CASE("the limits of what is allowed are tried themselves, and nothing beyond them") {
  for (const double root : {0.95, 0.0}) {
    CAPTURE(root);
    Values known;
    const auto share = [root](double x) { return x >= 0.0 && x <= 1.0 ? std::optional(x - root) : std::nullopt; };
    sim::RootSearch search(remembering(known, share), false, {0.0, 1.0});
    REQUIRE(search.bracket_from(0.3));
    search.close([] { return 1e-6; });
    CHECK(search.low() <= root);
    CHECK(search.high() >= root);
    CHECK(search.high() - search.low() <= 1e-6);
    CHECK(known.begin()->first >= 0.0);
    CHECK(std::prev(known.end())->first <= 1.0);
    CHECK(known.size() < 40);
  }
  Values known;
  sim::RootSearch never(remembering(known, [](double x) { return x > 1.0 ? std::nullopt : std::optional(x - 2.0); }),
                        false, {-std::numeric_limits<double>::infinity(), 1.0});
  CHECK_FALSE(never.bracket_from(0.3));
  CHECK(known.contains(1.0));
}
