// What a scenario may not say of dated changes (models/scenario/dated_changes.h) and of the targets of shocks
// (models/shocks/targets.h), and what it is told instead.
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "sim/base/problem.h"
#include "tests/support/harness.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;

const std::string kBase =
    "[scenario]\nmonths = 12\nreplications = 100\n"
    "[firm]\nfixed_cost = 10\n"
    "[partner.acme]\nleads = 5\nclose_rate = 0.4\ndeal_value = 10\ntags = [\"local\"]\nsector = \"food\"\n"
    "[partner.bravo]\nleads = 5\nclose_rate = 0.4\ndeal_value = 10\n";

// All problems, one a line; empty when there are none.
std::string problems(const std::string& rest) {
  try {
    partnersim::make_model(scenario_of(kBase + rest));
  } catch (const sim::ConfigurationError& error) {
    std::string all;
    for (const sim::Problem& problem : error.problems()) all += sim::to_string(problem) + "\n";
    return all;
  }
  return {};
}

std::string change(const std::string& set, int month = 6) {
  return problems("[change.later]\nmonth = " + std::to_string(month) + "\nset = " + set + "\n");
}

std::string target(const std::string& of) {
  return problems("[shock.storm]\nrate = 0.1\nkill = 0.5\ntarget = " + of + "\n");
}

}  // namespace

TEST_CASE("changes of numbers are accepted, by path, by pattern and as tables") {
  CHECK(change("{ \"firm.fixed_cost\" = 20 }").empty());
  CHECK(change("{ \"partner.*.leads\" = 20 }").empty());
  CHECK(change("{ \"partner.a*.close_rate\" = { beta = { mean = 0.5, concentration = 9 } } }").empty());
  CHECK(change("{ partner = { acme = { leads = 3, deal_value = 7 } }, firm = { fixed_cost = 1 } }").empty());
}

TEST_CASE("a change of what does not exist says so and offers what is near") {
  CHECK(says(change("{ \"firm.fixed_costs\" = 20 }"),
             "change.later: firm.fixed_costs matches no value of this scenario"));
  CHECK(says(change("{ \"firm.fixed_costs\" = 20 }"), "firm.fixed_cost"));
  CHECK(says(change("{ \"partner.zulu.leads\" = 20 }"), "matches no value"));
  CHECK(says(change("{ \"partner.z*.leads\" = 20 }"), "matches no value"));
  CHECK(says(change("{ partner = { acme = { lead = 3 } } }"), "partner.acme.lead matches no value"));
}

TEST_CASE("what a variant disables may be changed, shocked and left out, and is skipped") {
  const std::string off =
      "[partner.idle]\nenabled = false\ncount = 2\nleads = 1\nclose_rate = 0.1\ndeal_value = 5\ntags = [\"old\"]\n"
      "region = \"north\"\n[partner.idle_2]\nleads = 2\n";
  for (const char* set :
       {"{ \"partner.idle.leads\" = 2 }", "{ \"partner.idle_2.leads\" = { uniform = { low = 1, high = 2 } } }",
        "{ \"partner.i*.leads\" = 2 }", "{ partner = { idle_1 = { leads = 2, deal_value = 7 } } }"})
    CHECK(problems(off + "[change.later]\nmonth = 6\nset = " + set + "\n").empty());
  // Tables too where no partner is left.
  const std::string none = "[scenario]\nmonths = 12\n[firm.direct]\nleads = 1\nclose_rate = 1\ndeal_value = 1\n" + off;
  CHECK_NOTHROW(partnersim::make_model(
      scenario_of(none + "[change.later]\nmonth = 6\nset = { partner = { idle_1 = { leads = 2 } } }\n")));
  // What is wrong all the same is wrong.
  for (const auto& [set, message] :
       {std::pair{"{ \"partner.idle_1.lead\" = 2 }", "partner.idle_1.lead matches no value"},
        std::pair{"{ \"partner.idel_1.leads\" = 2 }", "partner.idel_1.leads matches no value"},
        std::pair{"{ \"partner.z*.leads\" = 2 }", "partner.z*.leads matches no value"},
        std::pair{"{ partner = { idle_1 = { lead = 2 } } }", "partner.idle_1.lead matches no value"},
        std::pair{"{ \"partner.idle_1.leads\" = -2 }", "must be from 0"},
        std::pair{"{ \"partner.idle_1.label\" = \"x\" }", "only numbers can"}})
    CHECK(says(problems(off + "[change.later]\nmonth = 6\nset = " + set + "\n"), message));
  const auto shock = [&](const std::string& of) {
    return problems(off + "[shock.storm]\nrate = 0.1\nkill = 0.5\ntarget = " + of + "\n");
  };
  CHECK(shock("{ partners = [\"idle_1\"] }").empty());
  CHECK(shock("{ tag = \"old\" }").empty());
  CHECK(shock("{ region = \"north\" }").empty());
  CHECK(says(shock("{ tag = \"odl\" }"), "no partner has this tag"));
  CHECK(says(shock("{ sector = \"north\" }"), "no partner has this sector"));
  CHECK(says(shock("{ partners = [\"z*\"] }"), "z* names no partner"));
  CHECK(problems(off + "[output]\nwithout = \"idle_1\"\n").empty());
  CHECK(says(problems(off + "[output]\nwithout = \"idel_1\"\n"), "names no partner"));
}

