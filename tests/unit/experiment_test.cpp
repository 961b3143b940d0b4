// Claims about experiments: points and their order, what a point's document holds, and complaints with remedies that
// work.
#include "sim/plan/experiment.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/plan/experiment_parameters.h"
#include "sim/plan/point_scenarios.h"
#include "tests/support/sanitized.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;

using namespace sim;

constexpr Range kShare{0.0, 1.0};
constexpr std::array kBeta{ArgumentSpec{.name = "mean", .range = {0.0, 1.0, true, true}},
                           ArgumentSpec{.name = "concentration", .range = {0.0, kInfinity, true, false}}};
constexpr std::array kLaws{LawSpec{"beta", kBeta, "a share"}};
constexpr std::array kSpecs{
    ParameterSpec{
        .path = "scenario.months", .kind = Kind::integer, .unit = "months", .range = {1, 600}, .fallback = 60},
    ParameterSpec{.path = "scenario.currency", .kind = Kind::text, .fallback_text = "USD"},
    ParameterSpec{.path = "firm.cash", .unit = "currency", .fallback = 0},
    ParameterSpec{.path = "partner.*.leads", .unit = "leads a month", .range = {0.0, kInfinity}, .required = true},
    ParameterSpec{.path = "partner.*.close_rate", .unit = "1", .range = kShare, .fallback = 0.5, .laws = kLaws},
    ParameterSpec{.path = "partner.*.churn", .unit = "1 a month", .range = kShare},
    ParameterSpec{.path = "partner.*.start", .kind = Kind::integer, .unit = "month", .range = {1, 600}, .fallback = 1},
    ParameterSpec{.path = "partner.*.count", .kind = Kind::integer, .fallback = 1},
    ParameterSpec{.path = "partner.*.enabled", .kind = Kind::boolean, .fallback = 1},
    ParameterSpec{.path = "shock.*.every", .unit = "months", .range = {0.0, kInfinity, true, false}},
};

const std::string kText = R"([firm]
cash = 10
[partner.acme]
leads = 2
churn = 0.02
close_rate = { beta = { mean = 0.2, concentration = 10 } }
start = 6
[partner.bigco]
enabled = false
leads = 5
churn = 0.04
close_rate = 0.3
[partner.referrer]
count = 3
leads = 1
churn = 0.1
[partner.referrer_2]
leads = 4
[shock.outage]
every = 44
)";

struct Result {
  Experiment experiment;
  std::vector<std::string> problems;
};

Result read(const std::string& added, const std::vector<std::string>& vary = {}) {
  Problems problems;
  Document document = parse_document("x.toml", kText + added);
  Experiment experiment = read_experiment(document, vary, kSpecs, problems);
  CHECK(document.root.find("sweep") == nullptr);
  CHECK(document.root.find("variant") == nullptr);
  Result result{std::move(experiment), {}};
  for (const Problem& problem : problems.list()) result.problems.push_back(to_string(problem));
  return result;
}

Experiment sound(const std::string& added, const std::vector<std::string>& vary = {}) {
  Result result = read(added, vary);
  for (const std::string& problem : result.problems) FAIL_CHECK(problem);
  return std::move(result.experiment);
}

// All problems, a line each.
std::string complaint(const std::string& added, const std::vector<std::string>& vary = {}) {
  std::string all;
  for (const std::string& problem : read(added, vary).problems) all += problem + "\n";
  return all;
}

Scenario at(const Experiment& experiment, std::size_t point) {
  Problems problems;
  Scenario scenario = resolve(experiment.document(point, problems), kSpecs, problems);
  for (const Problem& problem : problems.list()) FAIL_CHECK(to_string(problem));
  return scenario;
}

std::vector<std::string> labels(const Experiment& experiment) {
  std::vector<std::string> all;
  for (const ExperimentPoint& point : experiment.points()) all.push_back(point.label);
  return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a scenario without sweep and variants is one point, the base") {
  const Experiment experiment = sound("");
  CHECK(experiment.is_single());
  CHECK(experiment.shared_random_numbers());
  CHECK(labels(experiment) == Names{"base"});
  CHECK(at(experiment, 0).number("firm.cash") == 10.0);
}

