// Claims about reading scenarios: base/problem, base/suggest and all of sim/config.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/config/document.h"
#include "sim/config/scenario.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;

using namespace sim;
using namespace std::string_view_literals;

constexpr Range kPositive{0.0, kInfinity, true, false};
constexpr Range kNonNegative{0.0, kInfinity};
constexpr Range kShare{0.0, 1.0};
constexpr Range kHazard{0.0, 1.0, false, true};

constexpr std::array kBeta{ArgumentSpec{.name = "mean", .range = {0.0, 1.0, true, true}, .doc = "its mean"},
                           ArgumentSpec{.name = "concentration", .range = kPositive, .doc = "a + b"}};
constexpr std::array kLognormal{ArgumentSpec{.name = "mean", .range = kPositive},
                                ArgumentSpec{.name = "cv", .range = kPositive},
                                ArgumentSpec{.name = "shift", .required = false, .fallback = 0.25}};
constexpr std::array kPercentiles{ArgumentSpec{.name = "p10"}, ArgumentSpec{.name = "p50"},
                                  ArgumentSpec{.name = "p90"}};
constexpr std::array kHalfLife{ArgumentSpec{.name = "half_life", .range = kPositive}};
constexpr std::array kTable{ArgumentSpec{.name = "values", .kind = ArgumentSpec::Kind::numbers},
                            ArgumentSpec{.name = "rule", .kind = ArgumentSpec::Kind::text, .required = false}};
constexpr std::array kLaws{LawSpec{"beta", kBeta, "a share"}, LawSpec{"lognormal", kLognormal, "a positive amount"},
                           LawSpec{"percentiles", kPercentiles, "a belief", true},
                           LawSpec{"empirical", kTable, "data"}};
constexpr std::array kLifetimes{LawSpec{"half_life", kHalfLife, "months to a half"}};
constexpr std::array kTypes{"referral"sv, "channel"sv, "platform"sv};

constexpr std::array kParameterSpecs{
    ParameterSpec{.path = "scenario.months",
                  .kind = Kind::integer,
                  .unit = "months",
                  .range = {1, 600},
                  .fallback = 60,
                  .source = "neutral"},
    ParameterSpec{.path = "scenario.start", .kind = Kind::text},
    ParameterSpec{.path = "firm.cash", .unit = "currency", .fallback = 0, .source = "seed"},
    ParameterSpec{.path = "firm.wage", .unit = "currency"},
    ParameterSpec{.path = "firm.direct.leads", .unit = "leads a month", .range = kNonNegative, .required = true},
    ParameterSpec{.path = "firm.direct.lag", .kind = Kind::numbers, .unit = "1", .range = kShare},
    ParameterSpec{.path = "health.memory", .unit = "months", .range = kPositive, .fallback = 6},
    ParameterSpec{.path = "economy.start", .kind = Kind::text},
    ParameterSpec{.path = "economy.regime.*.to", .kind = Kind::number_map, .unit = "1 a month", .range = kShare},
    ParameterSpec{.path = "partner.*.leads",
                  .unit = "leads a month",
                  .range = kNonNegative,
                  .required = true,
                  .frequency = Frequency::once_a_replication,
                  .laws = kLaws,
                  .doc = "leads a month"},
    ParameterSpec{.path = "partner.*.close_rate",
                  .unit = "1",
                  .range = kShare,
                  .fallback = 0.5,
                  .frequency = Frequency::once_a_replication,
                  .laws = kLaws},
    ParameterSpec{.path = "partner.*.churn", .unit = "1 a month", .range = kHazard, .laws = kLifetimes},
    ParameterSpec{.path = "partner.*.fit", .unit = "1", .range = kShare, .needs = "health"},
    ParameterSpec{.path = "partner.*.type", .kind = Kind::choice, .fallback_text = "referral", .choices = kTypes},
    ParameterSpec{.path = "partner.*.tags", .kind = Kind::texts},
    ParameterSpec{.path = "partner.*.event.probability", .unit = "1", .range = kShare, .required = true},
    ParameterSpec{.path = "partner.*.event.leads", .unit = "leads", .range = kNonNegative},
    ParameterSpec{.path = "partner.*.count", .kind = Kind::integer, .fallback = 1},
    ParameterSpec{.path = "partner.*.shared", .kind = Kind::boolean},
    ParameterSpec{.path = "partner.*.enabled", .kind = Kind::boolean, .fallback = 1},
    ParameterSpec{.path = "partner.*.label", .kind = Kind::text},
    ParameterSpec{.path = "shock.*.every", .unit = "months", .range = kPositive},
    ParameterSpec{.path = "shock.*.target", .kind = Kind::tree},
    ParameterSpec{.path = "shock.*.kill", .unit = "1", .range = kShare},
};

struct Outcome {
  Scenario scenario;
  std::vector<Problem> problems;
};

