// What is lost without a partner (MODEL.md, section 14): its own revenue where nothing feeds back, else the paired
// difference of two runs on the same draws, one of them without it. No luck is left to allow for: all checks are exact.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"

namespace {

using namespace partnersim::testing;

const std::string kPartners =
    "[partner.big]\nleads = 6\nclose_rate = 0.5\ndeal_value = { lognormal = { mean = 10, cv = 0.8 } }\nchurn = 0.03\n"
    "[partner.middle]\nleads = 5\nclose_rate = { beta = { mean = 0.4, concentration = 10 } }\ndeal_value = 8\nlag = { "
    "geometric = { mean = 1 } }\n"
    "[partner.small]\nleads = 2\nclose_rate = 0.5\ndeal_value = 10\nreturns = { leads = 2, alpha_in = 0.5, alpha_out = "
    "0.5 }\n";

Run run(const std::string& rest, const std::string& without = "", const std::string& off = "") {
  std::string partners = kPartners;
  if (!off.empty()) partners.insert(partners.find("[partner." + off + "]\n") + off.size() + 11, "enabled = false\n");
  return Run(Head{.months = 18,
                  .replications = 20'000,
                  .seed = 151,
                  .outcomes = "\"revenue\"",
                  .trajectories = "none",
                  .output = without.empty() ? "" : "without = \"" + without + "\"\n"}
                 .text() +
             partners + rest);
}

double mean(const std::vector<float>& column) {
  double sum = 0.0;
  for (const float v : column) sum += static_cast<double>(v);
  return sum / static_cast<double>(column.size());
}

// Mean and variance of the paired difference, from the columns of two runs.
void check_paired(const std::string& rest, const std::string& id, std::size_t member) {
  CAPTURE(id);
  CAPTURE(rest);
  const Run with = run(rest, "all"), removed = run(rest, "", id);
  const auto a = with.column("revenue"), b = removed.column("revenue");
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d;
    squares += d * d;
  }
  const double n = static_cast<double>(a.size());
  double resolution = 1.0;
  const auto& loss = with.member_moments("loss_without", member, resolution);
  CHECK(loss.mean(resolution) == about(sum / n, 1e-6));
  CHECK(loss.variance(resolution) == about((squares - sum * sum / n) / (n - 1.0), 1e-5));
}

}  // namespace

TEST_CASE("where nothing feeds back the loss without a partner is its own revenue, of those asked for") {
  for (const std::string without : {"big", "all", "top 1", "top 2"}) {
    CAPTURE(without);
    const Run finished = run("[firm.direct]\nleads = 3\nclose_rate = 0.5\ndeal_value = 5\n", without);
    const std::size_t asked = without == "all" ? 3 : without == "top 2" ? 2 : 1;  // the largest first
    double resolution = 1.0;
    for (std::size_t p = 0; p < 3; ++p)
      if (p < asked)
        CHECK(finished.member("loss_without", p).mean == finished.member("revenue", p).mean);
      else
        CHECK(finished.member_moments("loss_without", p, resolution).count() == 0);
  }
}

TEST_CASE("attribution is what disabling the partner would have shown") {
  for (const auto& [id, member] : {std::pair{"big", 0U}, std::pair{"middle", 1U}, std::pair{"small", 2U}})
    check_paired("[shock.storm]\nrate = 0.2\naffects = \"functionality\"\nseverity = 0.5\nduration = 3\n", id, member);
}

TEST_CASE("where partners feed back the loss is the paired difference of two runs, exactly") {
  const std::vector<std::string> feedbacks{
      "[firm.direct]\nleads = 3\nclose_rate = 0.5\ndeal_value = 5\nword_of_mouth = 0.6\n",
      "[firm]\ncapacity = 5\nabandonment = 0.2\n",
      "[firm]\ncash = 60\nfixed_cost = 70\n",
      "[shock.end]\nrate = 0.1\nkill = 0.5\ntarget = { count = 1 }\n",
      "[shock.end]\nmonths = [7]\nkill = 1\ntarget = { top = 1, by = \"revenue\" }\n",
  };
  for (const std::string& feedback : feedbacks) {
    check_paired(feedback, "big", 0);
    check_paired(feedback, "small", 2);
  }
}

TEST_CASE("without a partner that had suspended another, the other one works") {
  std::string rest = "[partner.rival]\nleads = 6\nclose_rate = 0.5\ndeal_value = 10\nexclusive = [\"small\"]\n";
  const Run
      with = run(rest, "rival"),
      off = run(
          "[partner.rival]\nenabled = false\nleads = 6\nclose_rate = 0.5\ndeal_value = 10\nexclusive = [\"small\"]\n");
  constexpr std::size_t kRival = 2, kSmall = 3;  // members are in the order of their ids
  CHECK(with.member("loss_without", kRival).mean ==
        about(mean(with.column("revenue")) - mean(off.column("revenue")), 1e-6));
  CHECK(with.member("loss_without", kRival).mean < with.member("revenue", kRival).mean);
  CHECK(with.member("revenue", kSmall).mean == 0.0);
}

TEST_CASE("measuring losses changes no outcome, with or without a twin") {
  const std::string rest =
      "[firm]\ncash = 60\nfixed_cost = 70\n[firm.direct]\nleads = 3\nclose_rate = 0.5\ndeal_value = 5\nword_of_mouth = "
      "0.6\n"
      "[shock.storm]\nrate = 0.2\naffects = \"functionality\"\nseverity = 0.5\nduration = 3\n";
  const Run plain = run(rest), measured = run(rest, "all"), both = run(rest + "[resilience]\n", "all");
  CHECK(plain.column("revenue") == measured.column("revenue"));
  CHECK(plain.column("revenue") == both.column("revenue"));
  for (std::size_t p = 0; p < 3; ++p)
    CHECK(measured.member("loss_without", p).mean == both.member("loss_without", p).mean);
}