TEST_CASE("variants stand outermost, the base first, and rows of a grid have the last axis fastest") {
  const Experiment experiment = sound(R"([sweep.vary]
"partner.*.churn" = { factor = [0.5, 2] }
"shock.outage.every" = { from = 24, to = 96, count = 2 }
[variant.sign]
set = { "partner.bigco.enabled" = true }
[variant.skipped]
enabled = false
set = { "no.such" = 1 }
[variant.rich]
label = "More cash"
set.firm.cash = 99
)");
  CHECK_FALSE(experiment.is_single());
  REQUIRE(experiment.points().size() == 12);
  const Names names = labels(experiment);
  CHECK(names[0] == "base, partner.*.churn × 0.5, shock.outage.every = 24");
  CHECK(names[1] == "base, partner.*.churn × 0.5, shock.outage.every = 96");
  CHECK(names[6] == "sign, partner.*.churn × 2, shock.outage.every = 24");
  CHECK(names[11] == "More cash, partner.*.churn × 2, shock.outage.every = 96");
  CHECK(experiment.number(7, 0) == 2.0);
  CHECK(experiment.number(7, 1) == 96.0);
  CHECK(at(experiment, 7).ids("partner").size() == 5);
  CHECK(at(experiment, 3).ids("partner").size() == 4);
  CHECK(at(experiment, 11).number("firm.cash") == 99.0);
  CHECK(at(experiment, 11).number("shock.outage.every") == 96.0);
}

TEST_CASE("a factor multiplies each entity's own number, and copies through their original, once") {
  const Experiment experiment =
      sound("[sweep.vary]\n'partner.*.churn' = { factor = [0.5] }\n'partner.*.leads' = { factor = [3] }\n");
  const Scenario scenario = at(experiment, 0);
  CHECK(scenario.number("partner.acme.churn") == 0.01);
  CHECK(scenario.number("partner.referrer_1.churn") == 0.05);
  CHECK(scenario.number("partner.referrer_2.churn") == 0.05);
  CHECK(scenario.number("partner.referrer_1.leads") == 3.0);
  CHECK(scenario.number("partner.referrer_2.leads") == 12.0);
  // A copy by name: of what it inherits.
  const Scenario one = at(sound("[sweep.vary]\n'partner.referrer_3.churn' = { factor = [0.5] }\n"), 0);
  CHECK(one.number("partner.referrer_3.churn") == 0.05);
  CHECK(one.number("partner.referrer_1.churn") == 0.1);
}

TEST_CASE("values are set before factors multiply, whatever the order written") {
  const Scenario scenario = at(sound(R"([sweep.vary]
"partner.*.churn" = { factor = [2] }
"partner.acme.churn" = [0.3]
)"),
                               0);
  CHECK(scenario.number("partner.acme.churn") == 0.6);
  CHECK(scenario.number("partner.referrer_1.churn") == 0.2);
}

TEST_CASE("factors of a whole-number parameter give whole numbers") {
  const Experiment experiment = sound(
      "[sweep.vary]\n'partner.acme.start' = { factor = [0.5, 1.5] }\n'scenario.months' = { from = 12, to = 36, count = "
      "3 }\n");
  CHECK(at(experiment, 3).integer("partner.acme.start") == 9);
  CHECK(at(experiment, 1).integer("scenario.months") == 24);
  const std::string wrong = complaint("[sweep.vary]\n'partner.acme.start' = { factor = [0.3] }\n");
  CHECK(says(wrong,
             "partner.acme.start = 6 × 0.3 is 1.7999999999999998 (it takes whole numbers). The nearest factor is "
             "0.3333333333333333"));
  CHECK(at(sound("[sweep.vary]\n'partner.acme.start' = { factor = [0.3333333333333333] }\n"), 0)
            .integer("partner.acme.start") == 2);
}

