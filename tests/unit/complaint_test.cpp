// Claims about complaints: they are one plain line, at the place of the word that is wrong, with a remedy that works.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "models/scenario/patterns.h"
#include "sim/base/printable.h"
#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/config/document.h"
#include "sim/config/scenario.h"
#include "tests/support/text.h"

namespace {

using namespace sim;
using partnersim::testing::says;

constexpr std::array kSpecs{
    ParameterSpec{.path = "firm.cash", .unit = "currency", .fallback = 0},
    ParameterSpec{.path = "firm.credit", .unit = "currency", .needs = "firm.cash"},
    ParameterSpec{.path = "economy.start", .kind = Kind::text, .needs = "economy.regime"},
    ParameterSpec{.path = "economy.regime.*.to", .kind = Kind::number_map, .unit = "1 a month"},
    ParameterSpec{.path = "partner.*.leads", .unit = "leads a month", .required = true},
    ParameterSpec{.path = "partner.*.tags", .kind = Kind::texts},
    ParameterSpec{.path = "partner.*.label", .kind = Kind::text},
    ParameterSpec{.path = "partner.*.count", .kind = Kind::integer, .fallback = 1},
    ParameterSpec{.path = "partner.*.shared", .kind = Kind::boolean},
    ParameterSpec{.path = "partner.*.enabled", .kind = Kind::boolean, .fallback = 1},
};

std::string complaints(const std::string& text, const std::string& assignment = {}) {
  Problems problems;
  Document document = parse_document("x.toml", text);
  if (!assignment.empty()) set_value(document, assignment, problems, kSpecs);
  if (problems.empty()) resolve(document, kSpecs, problems);
  std::string all;
  for (const Problem& problem : problems.list()) all += to_string(problem) + "\n";
  return all;
}

}  // namespace

TEST_CASE("a message is one line of harmless characters, whatever a name holds") {
  CHECK(printable("Zoë \xE2\x9C\x93 e\xCC\x81", 100) == "Zoë \xE2\x9C\x93 e\xCC\x81");
  CHECK(printable("a\nb\x1b[31m\x7f", 100) == "a\\u000Ab\\u001B[31m\\u007F");
  CHECK(printable("\xE2\x80\xAE\xC2\x85\xEF\xBB\xBF\xE2\x80\xA8", 100) == "\\u202E\\u0085\\uFEFF\\u2028");
  CHECK(printable("\xFFx\xE2\x82", 100) == "\\xFFx\\xE2\\x82");
  CHECK(printable("abcdef", 3) == "abc…");
  CHECK(to_string(Problem{{"x\n.toml", 1, 2}, "a\rb", "c\td", {}}) == "x\\u000A.toml:1:2: a\\u000Db (c\\u0009d)");
}

TEST_CASE("texts that tables and files could not show are refused at their place, those in any language are not") {
  const auto complaint = [](const std::string& label) {
    Problems problems;
    resolve(parse_document("x.toml", "[partner.p]\nleads = 1\nlabel = \"" + label + "\"\n"), kSpecs, problems);
    return problems.empty() ? std::string() : to_string(problems.list().front());
  };
  for (const char* control : {"0000", "0007", "001B", "000A", "000D", "0009", "007F", "0085", "009B", "2028", "2029",
                              "202A", "202E", "2066", "2069"})
    CHECK(says(complaint(std::string("a\\u") + control + "b"),
               std::string("x.toml:3:9: partner.p.label holds the control character U+") + control));
  CHECK(says(complaint(std::string(201, 'x')), "partner.p.label has 201 characters (at most 200). Shorten it"));
  CHECK(complaint(std::string(200, 'x')).empty());
  std::string letters;
  for (int i = 0; i < 200; ++i) letters += "ë";
  for (const std::string& name :
       {letters, std::string("Ω שלום \xE2\x80\x8F کتاب\xE2\x80\x8Cها 👩\xE2\x80\x8D🔧 $\\\\frac{$")})
    CHECK(complaint(name).empty());
  CHECK(printable_lines("a\x1b[2J\nb\tc\n\xC2\x9B\n") == "a\\u001B[2J\nb\\u0009c\n\\u009B\n");
  CHECK(printable_lines("plain") == "plain");
}

TEST_CASE("the parts of a value have places of their own") {
  Problems problems;
  const Document document = parse_document(
      "x.toml", "[economy.regime.a]\nto = { b = 0.1, c = 0.2 }\n[partner.p]\nleads = 1\ntags = ['x', 'y']\n");
  const Scenario scenario = resolve(document, kSpecs, problems);
  CHECK(problems.empty());
  CHECK(to_string(scenario.mark("economy.regime.a.to", "c")) == "x.toml:2:17");
  CHECK(to_string(scenario.mark("economy.regime.a.to", "d")) == "x.toml:2:6");
  CHECK(to_string(scenario.mark("partner.p.tags", "y")) == "x.toml:5:14");
  CHECK(to_string(scenario.mark("partner.p")) == "x.toml:3:10");
}

TEST_CASE("--set never makes an entity by misspelling one") {
  const std::string text = "[partner.acme]\nleads = 1\n[partner.r]\nleads = 1\ncount = 2\n";
  CHECK(complaints(text, "partner.acem.leads=3") ==
        "--set: \"partner.acem.leads=3\" matches nothing ([partner] has no table acem). Did you mean "
        "partner.acme.leads?\n");
  CHECK(complaints(text, "partner.typo.leads=3").find("[partner] has no table typo). Tables there: acme, r") !=
        std::string::npos);
  CHECK(complaints(text, "partner.r_2.leads=3").empty());
  CHECK(complaints(text, "firm.cash=3").empty());
  CHECK(complaints(text, "partner.late={ leads = 3 }").empty());
}

TEST_CASE("a key that nothing reads says what would read it") {
  CHECK(complaints("[firm]\ncredit = 1\n") ==
        "x.toml:2:1: firm.credit has no effect (nothing reads it without firm.cash). Add a line such as cash = 1 to "
        "[firm]\n");
  CHECK(complaints("[firm]\ncash = 1\ncredit = 1\n").empty());
  CHECK(complaints("[economy]\nstart = 'a'\n").find("Add [economy.regime.NAME]") != std::string::npos);
  CHECK(complaints("[partner.p]\nleads = 1\nshared = true\n").find("shared has no effect (there are no copies") !=
        std::string::npos);
}

TEST_CASE("a suggestion is a key that is not there yet, where one is near") {
  CHECK(nearest("p0", without_present("p0", {"p10", "p50"}, {"p10", "p0"})) == "p50");
  CHECK(nearest("laeds", without_present("laeds", {"leads", "type"}, {"leads"})) == "leads");
}

TEST_CASE("a carriage return alone ends no line") {
  CHECK_THROWS_AS(parse_document("x.toml", "a = 1\rb = 2\n"), ConfigurationError);
  CHECK_NOTHROW(parse_document("x.toml", "a = 1\r\nb = 2\r\n"));
}

TEST_CASE("stars match any part of an id, in no time") {
  CHECK(partnersim::matches("a*b*c", "a-bb-c"));
  CHECK(partnersim::matches("*", ""));
  CHECK_FALSE(partnersim::matches("a*b", "a-b-c"));
  std::string stars;
  for (int i = 0; i < 60; ++i) stars += "a*";
  CHECK_FALSE(partnersim::matches(stars + "b", std::string(60, 'a')));
}
