// What a scenario says does not depend on the order in which its tables stand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/sanitized.h"
#include "tests/support/shipped.h"

namespace {

using partnersim::testing::kSanitized;
using partnersim::testing::Run;

// A scenario cut before each of its table headers; the first piece is what stands before any.
std::vector<std::string> tables_of(const std::string& text) {
  std::vector<std::string> tables{""};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (text[at] == '[') tables.emplace_back();
    tables.back() += text.substr(at, end - at);
    at = end;
  }
  return tables;
}

std::string joined(const std::vector<std::string>& tables) {
  std::string text;
  for (const std::string& table : tables) text += table + "\n";
  return text;
}

const std::string kTie =
    "[scenario]\nmonths = 2\nreplications = 40000\nseed = 9\n"
    "[shock.scandal]\nmonths = [1]\nkill = 1\ntarget = { top = 1, by = \"revenue\" }\n";
const std::string kFirst = "[partner.first]\nleads = 3\nclose_rate = 0.5\ndeal_value = 100\n";
const std::string kSecond = "[partner.second]\nleads = 3\nclose_rate = 0.5\ndeal_value = 100\n";

}  // namespace

TEST_CASE("shuffling all tables of a scenario with every process leaves every bit as it was") {
  std::vector<std::string> tables = tables_of(partnersim::testing::shipped("everything", kSanitized ? 100 : 2000));
  REQUIRE(tables.size() > 20);
  const Run as_written(joined(tables));
  std::mt19937_64 random(11);
  for (int shuffle = 0; shuffle < (kSanitized ? 1 : 4); ++shuffle) {
    std::shuffle(tables.begin() + 1, tables.end(), random);
    const Run shuffled(joined(tables));
    CHECK(shuffled.hash() == as_written.hash());
    CHECK(shuffled.hashes() == as_written.hashes());
    CHECK(shuffled.expected().outcomes == as_written.expected().outcomes);
  }
}

TEST_CASE("of equal partners the top one is either, half of the time, whatever the order of their tables") {
  const Run one(kTie + kFirst + kSecond), other(kTie + kSecond + kFirst);
  CHECK(one.hash() == other.hash());
  const std::uint32_t first = one.sums().survivors(0)[0], second = one.sums().survivors(1)[0];
  CHECK(first + second == 40'000);                                     // one of them is struck
  CHECK(std::abs(static_cast<double>(first) - 20'000.0) < 5 * 100.0);  // sd of Bin(40,000, 1/2) is 100
}

TEST_CASE("partners that have sold nothing for a year are a tie, and a larger one is none") {
  const std::string late =
      "[scenario]\nmonths = 15\nreplications = 20000\nseed = 9\n"
      "[shock.scandal]\nmonths = [15]\nkill = 1\ntarget = { top = 1, by = \"revenue\" }\n"
      "[change.stop]\nmonth = 3\nset = { \"partner.*.leads\" = 0 }\n";
  const std::string deals = "\nclose_rate = 1\ndeal_value = { lognormal = { mean = 0.1, cv = 1 } }\n";
  const Run tie(late + "[partner.a]\nleads = 9" + deals + "[partner.b]\nleads = 0.001" + deals);
  CHECK(std::abs(static_cast<double>(tie.sums().survivors(0)[14]) - 10'000.0) < 5 * 71.0);
  const std::string now = partnersim::testing::replaced(kTie, "months = [1]", "months = [2]");
  const Run clear(now +
                  "[partner.a]\nleads = 5\nclose_rate = 1\ndeal_value = 100\n"
                  "[partner.b]\nleads = 5\nclose_rate = 1\ndeal_value = 1e-6\n");
  // a survives where it sold nothing, e^-5, and not even b did, or the coin fell on b.
  CHECK(clear.sums().survivors(0)[1] == doctest::Approx(40'000 * 0.0067 * (1 - 0.0067 / 2)).epsilon(0.3));
}

TEST_CASE("regimes draw the same months in any order of their tables") {
  const std::string head = "[scenario]\nmonths = 24\nreplications = 3000\nseed = 2\n" + kFirst;
  const std::string boom = "[economy.regime.boom]\nto = { calm = 0.2, slump = 0.1 }\nmultiply = { leads = 2 }\n",
                    calm = "[economy.regime.calm]\nto = { boom = 0.1, slump = 0.1 }\n",
                    slump = "[economy.regime.slump]\nmean_months = 4\nto = { calm = 1 }\nmultiply = { leads = 0.5 }\n";
  const std::string hash = Run(head + boom + calm + slump).hash();
  CHECK(Run(head + slump + calm + boom).hash() == hash);
  CHECK(Run(calm + slump + head + boom).hash() == hash);
}