TEST_CASE("a factor finds numbers that are written, and says where there is none") {
  CHECK(says(complaint("[sweep.vary]\n'partner.bigco.start' = { factor = [2] }\n"),
             "x.toml:22:1: sweep.vary.\"partner.bigco.start\": partner.bigco.start is not written (a factor multiplies "
             "a number of the scenario). Add a line such as start = 1 to [partner.bigco], or give values"));
  // A default of 0 stays 0; one that is not must be written.
  CHECK(says(complaint("[partner.late]\nleads = 1\n[sweep.vary]\n'partner.*.start' = { factor = [2] }\n"),
             "partner.late.start is not written"));
  CHECK(at(sound("[partner.late]\nleads = 1\n[sweep.vary]\n'partner.*.churn' = { factor = [2] }\n"), 0)
            .number("partner.late.churn") == 0.0);
  const std::string law = complaint("[sweep.vary]\n'partner.acme.close_rate' = { factor = [2] }\n");
  CHECK(says(law, "partner.acme.close_rate is a table (a factor multiplies a number)"));
  CHECK(says(law, "vary \"partner.acme.close_rate.beta.mean\" by factors"));
  const Scenario scenario = at(sound("[sweep.vary]\n'partner.acme.close_rate.beta.mean' = { factor = [2] }\n"), 0);
  CHECK(scenario.law("partner.acme.close_rate").number("mean") == 0.4);
}

TEST_CASE("values may be texts, booleans and laws, under quoted or nested paths") {
  const Experiment experiment = sound(R"([sweep.vary]
scenario.currency = ["EUR", "CHF"]
"partner.bigco.enabled" = [true, false]
partner.acme.close_rate = [0.2, { beta = { mean = 0.5, concentration = 4 } }]
)");
  REQUIRE(experiment.points().size() == 8);
  CHECK(labels(experiment)[1] ==
        "scenario.currency = \"EUR\", partner.bigco.enabled = true, partner.acme.close_rate = { beta = { mean = 0.5, "
        "concentration = 4 } }");
  CHECK(at(experiment, 7).law("partner.acme.close_rate").number("mean") == 0.5);
  CHECK(at(experiment, 4).text("scenario.currency") == "CHF");
  CHECK_FALSE(experiment.number(0, 0).has_value());
}

TEST_CASE("a list takes values side by side, and wants equally many") {
  const Experiment experiment =
      sound("[sweep]\ndesign = 'list'\n[sweep.vary]\n'firm.cash' = [1, 2, 3]\n'partner.acme.leads' = [4, 5, 6]\n");
  REQUIRE(experiment.points().size() == 3);
  CHECK(at(experiment, 2).number("firm.cash") == 3.0);
  CHECK(at(experiment, 2).number("partner.acme.leads") == 6.0);
  CHECK(says(
      complaint("[sweep]\ndesign = 'list'\n[sweep.vary]\n'firm.cash' = [1, 2, 3]\n'partner.acme.leads' = [4, 5]\n"),
      "x.toml:25:1: \"partner.acme.leads\" has 2 values (\"firm.cash\" has 3, and a list takes them side by side). "
      "Give them equally many"));
}

