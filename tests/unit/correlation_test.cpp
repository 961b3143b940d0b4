// Claims about [correlation.*], scenario.inner and scenario.sampling as they are read: what is wrong is said at its
// place, with a remedy that works.
#include "models/scenario/correlation.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/partnership_model.h"
#include "models/scenario/patterns.h"
#include "tests/support/harness.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;

using partnersim::testing::scenario_of;

const std::string kBusiness = R"([scenario]
replications = 1000
[firm.direct]
leads = { gamma = { mean = 12, cv = 0.3 } }
close_rate = { observed = { wins = 14, leads = 180 } }
deal_value = { lognormal = { mean = 2_000, cv = 0.6 } }
[partner.referrer]
count = 3
leads = 4
close_rate = { beta = { mean = 0.15, concentration = 25 } }
deal_value = 6_000
[partner.twin]
count = 2
shared = true
leads = 4
close_rate = { beta = { mean = 0.15, concentration = 25 } }
deal_value = 6_000
churn = { half_life = 36 }
)";

std::string table(const std::string& of, const std::string& rest = "rank = 0.5\n", const std::string& id = "market") {
  return "[correlation." + id + "]\nof = [" + of + "]\n" + rest;
}

// What is wrong, one a line, or the warnings.
std::string said_of(const std::string& toml) {
  std::string all;
  try {
    const auto model = partnersim::make_model(scenario_of(toml));
    for (const std::string& warning : model->warnings()) all += "Note: " + warning + "\n";
  } catch (const sim::ConfigurationError& error) {
    for (const sim::Problem& problem : error.problems()) all += to_string(problem) + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("correlations that make sense are read without a word") {
  for (const std::string of :
       {"\"firm.direct.close_rate\", \"partner.*.close_rate\"", "\"partner.referrer.close_rate\"",
        "\"partner.referrer_1.close_rate\", \"partner.twin_2.close_rate\"", "\"firm.direct.*\"", "\"*.*.close_rate\""})
    CHECK(said_of(kBusiness + table(of)) == "");
}

TEST_CASE("an original stands for its copies, and copies that share are one parameter") {
  CHECK(partnersim::names_value("partner.referrer.close_rate", "partner.referrer_12.close_rate"));
  CHECK_FALSE(partnersim::names_value("partner.referrer.close_rate", "partner.referrer_x.close_rate"));
  const auto scenario = scenario_of(kBusiness + table("\"firm.direct.close_rate\", \"partner.*.close_rate\""));
  partnersim::Setup setup(*scenario);
  for (const auto& entry : partnersim::processes())
    if (entry.given(setup)) entry.make(setup);
  const auto sets = partnersim::read_correlations(setup);
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].entities ==
        std::vector{setup.entity("firm.direct.close_rate"), setup.entity("partner.referrer_1.close_rate"),
                    setup.entity("partner.referrer_2.close_rate"), setup.entity("partner.referrer_3.close_rate"),
                    setup.entity("partner.twin.close_rate")});
}

TEST_CASE("tables without a value in common make sets of their own") {
  const auto scenario = scenario_of(kBusiness + table("\"firm.direct.*\"") +
                                    table("\"partner.referrer.close_rate\"", "rank = 0.2\n", "other"));
  partnersim::Setup setup(*scenario);
  for (const auto& entry : partnersim::processes())
    if (entry.given(setup)) entry.make(setup);
  const auto sets = partnersim::read_correlations(setup);
  REQUIRE(sets.size() == 2);
  CHECK(sets[0].copula.size() == 2);
  CHECK(sets[1].copula.size() == 3);
}

TEST_CASE("what hangs together through others is one set, in the order of ids") {
  const std::string last = "\"partner.twin.close_rate\", ";
  const auto scenario = scenario_of(kBusiness + table(last + "\"firm.direct.leads\"") +
                                    table(last + "\"partner.referrer_1.close_rate\"", "rank = 0.5\n", "other"));
  partnersim::Setup setup(*scenario);
  for (const auto& entry : partnersim::processes())
    if (entry.given(setup)) entry.make(setup);
  const auto sets = partnersim::read_correlations(setup);
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].entities == std::vector{setup.entity("firm.direct.leads"),
                                        setup.entity("partner.referrer_1.close_rate"),
                                        setup.entity("partner.twin.close_rate")});
}