TEST_CASE("a change of what is fixed for a run is refused") {
  CHECK(says(change("{ \"partner.acme.ramp\" = 3 }"), "partner.acme.ramp cannot change at a date"));
  CHECK(says(change("{ \"scenario.months\" = 24 }"), "scenario.months cannot change at a date"));
  CHECK(says(change("{ \"partner.acme.sector\" = \"retail\" }"), "partner.acme.sector cannot change at a date"));
  CHECK(says(change("{ \"partner.acme.count\" = 3 }"), "cannot change at a date"));
  CHECK(says(change("{ \"partner.acme.lag\" = 3 }"), "partner.acme.lag cannot change at a date"));
  CHECK(says(problems("[change.later]\nmonth = 6\nset.firm.cash = 3\n"), "firm.cash"));
  CHECK(says(change("{ \"partner.acme.churn\" = { beta_geometric = { a = 1, b = 9 } } }"),
             "cannot change to or from a law drawn once"));
}

TEST_CASE("a change has a value in range, one law, something to set and a month of its own") {
  CHECK(says(change("{ \"partner.acme.close_rate\" = 1.4 }"), "partner.acme.close_rate"));
  CHECK(says(change("{ \"partner.acme.close_rate\" = \"high\" }"), "partner.acme.close_rate"));
  CHECK(says(change("{}"), "change.later.set is empty"));
  CHECK(says(change("{ \"firm.fixed_cost\" = 20 }", 0), "change.later.month"));
  CHECK(says(problems("[change.one]\nmonth = 6\nset = { \"firm.fixed_cost\" = 1 }\n[change.two]\nmonth = 6\nset = { "
                      "\"firm.fixed_cost\" = 2 }\n"),
             "sets firm.fixed_cost in month 6"));
  CHECK(says(problems("[change.one]\nset = { \"firm.fixed_cost\" = 1 }\n"), "month"));
  CHECK(problems("[change.one]\nenabled = false\nmonth = 6\nset = { \"firm.nothing\" = 1 }\n").empty());
}

TEST_CASE("targets are accepted in all their forms") {
  for (const char* of :
       {"\"partners\"", "\"everyone\"", "\"firm\"", "{ tag = \"local\" }", "{ sector = \"food\" }",
        "{ type = \"referral\" }", "{ partners = [\"acme\", \"b*\"] }", "{ firms = [\"firm\", \"acme\"] }",
        "{ fraction = 0.5 }", "{ count = 2, tag = \"local\" }", "{ top = 1, by = \"revenue\" }"}) {
    CAPTURE(std::string(of));
    CHECK(target(of).empty());
  }
}

TEST_CASE("a target that is none is refused with the forms there are") {
  CHECK(says(target("\"partner\""), "\"partner\" is not a target"));
  CHECK(says(target("\"partner\""), "targets are \"partners\", \"everyone\""));
  CHECK(says(target("\"bravo\""), "Did you mean { partners = [\"bravo\"] }?"));
  CHECK(says(target("3"), "is not a target"));
  CHECK(says(target("{}"), "is not a target"));
  CHECK(says(target("{ colour = \"red\" }"), "colour is not a target"));
  CHECK(says(target("{ tag = \"locals\" }"), "no partner has this tag"));
  CHECK(says(target("{ tag = \"locals\" }"), "local"));
  CHECK(says(target("{ region = \"north\" }"), "no partner has this region"));
  CHECK(says(target("{ partners = [\"acne\"] }"), "acne names no partner"));
  CHECK(says(target("{ partners = [3] }"), "a partner is named by its id in quotes"));
  CHECK(says(target("{ tag = \"local\", sector = \"food\" }"), "two pools"));
}

TEST_CASE("a choice among targets has a sensible number") {
  CHECK(says(target("{ fraction = 0 }"), "fraction is not above 0 and at most 1"));
  CHECK(says(target("{ fraction = 1.5 }"), "fraction is not above 0 and at most 1"));
  CHECK(says(target("{ count = 0 }"), "count is not a whole number from 1"));
  CHECK(says(target("{ count = 1.5 }"), "count is not a whole number from 1"));
  CHECK(says(target("{ count = \"two\" }"), "count is not a whole number from 1"));
  CHECK(says(target("{ top = 2, by = \"degree\" }"), "is not \"revenue\""));
}