TEST_CASE("spread designs fill ranges, choose whole numbers and listed values equally, and depend on their own seed") {
  for (const std::string design : {"latin_hypercube", "sobol"}) {
    const std::string text =
        "points = 64\n[sweep.vary]\n'firm.cash' = { from = 1, to = 100, scale = 'log' }\n'partner.acme.start' = { from "
        "= 3, to = 6 }\n"
        "'partner.*.churn' = { factor = { from = 0.5, to = 2 } }\n'scenario.currency' = ['EUR', 'CHF']\n";
    const Experiment experiment = sound("[sweep]\ndesign = '" + design + "'\n" + text);
    const Experiment other = sound("[sweep]\nseed = 2\ndesign = '" + design + "'\n" + text);
    REQUIRE(experiment.points().size() == 64);
    int below = 0, third = 0, euros = 0, moved = 0;
    for (std::size_t point = 0; point < 64; ++point) {
      below += *experiment.number(point, 0) < 10.0 ? 1 : 0;
      third += *experiment.number(point, 1) == 3.0 ? 1 : 0;
      const Scenario scenario = at(experiment, point);
      euros += scenario.text("scenario.currency") == "EUR" ? 1 : 0;
      CHECK(scenario.number("partner.acme.churn") == 0.02 * *experiment.number(point, 2));
      moved += *experiment.number(point, 0) != *other.number(point, 0) ? 1 : 0;
    }
    CHECK(below == 32);
    CHECK(third == 16);
    CHECK(euros == 32);
    CHECK(moved == 64);
  }
}

TEST_CASE("--vary adds an axis, or takes the place of the file's with the same path") {
  const std::string file = "[sweep.vary]\n'firm.cash' = [1, 2]\n'partner.acme.leads' = [3]\n";
  const Experiment experiment =
      sound(file, {"firm.cash=10:30:3", "partner.*.churn = *0.5, *1", "shock.outage.every=24,48"});
  CHECK(experiment.points().size() == 12);
  REQUIRE(experiment.axes().size() == 4);
  CHECK(experiment.axes()[0].mark.file == "--vary");
  CHECK(at(experiment, 11).number("firm.cash") == 30.0);
  CHECK(at(experiment, 0).number("partner.acme.churn") == 0.01);
  CHECK(sound("", {"partner.*.churn=*0.5:2:4"}).axes()[0].values.size() == 4);
  CHECK(sound("", {"firm.cash={ from = 1, to = 100, count = 3, scale = 'log' }"}).points().size() == 3);
  CHECK(sound("", {"partner.acme.close_rate={ beta = { mean = 0.5, concentration = 4 } },0.1"}).points().size() == 2);
  CHECK(sound("", {"firm.cash=7"}).points().size() == 1);
  CHECK(sound("[sweep]\ndesign='sobol'\npoints=8\n", {"firm.cash=1:3"}).points().size() == 8);
  CHECK(says(complaint("", {"firm.cash"}), "--vary: \"firm.cash\" gives no values (PATH=VALUES is expected)"));
  CHECK(says(complaint("", {"firm.cash=*1,2"}), "mixes values and factors"));
  CHECK(says(complaint("", {"firm.cash=1,,2"}), "has an empty value"));
  CHECK(says(complaint("", {"firm.cash=1:2"}), "lacks count"));
  CHECK(says(complaint("", {"partner.acme.churn=0,01:0,05:5"}),
             "\"0,01:0,05:5\" is no range (a point stands before "
             "decimals, _ between thousands). Write 0.01:0.05:5"));
  CHECK(says(complaint("", {"firm.cash=1,000:5,000:5"}), "Write 1_000:5_000:5"));
  CHECK(sound("", {"firm.cash=1_000:5_000:5"}).points().size() == 5);
  CHECK(says(complaint("", {"firm.cash=1", "firm.cash=2"}), "is varied twice"));
  CHECK(says(complaint("", {"partner.acem.churn=0.1:0.2:3"}),
             "--vary: sweep.vary: \"partner.acem.churn\" matches nothing ([partner] has no table acem). Did you mean "
             "partner.acme.churn?"));
}