TEST_CASE("a pattern that matches nothing says what would match") {
  const std::string said = said_of(kBusiness + table("\"firm.direct.close_rate\", \"partner.*.close_rte\""));
  CHECK(says(said,
             "test.toml:20:33: correlation.market: partner.*.close_rte matches no value of this scenario. Did you mean "
             "partner.*.close_rate?"));
  CHECK(says(said_of(kBusiness + table("\"firm.direct.*\", \"partner.reffer_1.close_rate\"")),
             "Did you mean partner.referrer_1.close_rate?"));
}

TEST_CASE("what is not drawn once a replication cannot be correlated") {
  const auto of = [](const std::string& path) {
    return said_of(kBusiness + table("\"firm.direct.close_rate\", \"" + path + "\""));
  };
  CHECK(says(of("partner.referrer_1.leads"),
             "partner.referrer_1.leads is constant (only what is drawn once a replication can be correlated). Draw it, "
             "as in leads = { uniform = { low = 2, high = 6 } }"));
  CHECK(says(of("partner.*.leads"), "partner.*.leads throughout is constant"));
  CHECK(says(of("firm.direct.deal_value"),
             "firm.direct.deal_value is not drawn once a replication (it is drawn per event: luck, not doubt about a "
             "parameter)"));
  CHECK(says(of("partner.twin_1.churn"), "partner.twin_1.churn is not drawn once a replication"));
  CHECK(says(of("scenario.months"), "scenario.months is not drawn once a replication"));
  // The remedy works.
  std::string drawn = kBusiness;
  drawn.replace(drawn.find("leads = 4"), 9, "leads = { uniform = { low = 2, high = 6 } }");
  CHECK(said_of(drawn + table("\"firm.direct.close_rate\", \"partner.referrer_1.leads\"")) == "");
}

TEST_CASE("'*' passes over constants and disabled tables, so that variants may switch") {
  std::string text = kBusiness;
  text.replace(text.find("close_rate = { beta = { mean = 0.15, concentration = 25 } }"), 59, "close_rate = 0.15");
  CHECK(said_of(text + table("\"firm.direct.close_rate\", \"partner.*.close_rate\"")) == "");
  std::string off = kBusiness;
  for (std::size_t at = off.find("[partner."); at != std::string::npos; at = off.find("[partner.", at + 1))
    off.insert(off.find('\n', at) + 1, "enabled = false\n");
  CHECK(said_of(off + table("\"firm.direct.close_rate\", \"partner.*.close_rate\"")) == "");
  CHECK(says(said_of(off + table("\"firm.direct.close_rate\", \"partner.*.close_rte\"")), "matches no value"));
  // By name, of a copy or of their original; and a misspelt name is one whatever else is disabled.
  for (const std::string name : {"referrer_2", "referrer", "twin_1"})
    CHECK(said_of(off + table("\"firm.direct.close_rate\", \"partner." + name + ".close_rate\"")) == "");
  for (const std::string name : {"refferer_2", "ref_*", "referrer_4"})
    CHECK(says(said_of(off + table("\"firm.direct.close_rate\", \"partner." + name + ".close_rate\"")),
               "matches no value"));
  // Nor does a disabled partner excuse a constant of another.
  const std::string idle = "[partner.idle]\nenabled = false\nleads = 1\nclose_rate = 0.1\ndeal_value = 5\n";
  CHECK(says(said_of(kBusiness + idle + table("\"firm.direct.close_rate\", \"partner.referrer_1.leads\"")),
             "partner.referrer_1.leads is constant"));
}

TEST_CASE("a note says which of correlated parameters keep their strata") {
  std::string text = kBusiness;
  text.insert(text.find("replications"), "sampling = \"stratified\"\n");
  CHECK(
      said_of(text + table("\"firm.direct.close_rate\", \"partner.referrer_1.close_rate\"")) ==
      "Note: correlation.market: of the stratified draws only firm.direct.close_rate keeps its strata; the other is a "
      "mixture, spread less evenly, and errors allow for it\n");
  CHECK(says(said_of(text + table("\"partner.*.close_rate\"")),
             "only partner.referrer_1.close_rate keeps its strata; the other 3 are each a mixture"));
  // What is not correlated with any before it is no mixture.
  const std::string both = table("\"firm.direct.close_rate\", \"partner.twin.close_rate\"") +
                           table("\"firm.direct.leads\", \"partner.twin.close_rate\"", "rank = 0.2\n", "other");
  CHECK(says(said_of(text + both),
             "correlation.market and correlation.other: of the stratified draws only firm.direct.close_rate, "
             "firm.direct.leads keep their strata; the other is a mixture"));
  CHECK(said_of(text + table("\"firm.direct.close_rate\", \"partner.referrer_1.close_rate\"", "rank = 1\n")) == "");
  CHECK(said_of(kBusiness + table("\"partner.*.close_rate\"")) == "");
}