Outcome resolved(const std::string& text, const std::vector<std::string>& assignments = {}) {
  Problems problems;
  Document document = parse_document("x.toml", text);
  for (const std::string& assignment : assignments) set_value(document, assignment, problems);
  Scenario scenario = resolve(document, kParameterSpecs, problems);
  return {std::move(scenario), problems.list()};
}

// The scenario of a text without problems.
Scenario sound(const std::string& text, const std::vector<std::string>& assignments = {}) {
  Outcome outcome = resolved(text, assignments);
  for (const Problem& problem : outcome.problems) FAIL_CHECK(to_string(problem));
  return std::move(outcome.scenario);
}

// The only problem of a text, as printed.
std::string complaint(const std::string& text, const std::vector<std::string>& assignments = {}) {
  const Outcome outcome = resolved(text, assignments);
  if (outcome.problems.size() == 1) return to_string(outcome.problems[0]);
  std::string all = std::to_string(outcome.problems.size()) + " problems:";
  for (const Problem& problem : outcome.problems) all += "\n" + to_string(problem);
  return all;
}

std::string parse_complaint(const std::string& text) {
  try {
    parse_document("x.toml", text);
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return "none";
}

std::vector<std::string> ids(const Scenario& scenario, std::string_view table) {
  const auto found = scenario.ids(table);
  return {found.begin(), found.end()};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a problem reads place, problem, reason, hint and leaves out what is missing") {
  CHECK(to_string(Problem{{"a.toml", 3, 7}, "it fails", "too big", "Use 1"}) ==
        "a.toml:3:7: it fails (too big). Use 1");
  CHECK(to_string(Problem{{"a.toml", 0, 0}, "it fails", {}, {}}) == "a.toml: it fails");
  CHECK(to_string(Problem{{}, "it fails", {}, "Use 1"}) == "it fails. Use 1");
}

TEST_CASE("problems are raised in order of place and each once") {
  Problems problems;
  CHECK_NOTHROW(problems.raise());
  problems.add({"a", 9, 1}, "late");
  problems.add({"a", 2, 5}, "twice");
  problems.add({"a", 2, 1}, "early");
  problems.add({"a", 2, 5}, "twice");
  try {
    problems.raise();
    FAIL("nothing was thrown");
  } catch (const ConfigurationError& error) {
    CHECK(std::string(error.what()) == "a:2:1: early\na:2:5: twice\na:9:1: late");
    CHECK(error.problems().size() == 3);
  }
}

TEST_CASE("endless problems are counted, not kept") {
  Problems problems;
  for (int i = 0; i < 5000; ++i) problems.add({"a", i + 1, 1}, "bad");
  CHECK(problems.list().size() == Problems::kMostKept);
  CHECK_THROWS_WITH_AS(problems.raise(), doctest::Contains("4,000 more problems"), ConfigurationError);
}

TEST_CASE("the nearest name is within a third of the length, first on a tie, else nothing") {
  CHECK(nearest("close_rte", {"leads", "close_rate"}) == "close_rate");
  CHECK(nearest("chrun", {"churn", "count"}) == "churn");
  CHECK(nearest("LEADS", {"loads", "leads"}) == "leads");
  CHECK(nearest("lead", {"leads", "load"}) == "leads");
  CHECK(nearest("banana", {"leads", "churn"}).empty());
  CHECK(nearest("x", {"y"}).empty());
  CHECK(nearest("", {"leads"}).empty());
  CHECK(did_you_mean("banana", {"leads", "churn"}, "Keys here") == "Keys here: leads, churn");
}

TEST_CASE("members stand in the order written, with the place of key and value") {
  const Document document =
      parse_document("x.toml", "[b]\nz = 1\n  a = { y = 2, \"p.q\" = 3 }\n[a]\nk = 'é' # c\nn = 1\r\n");
  const TableNode& root = *document.root.table();
  REQUIRE(root.size() == 2);
  CHECK(root[0].key == "b");
  const TableNode& b = *root[0].node.table();
  CHECK(b[0].key == "z");
  CHECK(b[1].mark.line == 3);
  CHECK(b[1].mark.column == 3);
  CHECK(b[1].node.mark.column == 7);
  CHECK((*b[1].node.table())[1].key == "p.q");
  CHECK(std::get<std::string>(root[1].node.find("k")->value) == "é");
  CHECK(root[1].node.find("none") == nullptr);
  CHECK(document.root.mark.file == "x.toml");
}

TEST_CASE("what is not TOML is reported with its place") {
  CHECK(says(parse_complaint("a = 1\nb = .4\n"), "x.toml:2:5: this is not valid TOML"));
  CHECK(says(parse_complaint("b = .4\n"), "Write b = 0.4"));
  CHECK(says(parse_complaint("b = { c = .4 }\n"), "as in 0.5"));
  CHECK(says(parse_complaint("b = abc\n"), "text in straight quotes"));
  CHECK(says(parse_complaint("[a]\n[a]\n"), "x.toml:2:"));
  CHECK(says(parse_complaint("a = 1\na = 2\n"), "Write each key and each table once"));
  CHECK(parse_complaint("start = 2026-09-01\n") == "none");  // whoever wants a text there says how to write it
  CHECK(says(parse_complaint("a = 99999999999999999999\n"), "Use a smaller number"));
  CHECK(says(parse_complaint("a = { b = 50 % }\n"), "Write 5 % as 0.05"));
  CHECK(says(parse_complaint("a = { b = 1,000.5 }\n"), "Write"));
  for (const char* number : {"5;", "1/50"})
    CHECK(says(parse_complaint(fmt::format("a = {}\n", number)), "Write the number alone, or text in quotes"));
  for (const char* text : {"a = \"abc\n", "a = 'abc\n"})
    CHECK(says(parse_complaint(text), "Close the text with a quote"));
  for (const char* text : {"[partner.a\n", "[partner.jürgen]\n"}) CHECK(says(parse_complaint(text), "Close it with ]"));
  for (const char* text : {"leads 3\n", "größe = 3\n", "a: 3\n"})
    CHECK(says(parse_complaint(text), "Write KEY = VALUE"));
  CHECK(says(parse_complaint("a =\n"), "Write a value after ="));
  CHECK(says(parse_complaint("a = { b = 1\n"), "Close the table with }"));
  CHECK(says(parse_complaint("a = { b = 1, }\n"), "Leave out the last comma"));
  CHECK(says(parse_complaint("a = [1, 2\n"), "Close the list with ]"));
  CHECK(says(parse_complaint("a = True\n"), "Write true or false in small letters"));
}

TEST_CASE("hostile texts are refused, never a crash") {
  CHECK(says(parse_complaint("a = " + std::string(100000, '[')), "nested"));
  std::string inline_bomb = "a = ";
  for (int i = 0; i < 100000; ++i) inline_bomb += "{a=";
  CHECK(says(parse_complaint(inline_bomb), "nested"));
  std::string dotted = "a";
  for (int i = 0; i < 1000000; ++i) dotted += ".a";
  CHECK(says(parse_complaint(dotted + " = 1"), "nested"));
  CHECK(says(parse_complaint("[" + dotted + "]"), "nested"));
  CHECK(says(parse_complaint("x = '''\n'''''\n" + dotted + " = 1"), "nested"));
  CHECK(says(parse_complaint("a = 1\nb = \"x\xff\"\n"), "x.toml:2:7: byte 0xFF is not UTF-8"));
  CHECK(says(parse_complaint("a = \"\xed\xa0\x80\"\n"), "not UTF-8"));
  CHECK(says(parse_complaint(std::string("a = 1\n\0", 7)), "x.toml:2:1: a NUL byte"));
  CHECK(says(parse_complaint(std::string((16U << 20U) + 1, ' ')), "at most 16777216"));
  CHECK(says(parse_complaint("a = 1e999\n"), "not valid TOML"));
  CHECK(says(parse_complaint("[=]\n"), "not valid TOML"));
  CHECK(parse_complaint("\xef\xbb\xbf") == "none");
  CHECK(parse_complaint("") == "none");
  CHECK(parse_complaint("a = \"" + std::string(100, '.') + "\" # " + std::string(100, '.')) == "none");
}

TEST_CASE("letters of any language are text wherever they stand") {
  const Document document = parse_document("x.toml", "a = \"\"\"\\\n  é日\"\"\"\n");
  CHECK(std::get<std::string>(document.root.find("a")->value) == "é日");
  CHECK(says(parse_complaint("é = 1\n"), "x.toml:1:1"));
  CHECK(says(parse_complaint("a = é\n"), "x.toml:1:5"));
  CHECK(says(parse_complaint("a = 1é\n"), "x.toml:1:6"));
}

TEST_CASE("a file that cannot be read names its nearest neighbour") {
  const auto folder = std::filesystem::temp_directory_path() / "partnersim_config_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "recession.toml") << "[scenario]\nmonths = 3\n";
  CHECK(read_document((folder / "recession.toml").string()).root.find("scenario") != nullptr);
  CHECK_THROWS_WITH_AS(read_document((folder / "recesion.toml").string()), doctest::Contains("Did you mean"),
                       InputOutputError);
  CHECK_THROWS_WITH_AS(read_document((folder / "recession").string()), doctest::Contains("recession.toml?"),
                       InputOutputError);
  CHECK_THROWS_WITH_AS(read_document(folder.string()), doctest::Contains("folder"), InputOutputError);
  CHECK_THROWS_AS(read_document("/nowhere/at/all.toml"), InputOutputError);
  std::filesystem::remove_all(folder);
}

TEST_CASE("values given and values by default are read by their kind") {
  const Scenario s = sound(
      "[firm]\ncash = 60_000\n[firm.direct]\nleads = 2.5\nlag = [0.5, 1]\n[economy.regime.boom]\nto = { bust = 0.02 }\n"
      "[partner.acme]\nleads = 3\ntags = ['a', 'b']\nlabel = 'ACME'\n[shock.s]\ntarget = { tag = 'a' }\n");
  CHECK(s.integer("scenario.months") == 60);
  CHECK_FALSE(s.given("scenario.months"));
  CHECK(s.number("firm.cash") == 60000.0);
  CHECK(s.given("firm.cash"));
  CHECK(s.numbers("firm.direct.lag") == std::vector<double>{0.5, 1.0});
  CHECK(s.number_map("economy.regime.boom.to").at(0).first == "bust");
  CHECK(s.text("partner.acme.type") == "referral");
  CHECK(s.texts("partner.acme.tags") == Names{"a", "b"});
  CHECK(s.flag("partner.acme.enabled"));
  CHECK(s.tree("shock.s.target").find("tag") != nullptr);
  CHECK(s.label("partner", "acme") == "ACME");
  CHECK(s.label("shock", "s") == "s");
  CHECK(s.spec("partner.acme.leads").unit == "leads a month");
  CHECK(s.mark("partner.acme.leads").line == 9);
  CHECK(s.mark("partner.acme.churn").line == 8);
  CHECK(s.draw_id("partner.acme.leads") == "partner.acme.leads");
  CHECK(s.file() == "x.toml");
}

TEST_CASE("an optional table has its defaults and tells whether it is written") {
  const Scenario without = sound("");
  CHECK(without.number("firm.direct.leads") == 0.0);
  CHECK_FALSE(without.has_table("firm.direct"));
  CHECK(sound("[firm.direct]\nleads = 1\n").has_table("firm.direct"));
  CHECK(sound("[firm.direct]\nleads = 1\n").has_table("firm"));
}

TEST_CASE("asking for what no spec describes is a programming error") {
  const Scenario s = sound("[partner.acme]\nleads = { beta = { mean = 0.4, concentration = 25 } }\n");
  CHECK_THROWS_AS(s.number("partner.acme.nothing"), std::logic_error);
  CHECK_THROWS_AS(s.integer("partner.acme.leads"), std::logic_error);
  CHECK_THROWS_AS(s.number("partner.acme.leads"), std::logic_error);
  CHECK_THROWS_AS(s.law("partner.acme.leads").number("cv"), std::logic_error);
  CHECK_THROWS_AS(s.law("partner.acme.leads").text("mean"), std::logic_error);
  const std::array twice{ParameterSpec{.path = "a.b"}, ParameterSpec{.path = "a.b"}};
  const std::array both{ParameterSpec{.path = "a.b.c"}, ParameterSpec{.path = "a.b"}};
  Problems problems;
  CHECK_THROWS_AS(resolve(parse_document("x", ""), twice, problems), std::logic_error);
  CHECK_THROWS_AS(resolve(parse_document("x", ""), both, problems), std::logic_error);
}

TEST_CASE("a law is written by name, by its first argument, or flat") {
  const Scenario s = sound(
      "[partner.a]\nleads = { beta = { concentration = 25, mean = 0.4 } }\nchurn = { half_life = 36 }\n"
      "[partner.b]\nleads = { p90 = 12, p10 = 3, p50 = 6 }\nclose_rate = { lognormal = { mean = 2, cv = 1 } }\n"
      "[partner.c]\nleads = { empirical = [1, 2.5] }\n[partner.d]\nleads = { empirical = { values = [], rule = 'x' } "
      "}\n");
  CHECK(s.law("partner.a.leads").name == "beta");
  CHECK(s.law("partner.a.leads").arguments.front().first == "mean");
  CHECK(s.law("partner.a.leads").number("concentration") == 25.0);
  CHECK(s.law("partner.a.churn").number("half_life") == 36.0);
  CHECK(s.law("partner.b.leads").name == "percentiles");
  CHECK(s.law("partner.b.leads").arguments.front() == std::pair<std::string, Law::Argument>("p10", 3.0));
  CHECK(s.law("partner.b.close_rate").number("shift") == 0.25);
  CHECK(s.law("partner.c.leads").numbers("values") == std::vector<double>{1.0, 2.5});
  CHECK_FALSE(s.law("partner.c.leads").has("rule"));
  CHECK(s.law("partner.d.leads").text("rule") == "x");
  CHECK(s.law("partner.d.churn").is_constant());
  CHECK(s.law("partner.d.churn").number("value") == 0.0);
}

TEST_CASE("a wrong law is answered with the right one") {
  const auto leads = [](const std::string& value) { return complaint("[partner.a]\nleads = " + value + "\n"); };
  CHECK(says(leads("{ bta = { mean = 0.4 } }"),
             "partner.a.leads: bta is not a law (a number or a law is expected). Did you mean beta?"));
  CHECK(says(leads("{ zipf = 3 }"), "Laws here: beta, lognormal, percentiles, empirical"));
  CHECK(says(leads("{ mean = 3, cv = 1 }"), "Write { lognormal = { mean = 1, cv = 1 } }"));
  CHECK(says(leads("{ beta = { mean = 0.4 } }"), "partner.a.leads.beta lacks concentration (a + b)"));
  CHECK(says(leads("{ beta = 0.4 }"), "lacks concentration"));
  CHECK(says(leads("{ beta = { mean = 0.4, concentraton = 3 } }"), "Did you mean concentration?"));
  CHECK(says(leads("{ beta = { mean = 40, concentration = 3 } }"),
             "partner.a.leads.beta.mean = 40 is out of range (must be above 0 and below 1). Did you mean 0.4 (40 %)?"));
  CHECK(says(leads("{ p10 = 3, p50 = 6 }"), "lacks p90"));
  CHECK(says(leads("{ p10 = 3, p50 = 6, p9 = 1 }"), "Did you mean p90?"));
  CHECK(says(leads("{ beta = { mean = 0.4, concentration = 3 }, lognormal = { mean = 1, cv = 1 } }"),
             "Keep one of them"));
  CHECK(says(leads("{ beta = { mean = 0.4, concentration = 3 }, frailty = 1 }"), "Leave frailty out"));
  CHECK(says(leads("{}"), "an empty table"));
  CHECK(says(leads("{ beta = { mean = 'x', concentration = 3 } }"), "Write for example mean = 0.5"));
  CHECK(says(complaint("[firm]\ncash = { beta = 1 }\n"),
             "firm.cash is a table (a number in unit \"currency\" is expected)"));
}

TEST_CASE("an unknown key is answered with the nearest, or with all there are") {
  CHECK(complaint("[partner.acme]\nleads = 1\nclose_rte = 0.1\n") ==
        "x.toml:3:1: partner.acme: close_rte is not a parameter. Did you mean close_rate?");
  CHECK(says(complaint("[scenario]\nbanana = 1\n"), "Keys here: months, start"));
  CHECK(complaint("[partnr.acme]\nleads = 1\n") ==
        "x.toml:1:2: partnr is not a table of a scenario. Did you mean partner?");
  CHECK(says(complaint("months = 3\n"), "It belongs in [scenario]"));
  CHECK(says(complaint("[firm]\nkill = 0.5\n"), "It belongs in [shock.NAME]"));
  CHECK(says(complaint("\"firm.cash\" = 3\n"), "without the quotes"));
  CHECK(says(complaint("\"\" = 3\n"), "\"\" is not a parameter"));
}

TEST_CASE("a misspelt required key is not also called missing") {
  CHECK(complaint("[partner.acme]\nleds = 1\n") ==
        "x.toml:2:1: partner.acme: leds is not a parameter. Did you mean leads?");
  CHECK(says(complaint("[partner.acme]\nleads = 'x'\n"), "partner.acme.leads is the text \"x\""));
}

TEST_CASE("a missing required key is reported at its table with a line to add") {
  CHECK(complaint("[partner.acme]\nchurn = 0\n") ==
        "x.toml:1:10: partner.acme lacks leads (leads a month). Add a line such as leads = 1");
  CHECK(says(complaint("[partner.acme]\nenabled = false\n"), "lacks leads"));
  CHECK(says(complaint("[partner.acme]\nleads = 1\n[partner.acme.event]\nleads = 1\n"),
             "partner.acme.event lacks probability"));
}

TEST_CASE("a number out of range is answered with value, range, unit and an allowed value") {
  const auto churn = [](const std::string& value) {
    return complaint("[partner.acme]\nleads = 1\nchurn = " + value + "\n");
  };
  CHECK(churn("-0.1") ==
        "x.toml:3:9: partner.acme.churn = -0.1 is out of range (must be from 0 to below 1, unit \"1 a month\"). Use a "
        "value from 0 to 0.999");
  CHECK(says(churn("14"), "Did you mean 0.14 (14 %)?"));
  CHECK(says(churn("1"), "Use a value from 0 to 0.999"));
  CHECK(says(churn("100"), "Use a value from 0 to 0.999"));
  CHECK(says(churn("nan"), "= nan is not a finite number"));
  CHECK(says(churn("inf"), "= inf is not a finite number"));
  CHECK(says(complaint("[shock.s]\nevery = 0\n"), "(must be above 0, unit \"months\"). Use a value of at least 0.001"));
  CHECK(says(complaint("[scenario]\nmonths = 601\n"), "Use a whole number from 1 to 600"));
  CHECK(says(complaint("[scenario]\nmonths = 9223372036854775807\n"), "out of range"));
  CHECK(says(complaint("[scenario]\nmonths = 2.5\n"), "Use 3"));
  CHECK(sound("[scenario]\nmonths = 6e1\n").integer("scenario.months") == 60);
  CHECK(says(complaint("[economy.regime.a]\nto = { b = 1.5 }\n"), "economy.regime.a.to.b = 1.5 is out of range"));
  CHECK(says(complaint("[firm.direct]\nleads = 1\nlag = [0.5, 'x', 0.1]\n"), "firm.direct.lag[2] is the text \"x\""));
}

TEST_CASE("a wrong kind is answered with what is there and a line that works") {
  const auto acme = [](const std::string& line) { return complaint("[partner.acme]\nleads = 1\n" + line + "\n"); };
  CHECK(says(acme("churn = '0.05'"), "Write churn = 0.05"));
  CHECK(says(acme("churn = '5%'"), "Write churn = 0.05"));
  CHECK(says(acme("type = 'chanel'"), "Did you mean channel?"));
  CHECK(says(acme("type = 3"), "choices: referral, channel, platform"));
  CHECK(says(acme("tags = 'a'"), "Write tags = [\"a\"]"));
  CHECK(says(acme("label = 3"), "Write label = \"3\""));
  CHECK(says(acme("enabled = 'false'"), "Write enabled = false"));
  CHECK(says(acme("event = 3"), "partner.acme.event is the number 3 (a table is expected)"));
  CHECK(says(complaint("partner = 3\n"), "a table is expected"));
  CHECK(says(complaint("[[partner]]\nleads = 1\n"), "Give each table a name: [partner.NAME]"));
  CHECK(says(complaint("[partner]\nleads = 1\n"), "Give the table a name: [partner.NAME]"));
  CHECK(says(complaint("[partner.\"Big Co\"]\nleads = 1\n"), "Write [partner.Big_Co] and give the name as its label"));
  CHECK(says(complaint("[partner." + std::string(65, 'a') + "]\nleads = 1\n"), "not a usable id"));
}

TEST_CASE("a value that nothing reads is an error until its table is there") {
  CHECK(complaint("[partner.acme]\nleads = 1\nfit = 0.5\n") ==
        "x.toml:3:1: partner.acme.fit has no effect (nothing reads it without [health]). Add [health]");
  sound("[partner.acme]\nleads = 1\nfit = 0.5\n[health]\n");
}

TEST_CASE("all problems of a document are reported at once") {
  const Outcome outcome =
      resolved("[scenario]\nmonths = 0\nx = 1\n[partner.a]\n[partner.b]\nleads = -1\ntags = 3\n[oops]\n");
  CHECK(outcome.problems.size() == 6);
}

TEST_CASE("a message carries no control characters and no endless text") {
  const std::string message = complaint("\"\\u001b[31m" + std::string(5000, 'x') + "\" = 1\n");
  CHECK(message.size() < 400);
  CHECK(message.find('\x1b') == std::string::npos);
}

TEST_CASE("a disabled table is checked but makes no id and no values") {
  const Scenario s = sound("[partner.a]\nleads = 1\n[partner.b]\nenabled = false\nleads = 2\n[partner.c]\nleads = 3\n");
  CHECK(ids(s, "partner") == Names{"a", "c"});
  CHECK_FALSE(s.given("partner.b.leads"));
  CHECK_THROWS_AS(s.law("partner.b.leads"), std::logic_error);
  CHECK(says(complaint("[partner.b]\nenabled = false\nleads = -2\n"), "out of range"));
}

TEST_CASE("a count makes copies, overridden key by key; ids stand in their natural order, and as written") {
  const Scenario s = sound(
      "[partner.z]\nleads = 9\n[partner.r]\ncount = 12\nleads = 0.6\nlabel = 'Ref'\n[partner.a]\nleads = 1\n"
      "[partner.r_3]\nleads = 5\nlabel = 'Third'\n[partner.r_4]\nenabled = false\n[partner.r_13]\nleads = 4\n");
  const Names found = ids(s, "partner");
  REQUIRE(found.size() == 14);
  CHECK(found.front() == "a");
  CHECK(found[1] == "r_1");
  CHECK(found[4] == "r_5");
  CHECK(found[12] == "r_13");
  CHECK(found[13] == "z");
  const auto written = s.ids_as_written("partner");
  CHECK(written[0] == "z");
  CHECK(written[1] == "r_1");
  CHECK(written[12] == "a");
  CHECK(written[13] == "r_13");
  CHECK(s.number("partner.r_2.leads") == 0.6);
  CHECK(s.number("partner.r_3.leads") == 5.0);
  CHECK(s.given("partner.r_2.leads"));
  CHECK_FALSE(s.given("partner.r_2.count"));
  CHECK(s.draw_id("partner.r_2.leads") == "partner.r_2.leads");
  CHECK(s.label("partner", "r_2") == "Ref 2");
  CHECK(s.label("partner", "r_3") == "Third");
  CHECK(s.has_table("partner.r_2"));
  CHECK(s.mark("partner.r_3.leads").line == 10);
}

TEST_CASE("copies that override nothing are kept once and found by each of their paths") {
  const Scenario s = sound(
      "[partner.r]\ncount = 100_000\nleads = 0.6\nlabel = 'Ref'\n[partner.r_3]\nleads = 5\n[partner.s]\ncount = 2\n"
      "leads = 1\nshared = true\n");
  CHECK(ids(s, "partner").size() == 100'002);
  CHECK(s.number("partner.r_99999.leads") == 0.6);
  CHECK(s.number("partner.r_3.leads") == 5.0);
  CHECK(s.draw_id("partner.r_99999.leads") == "partner.r_99999.leads");
  CHECK(s.draw_id("partner.s_2.leads") == "partner.s.leads");
  CHECK(s.label("partner", "r_99999") == "Ref 99999");
  CHECK(s.has_table("partner.r_100000"));
  CHECK_FALSE(s.has_table("partner.r_100001"));
  CHECK_FALSE(s.has_table("partner.r_07"));
  CHECK_FALSE(s.has_table("partner.r_7.event"));
  CHECK(s.mark("partner.r_7").line == 1);
  CHECK(s.mark("partner.r_7.leads").line == 3);
  CHECK_THROWS_AS(s.number("partner.r_100001.leads"), std::logic_error);

  std::size_t all = 0, alike = 0;
  std::string before;
  s.each([&](std::string_view path, const Scenario::Entry&) {
    if (path.ends_with(".leads") && !path.ends_with(".event.leads") && path.starts_with("partner.")) ++all;
    if (path < before) FAIL_CHECK(path << " after " << before);
    before = path;
    return true;
  });
  CHECK(all == 100'002);
  s.each_unlike([&](std::string_view path, const Scenario::Entry&, std::size_t count) {
    if (path == "partner.r_1.leads") alike = count;
    if (path == "partner.r_3.leads") CHECK(count == 1);
    CHECK(path != "partner.r_2.leads");
  });
  CHECK(alike == 99'999);
}

TEST_CASE("a copy's path tells its table and its id, whatever it overrides") {
  const Scenario s = sound("[partner.r]\ncount = 3\nleads = 0.6\n[partner.r_2]\nleads = 5\n[partner.x_1]\nleads = 1\n");
  for (const std::string copy : {"r_1", "r_2"}) {
    const Scenario::CopyName name = s.copy_name("partner." + copy + ".event.leads@13");
    CHECK(name.table == "partner.r");
    CHECK(name.copy == copy);
  }
  for (const char* path : {"partner.r_4.leads", "partner.x_1.leads", "firm.cash", "partner.r.leads"})
    CHECK(s.copy_name(path).copy.empty());
}

TEST_CASE("shared copies draw as their original, except for what they override") {
  const Scenario s = sound(
      "[partner.r]\ncount = 3\nshared = true\nleads = { p10 = 1, p50 = 2, p90 = 3 }\nevent = { probability = 0.1 }\n"
      "[partner.r_2]\nleads = { p10 = 1, p50 = 2, p90 = 4 }\nevent = { leads = 2 }\n[partner.r_3]\nshared = false\n");
  CHECK(s.draw_id("partner.r_1.leads") == "partner.r.leads");
  CHECK(s.draw_id("partner.r_2.leads") == "partner.r_2.leads");
  CHECK(s.draw_id("partner.r_2.close_rate") == "partner.r.close_rate");
  CHECK(s.draw_id("partner.r_2.event.probability") == "partner.r.event.probability");
  CHECK(s.draw_id("partner.r_2.event.leads") == "partner.r_2.event.leads");
  CHECK(s.number("partner.r_2.event.probability") == 0.1);
  CHECK(s.draw_id("partner.r_3.leads") == "partner.r_3.leads");
}

TEST_CASE("counts that cannot be are refused once") {
  CHECK(says(complaint("[partner.r]\ncount = 0\nleads = 1\n[partner.r_2]\nchurn = 0.1\n"),
             "partner.r.count = 0 is out of range"));
  CHECK(says(complaint("[partner.r]\ncount = 100001\nleads = 1\n"), "Use a whole number from 1 to 100000"));
  CHECK(says(complaint("[partner.r]\ncount = 'x'\nleads = 1\n[partner.r_2]\nchurn = 0.1\n"),
             "partner.r.count is the text"));
  CHECK(says(complaint("[partner.a]\ncount = 2\nleads = 1\n[partner.a_1]\ncount = 3\nleads = 1\n"),
             "partner.a_1 has a count and is itself a copy"));
  CHECK(says(complaint("[partner.a]\ncount = 2\n"), "partner.a lacks leads"));
  CHECK(says(complaint("[partner.a]\ncount = 2\nleads = 1\n[partner.a_1.event]\nleads = 1\n"),
             "partner.a_1.event lacks probability"));
}

TEST_CASE("a count beyond memory is a problem, not a crash") {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "[partner.p" + std::to_string(i) + "]\ncount = 100000\nleads = 1\n";
  const Outcome outcome = resolved(text);
  REQUIRE_FALSE(outcome.problems.empty());
  CHECK(says(outcome.problems[0].hint, "Use smaller counts"));
}

TEST_CASE("--set writes values of every kind, creating what a plain path lacks") {
  const std::string text = "[partner.a]\nleads = 1\n[partner.b]\nleads = 2\nchurn = 0.5\n";
  const Scenario s = sound(
      text, {"partner.*.churn=0.03", "firm.cash = 60_000", "partner.a.tags=['x']", "partner.a.type=channel",
             "partner.\"a\".event={ probability = 0.2 }", "partner.b.enabled=true", "partner . a . label = A = B"});
  CHECK(s.number("partner.a.churn") == 0.03);
  CHECK(s.number("partner.b.churn") == 0.03);
  CHECK(s.mark("partner.b.churn").file == "--set");
  CHECK(s.number("firm.cash") == 60000.0);
  CHECK(s.texts("partner.a.tags") == Names{"x"});
  CHECK(s.text("partner.a.type") == "channel");
  CHECK(s.number("partner.a.event.probability") == 0.2);
  CHECK(s.text("partner.a.label") == "A = B");
  CHECK(sound("[partner.r]\ncount = 2\nleads = 1\n", {"partner.r_2.leads=7"}).number("partner.r_2.leads") == 7.0);
}

TEST_CASE("--set that fits nothing says what would") {
  const std::string text = "[firm]\ncash = 3\n[partner.acme]\nleads = 1\n";
  CHECK(complaint(text, {"partnr.*.churn=0.03"}) ==
        "--set: \"partnr.*.churn=0.03\" matches nothing (the scenario has no table partnr). Did you mean "
        "partner.*.churn?");
  CHECK(says(complaint(text, {"firm.*.leads=3"}), "[firm] holds no tables"));
  CHECK(says(complaint(text, {"firm.cash.x=3"}), "firm.cash is the number 3, not a table"));
  CHECK(says(complaint(text, {"partner.ac*.leads=3"}), "* stands for one whole level"));
  CHECK(says(complaint(text, {"firm..cash=3"}), "is not a key"));
  CHECK(says(complaint(text, {"=3"}), "is not a key"));
  CHECK(says(complaint(text, {"firm.cash"}), "Write for example --set 'scenario.months=60'"));
  CHECK(says(complaint(text, {"partner.acme.churn=.3.3"}), "--set: partner.acme.churn is the text \".3.3\""));
  CHECK(says(complaint(text, {"partner.acme.chrun=0.3"}),
             "--set: partner.acme: chrun is not a parameter. Did you mean churn?"));
}

TEST_CASE("a resolved text lists copies that differ each for itself, and tells which are alike") {
  const std::string counted = "[partner.r]\ncount = 7\nleads = 3\n[partner.r_3]\nleads = 4\n";
  const std::string text = sound(counted).resolved_text();
  CHECK(says(text, "given: alike are 1 to 2, 4 to 7\n"));
  CHECK(says(text, "partner.r.leads = 3  #"));
  CHECK(says(text, "partner.r_3.leads = 4  #"));
  CHECK(text.find("partner.r_2") == std::string::npos);
  CHECK(parse_complaint(text) == "none");
  // Out of the file, a disabled copy is told from one that is there.
  const std::string without = sound(counted + "[partner.r_7]\nenabled = false\n").resolved_text();
  CHECK(says(without, "given: alike are 1 to 2, 4 to 6\n"));
}

TEST_CASE("a resolved text lists every value in effect by table, with unit and source") {
  const std::string text = sound(
                               "[firm]\ncash = 0.1\n[firm.direct]\nleads = 2\n[partner.r]\ncount = 2\nleads = { beta = "
                               "{ mean = 0.4, concentration = 25 } }\n")
                               .resolved_text();
  CHECK(says(text, "firm.cash = 0.1  # currency, given\n"));
  CHECK(says(text, "scenario.months = 60  # months, neutral\n"));
  CHECK(says(text, "partner.r.leads = { beta = { mean = 0.4, concentration = 25 } }  # leads a month, given\n"));
  CHECK(text.find("firm.cash") < text.find("firm.direct.leads"));
  CHECK(text.find("firm.wage") == std::string::npos);  // neither given nor with a default
  CHECK(says(text, "partner.r.count = 2  # given: alike are 1 to 2\n"));
  CHECK(text.find("partner.r_") == std::string::npos);
  CHECK(parse_complaint(text) == "none");
}