TEST_CASE("paths that match nothing are reported once, with the one that was meant") {
  CHECK(complaint("[sweep.vary]\n'partner.acem.churn' = [1, 0.5]\n[variant.a]\nset = { 'firm.cash' = 3 }\n") ==
        "x.toml:22:1: sweep.vary: \"partner.acem.churn\" matches nothing ([partner] has no table acem). Did you mean "
        "partner.acme.churn?\n");
  CHECK(says(complaint("[sweep.vary]\n'partnr.*.churn' = { factor = [1, 0.5] }\n"), "Did you mean partner.*.churn?"));
  CHECK(complaint("[variant.a]\nset = { 'partner.bigc.enabled' = true }\n[variant.b]\nset.partner.acm.leads = 3\n") ==
        "x.toml:22:9: variant.a: \"partner.bigc.enabled\" matches nothing ([partner] has no table bigc). Did you mean "
        "partner.bigco.enabled?\n"
        "x.toml:24:17: variant.b: \"partner.acm.leads\" matches nothing ([partner] has no table acm). Did you mean "
        "partner.acme.leads?\n");
}

TEST_CASE("a variant that changes nothing is refused, also when the sweep sets its values again") {
  CHECK(says(complaint("[variant.a]\nset = { 'firm.cash' = 10 }\n"),
             "x.toml:21:10: variant.a changes nothing (the values it sets are in effect already)"));
  CHECK(says(complaint("[variant.a]\nset = { 'partner.acme.enabled' = true }\n"), "changes nothing"));
  CHECK(says(complaint("[variant.a]\nset = { 'partner.bigco.leads' = 7 }\n"), "changes nothing"));
  CHECK(says(complaint("[sweep.vary]\n'firm.cash' = [1, 2]\n[variant.a]\nset = { 'firm.cash' = 5 }\n"),
             "or the sweep sets them again"));
  CHECK(complaint("[variant.a]\nenabled = false\nset = { 'firm.cash' = 10 }\n").empty());
  CHECK(complaint("[variant.a]\nset = { 'firm.cash' = 11 }\n").empty());
}

TEST_CASE("names and keys of the experiment are checked like the rest of a scenario") {
  CHECK(says(complaint("[variant.base]\nset = { 'firm.cash' = 3 }\n"), "variant.base has a name that is taken"));
  CHECK(says(complaint("[variant.a]\nsett = { 'firm.cash' = 3 }\n"),
             "variant.a: sett is not a parameter. Did you mean set?"));
  CHECK(says(complaint("[variant.a]\nlabel = 'x'\n"), "variant.a lacks set"));
  CHECK(says(complaint("[variant.a]\nset = {}\n"), "variant.a.set is empty"));
  CHECK(says(complaint("[sweep]\ndesing = 'grid'\n[sweep.vary]\n'firm.cash' = [1]\n"),
             "sweep: desing is not a parameter. Did you mean design?"));
  CHECK(says(complaint("[sweep]\ndesign = 'sobl'\n[sweep.vary]\n'firm.cash' = [1]\n"), "Did you mean sobol?"));
  CHECK(says(complaint("[variants.a]\nset = { 'firm.cash' = 3 }\n"),
             "variants is not a table of a scenario. Did you mean variant?"));
  CHECK(says(complaint("[sweep]\ndesign = 'grid'\n"), "sweep.design has no effect (the sweep has no axis)"));
  CHECK(says(complaint("[sweep]\npoints = 5\n[sweep.vary]\n'firm.cash' = [1]\n"), "sweep.points has no effect"));
  CHECK(says(complaint("[sweep]\ndesign = 'sobol'\n[sweep.vary]\n'firm.cash' = [1]\n"), "sweep lacks points"));
  CHECK_FALSE(sound("[sweep]\nshared_random_numbers = false\n").shared_random_numbers());
}