TEST_CASE("a correlation is between two or more") {
  CHECK(says(said_of(kBusiness + table("\"firm.direct.close_rate\"")),
             "correlation.market.of names 1 parameter (a correlation is between two or more). Add another: "
             "firm.direct.leads, "));
  CHECK(says(said_of(kBusiness + table("\"firm.direct.leads\", \"firm.direct.leads\"")),
             "names 1 parameter (a correlation is between two or more)"));
  CHECK(says(said_of(kBusiness + table("\"partner.twin.close_rate\"")),
             "names 1 parameter (copies that share are one parameter)"));
  CHECK(says(said_of(kBusiness + table("")), "names 0 parameters"));
}

TEST_CASE("a pair has one rank") {
  const std::string of = "\"firm.direct.close_rate\", \"partner.*.close_rate\"";
  const std::string said =
      said_of(kBusiness + table(of) +
              table("\"firm.direct.close_rate\", \"partner.referrer_2.close_rate\"", "rank = 0.4\n", "other"));
  CHECK(says(said,
             "test.toml:24:8: correlation.other gives the pair firm.direct.close_rate and "
             "partner.referrer_2.close_rate rank 0.4 (correlation.market gives it 0.5)"));
  CHECK(said_of(kBusiness + table(of) +
                table("\"firm.direct.close_rate\", \"partner.referrer_2.close_rate\"", "rank = 0.5\n", "other")) == "");
  CHECK(says(said_of(kBusiness + table(of, "rank = 1.5\n")), "-1 to 1"));
  CHECK(says(said_of(kBusiness + table(of, "")), "lacks rank"));
}

TEST_CASE("ranks that cannot hold together are mended with a note, or refused") {
  const std::string three = "\"partner.referrer.close_rate\"";
  const std::string change =
      "rank between partner.referrer_1.close_rate and partner.referrer_2.close_rate -0.5 becomes -0.483; 3 of 3 pairs "
      "change by more than 0.01";
  CHECK(says(
      said_of(kBusiness + table(three, "rank = -0.5\n")),
      "Note: correlation.market: these ranks cannot hold together and are moved to the nearest that can: " + change));
  const std::string refused = said_of(kBusiness + table(three, "rank = -0.5\nrepair = false\n"));
  CHECK(
      says(refused, "test.toml:22:10: correlation.market: these ranks cannot hold together (in the nearest that can, " +
                        change + "). Leave repair = false out"));
  CHECK(said_of(kBusiness + table(three, "rank = -0.48\nrepair = false\n")) == "");
  CHECK(said_of(kBusiness + table(three, "rank = 1\n")) == "");
  std::string many = kBusiness;
  many.replace(many.find("count = 3"), 9, "count = 200");
  CHECK(says(said_of(many + table(three, "rank = -0.5\n")), "200 parameters are too many to mend"));
  CHECK(said_of(many + table(three, "rank = 0.5\n")) == "");
  many.replace(many.find("count = 200"), 11, "count = 1001");
  CHECK(says(said_of(many + table(three)), "1001 parameters are correlated (at most 1000)"));
}

TEST_CASE("replications are whole units") {
  const auto with = [](const std::string& more) {
    std::string text = kBusiness;
    return text.insert(text.find("replications"), more);
  };
  CHECK(said_of(with("inner = 8\n")) == "");
  CHECK(says(said_of(with("inner = 16\n")),
             "test.toml:3:16: scenario.replications = 1000 is not a multiple of scenario.inner = 16 (that many "
             "replications share each draw of the parameters). Write replications = 1008"));
  CHECK(says(said_of(with("inner = 65536\n")), "Write replications = 65536"));
  CHECK(says(said_of(with("inner = 0\n")), "1 to 65536"));
  CHECK(says(said_of(with("sampling = \"sobol\"\n")), "stratified"));
  const std::string fixed =
      "[scenario]\nreplications = 1000\ninner = 4\n[partner.a]\nleads = 1\nclose_rate = 0.5\ndeal_value = 1\n";
  CHECK(says(said_of(fixed), "Note: scenario.inner has no effect, because nothing is drawn once a replication"));
}