TEST_CASE("ranges that make no axis are refused with one that does") {
  const auto axis = [](const std::string& value) {
    return complaint("[sweep.vary]\n'partner.acme.churn' = " + value + "\n");
  };
  CHECK(says(axis("0.1"), "Write [0.1]"));
  CHECK(says(axis("[]"), "is an empty array"));
  CHECK(says(axis("{ from = 0.1, to = 0.2 }"), "lacks count"));
  CHECK(says(axis("{ form = 0.1, to = 0.2, count = 3 }"), "form is not a key of an axis. Did you mean from?"));
  CHECK(says(axis("{ factr = [1, 2] }"), "Did you mean factor?"));
  CHECK(says(axis("{ from = 0, to = 0.2, count = 3, scale = 'log' }"), "reaches 0 on a log scale"));
  CHECK(says(axis("{ from = 0.1, to = 0.2, count = 3, scale = 'logg' }"), "Did you mean log?"));
  CHECK(says(axis("{ from = 0.1, to = 0.1, count = 3 }"), "Write [0.1] for one value"));
  CHECK(says(axis("{ from = 0.1, to = 2, count = 3 }"), "partner.acme.churn\".to = 2 is out of range"));
  CHECK(says(axis("[0.1, 3, -1]"), "partner.acme.churn = -1 is out of range"));
  CHECK(says(complaint("[sweep.vary]\n'scenario.months' = { from = 12, to = 36, count = 6 }\n"),
             "gives 16.8 (scenario.months takes whole numbers). Use count = 5"));
  CHECK(complaint("[sweep.vary]\n'scenario.months' = { from = 12, to = 36, count = 5 }\n").empty());
  const std::string spread = "[sweep]\ndesign = 'sobol'\npoints = 4\n[sweep.vary]\n";
  CHECK(says(complaint(spread + "'firm.cash' = { from = 1, to = 2, count = 3 }\n"),
             "count has no effect (this design has sweep.points rows"));
  CHECK(says(complaint(spread + "'partner.acme.start' = { factor = { from = 1, to = 2 } }\n"), "List the factors"));
}

TEST_CASE("all that is wrong with an experiment is told in one round") {
  const std::string said = complaint(
      "[sweep]\npoints = 5\n[sweep.vary]\n'partner.*.chrn' = [0.1]\n'partner.acme.churn' = [0.1, 3]\n"
      "'shock.outage.every' = { from = 1, to = 9 }\n'partner.acme.close_rate.beta.mean' = [0.2, 4]\n"
      "[variant.a]\nset = { 'partner.bigco.enabld' = true }\n[variant.b]\nset = { 'firm.cash' = 10 }\n"
      "[variant.c]\nset = { 'partner.bigc.leads' = 3 }\n");
  for (const char* part :
       {"sweep.points has no effect", "x.toml:24:1: partner.*: chrn is not a parameter. Did you mean churn?",
        "partner.acme.churn = 3 is out of range", "sweep.vary.\"shock.outage.every\" lacks count",
        "partner.acme.close_rate.beta.mean = 4 is out of range",
        "x.toml:29:9: partner.bigco: enabld is not a parameter. Did you mean enabled?", "variant.b changes nothing",
        "variant.c: \"partner.bigc.leads\" matches nothing"})
    CHECK(says(said, part));
  CHECK(std::count(said.begin(), said.end(), '\n') == 8);
}

TEST_CASE("a misspelt design hides nothing that does not hang on it") {
  const std::string axes = "[sweep.vary]\n'partner.*.chrn' = [0.1]\n'firm.cash' = { from = 1, to = 9 }\n";
  const std::string near = complaint("[sweep]\ndesign = 'sobl'\n" + axes);
  CHECK(says(near, "Did you mean sobol?"));
  CHECK(says(near, "chrn is not a parameter"));
  CHECK(says(near, "sweep lacks points"));
  const std::string far =
      complaint("[sweep]\ndesign = 'whatever'\n" + axes + "[variant.a]\nset = { 'firm.csh' = 1 }\n");
  CHECK(says(far, "chrn is not a parameter"));
  CHECK(says(far, "csh is not a parameter"));
  CHECK(far.find("lacks") == std::string::npos);
}

TEST_CASE("factors whose products are out of range are told before any point is made, and only then") {
  const std::string said = complaint("[sweep.vary]\n'partner.*.churn' = { factor = [1, 100] }\n");
  CHECK(says(said, "× 100: partner.acme.churn = 2 is out of range"));
  CHECK(std::count(said.begin(), said.end(), '\n') == 1);
  // Rows that are sound, though the values of each axis with the first of the other are not.
  sound(
      "[sweep]\ndesign = 'list'\n[sweep.vary]\n'partner.acme.churn' = [0.9, 0.1]\n'partner.*.churn' = { factor = [1, "
      "9] }\n");
}

TEST_CASE("more points than a run can have are counted and refused") {
  CHECK(
      says(complaint("[sweep.vary]\n'firm.cash' = { from = 1, to = 2, count = 1000 }\n'partner.acme.churn' = { from = "
                     "0, to = 1, count = 300 }\n[variant.a]\nset = { 'scenario.months' = 3 }\n"),
           "the experiment has 600000 points (2 variants, base included, × 300000 rows; at most 100000)"));
}

TEST_CASE("whatever stands in a sweep or a variant, it is read or refused, and nothing breaks") {
  for (const char* value :
       {"1", "''", "[[]]", "{}", "[{}]", "{ factor = 'x' }", "{ factor = {} }", "{ factor = [] }", "{ factor = [nan] }",
        "{ factor = [1e300] }", "{ factor = ['2'] }", "{ from = 'a', to = [], count = {} }",
        "{ from = 1, to = inf, count = 3 }", "{ from = 1, to = 9223372036854775807, count = 2 }",
        "{ from = -1e308, to = 1e308, count = 5 }", "{ factor = { factor = [1] } }",
        "{ factor = { from = 1, to = 2, count = 1 } }", "{ a = { b = [1] } }"})
    for (const char* path :
         {"firm.cash", "partner.acme.start", "partner.*.close_rate", "*", "*.*", "firm", "a..b", "partner..x"})
      for (const char* design : {"grid", "list", "sobol"}) {
        const std::string line = std::string("'") + path + "' = " + value;
        Problems problems;
        Document document =
            parse_document("x.toml", kText + "[sweep]\ndesign = '" +
                                         (design[0] == 's' ? "sobol'\npoints = 3" : std::string(design) + "'") +
                                         "\n[sweep.vary]\n" + line + "\n[variant.v]\nset = { " + line + " }\n");
        const Experiment experiment = read_experiment(document, {}, kSpecs, problems);
        if (!problems.empty()) continue;
        for (std::size_t point = 0; point < experiment.points().size(); ++point)
          resolve(experiment.document(point, problems), kSpecs, problems);
      }
  for (const char* text : {"", "=", "a=", "firm.cash=*", "firm.cash=:", "firm.cash=1:2:3:4", "=1,2", "firm.cash=[1",
                           "firm.cash={", "firm.cash=\"1,2", "firm.cash=1:2:1000000", "a.=1"})
    CHECK_FALSE(complaint("", {text}).empty());
}

TEST_CASE("all problems of an experiment are reported at once") {
  const std::string all = complaint(
      "[sweep]\nseeed = 1\n[sweep.vary]\n'partner.acme.churn' = [7]\n'firm.cash' = 3\n[variant.base]\nset = { a = 1 "
      "}\n[variant.b]\nset = { 'partner.zzz.leads' = 3 }\n");
  for (const char* part : {"seeed", "= 7 is out of range", "Write [3]", "variant.base has", "partner.zzz.leads"})
    CHECK(says(all, part));
}

TEST_CASE("a wrong value of a variant is reported at its place in the variant") {
  const Experiment experiment = sound("[variant.a]\nset = { 'partner.acme.churn' = 7 }\n");
  Problems problems;
  resolve(experiment.document(1, problems), kSpecs, problems);
  REQUIRE(problems.list().size() == 1);
  CHECK(to_string(problems.list()[0].mark) == "x.toml:22:32");
}

TEST_CASE("a law in a variant replaces the number that is there, also under nested tables") {
  const Experiment experiment = sound(
      "[variant.a]\nset.partner.bigco = { enabled = true, close_rate = { beta = { mean = 0.5, concentration = 4 } } }\n"
      "[variant.b]\nset = { 'partner.*' = { churn = 0.5 } }\n[variant.c]\nset = { 'partner.new' = { leads = 3 } }\n");
  CHECK(at(experiment, 1).law("partner.bigco.close_rate").number("concentration") == 4.0);
  CHECK(at(experiment, 1).number("partner.bigco.leads") == 5.0);
  CHECK(at(experiment, 2).number("partner.referrer_2.churn") == 0.5);
  CHECK(at(experiment, 2).number("partner.referrer_2.leads") == 4.0);
  CHECK(at(experiment, 3).number("partner.new.leads") == 3.0);
}

TEST_CASE("the keys of an experiment have specs that resolve accepts") {
  Problems problems;
  const Scenario scenario =
      resolve(parse_document("x.toml", "[variant.a]\nset = {}\n"), experiment_parameters(), problems);
  CHECK(problems.empty());
  CHECK(scenario.text("sweep.design") == "grid");
  for (const ParameterSpec& spec : experiment_parameters()) CHECK_FALSE(spec.doc.empty());
}

TEST_CASE("scenarios of points are those that their documents give, whatever the axes") {
  // Axes that meet (stars, copies, factors of what another axis sets), that decide what exists, and that are no
  // numbers.
  const std::vector<std::string> axes{
      "partner.acme.leads=0:9:3",
      "partner.*.leads=*0:2:3",
      "partner.*.churn=*0.5:1.5:3",
      "partner.*.leads=1,2,3",
      "partner.referrer.leads=1:3:3",
      "partner.referrer_3.leads=7,8",
      "partner.referrer_2.leads=*1,2,3",
      "partner.referrer.count=2,3,4",
      "partner.acme.close_rate.beta.mean=0.1,0.3,0.2",
      "partner.bigco.close_rate=0.1,0.5",
      "partner.acme.start=2,5,9",
      "partner.acme.enabled=true,false",
      "partner.bigco.enabled=false,true",
      "scenario.months=12,24,36",
      "scenario.currency=EUR,USD",
      "firm.cash=0,5,10",
      "firm.cash=*0,1,2",
      "shock.outage.every=12,24,48",
  };
  const std::string variants =
      "[variant.small]\nset = { \"partner.acme.leads\" = 1 }\n[variant.big]\nset = { \"partner.referrer.count\" = 5 "
      "}\n";
  const SpecNode tree = make_spec_tree(kSpecs);
  std::size_t experiments = 0;
  for (std::size_t a = 0; a < axes.size(); ++a)
    for (std::size_t b = 0; b < axes.size(); b += kSanitized ? 5 : 1)
      for (const std::string& added : {std::string(), variants}) {
        // Enough rows for values to be moved.
        std::vector<std::string> vary{axes[a], "scenario.months=24,25,26,27,28"};
        if (a != b) vary.push_back(axes[b]);
        const Result result = read(added, vary);
        if (!result.problems.empty()) continue;
        ++experiments;
        const Experiment& experiment = result.experiment;
        const PointScenarios scenarios(experiment, tree);
        for (std::size_t point = 0; point < experiment.points().size(); ++point) {
          Problems one, other;
          const Scenario patched = scenarios.at(point, one);
          const Scenario read_whole = resolve(experiment.document(point, other), tree, other);
          INFO(experiment.points()[point].label, " of ", axes[a], " ", axes[b]);
          REQUIRE(one.list().size() == other.list().size());
          for (std::size_t k = 0; k < one.list().size(); ++k)
            REQUIRE(to_string(one.list()[k]) == to_string(other.list()[k]));
          if (!one.empty()) continue;
          REQUIRE(patched.resolved_text() == read_whole.resolved_text());
          read_whole.each([&](std::string_view path, const Scenario::Entry& entry) {
            REQUIRE(to_string(patched.mark(path)) == to_string(entry.mark));
            REQUIRE(patched.draw_id(path) == read_whole.draw_id(path));
            return true;
          });
        }
      }
  CHECK(experiments > (kSanitized ? 60 : 300));
}
