// Claims about remedies: what people write where TOML wants something else is answered with what they meant, or with
// nothing; and whatever else is wrong is told in the same round.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sim/base/counted.h"
#include "sim/config/calendar_month.h"
#include "sim/config/document.h"
#include "sim/config/number.h"
#include "sim/config/scenario.h"
#include "sim/config/written_number.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;
using namespace sim;

constexpr std::array kSpecs{
    ParameterSpec{.path = "scenario.seed", .kind = Kind::integer, .unit = "1", .range = {0, 0x1p53}},
    ParameterSpec{
        .path = "scenario.months", .kind = Kind::integer, .unit = "months", .range = {1, 600}, .fallback = 12},
    ParameterSpec{.path = "scenario.start", .kind = Kind::text, .form = &kCalendarMonth},
    ParameterSpec{.path = "firm.cash", .unit = "currency"},
    ParameterSpec{.path = "firm.season", .kind = Kind::numbers, .unit = "1", .range = {0, 10}},
    ParameterSpec{.path = "partner.*.leads", .unit = "leads a month", .range = {0, 1000}, .required = true},
    ParameterSpec{.path = "partner.*.start", .kind = Kind::integer, .unit = "month", .range = {1, 600}},
    ParameterSpec{.path = "partner.*.close_rate", .unit = "1", .range = {0, 1}},
    ParameterSpec{
        .path = "partner.*.churn", .unit = "1 a month", .range = {0, 1, false, true}, .yearly = Yearly::probability},
    ParameterSpec{
        .path = "partner.*.retention", .unit = "1 a month", .range = {0, 1}, .yearly = Yearly::share_that_stays},
    ParameterSpec{.path = "partner.*.trend", .unit = "1 a month", .range = {-1, 10}},
};

// All that is wrong, a line each.
std::string complaint(const std::string& text) {
  Problems problems;
  try {
    const Document document = parse_document("x.toml", text, problems);
    resolve(document, kSpecs, problems);
    problems.raise();
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return {};
}

std::string firm(const std::string& line) { return complaint("[firm]\n" + line + "\n"); }
std::string partner(const std::string& line) { return complaint("[partner.a]\nleads = 1\n" + line + "\n"); }

}  // namespace

TEST_CASE("a number is understood as people write it") {
  constexpr std::array<std::pair<const char*, double>, 27> kWritten{{
      {"€10,000", 1e4},
      {"$10,000", 1e4},
      {"£5", 5},
      {"10,000 EUR", 1e4},
      {"10k", 1e4},
      {"10 000", 1e4},
      {"10\u202f000", 1e4},
      {"10'000", 1e4},
      {"1.5M", 1.5e6},
      {"10.000,50", 10000.5},
      {"1,234.50", 1234.5},
      {"1.000.000", 1e6},
      {"1,234,567", 1234567},
      {"0,5", 0.5},
      {"50,00", 50},
      {"10_000", 1e4},
      {"-€1,500", -1500},
      {".5", 0.5},
      {"5 %", 0.05},
      {"7%", 0.07},
      {"2.5 percent", 0.025},
      {"20 % a year", 0.2},
      {"20%/yr", 0.2},
      {"20 % p.a.", 0.2},
      {"24 months", 24},
      {"1 234 567,8", 1234567.8},
      {"€ 12.50", 12.5},
  }};
  for (const auto& [text, value] : kWritten) {
    CAPTURE(std::string(text));
    const auto number = written_number(text);
    REQUIRE(number.has_value());
    CHECK(number->value == value);
  }
}

TEST_CASE("a number that could be two is none") {
  for (const char* text : {"€1.000", "5m", "1/50", "10,00,0", "1 00", "12-13", "", "k", "EUR", "10 apples", "1.2.3",
                           "5 % €", "20 % a decade", "1e", "ten", "01,000"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(written_number(text).has_value());
  }
}

TEST_CASE("money in quotes or without them is answered with the amount that was meant") {
  for (const char* value : {"\"€10,000\"", "\"$10,000\"", "\"10k\"", "\"10 000\"", "€10,000", "$10,000", "10k",
                            "10 000", "10,000", "10_000 EUR", "10'000", "\"10,000 EUR\""}) {
    CAPTURE(std::string(value));
    const std::string said = firm(std::string("cash = ") + value);
    CHECK(says(said, "Write cash = 10_000"));
    CHECK(said.find("Write cash = 1\n") == std::string::npos);
  }
  CHECK(says(firm("cash = \"1.5M\""), "Write cash = 1_500_000"));
  CHECK(says(firm("cash = 1.5M"), "Write cash = 1_500_000"));
  CHECK(firm("cash = \"€1.000\"")
            .ends_with("Write the number alone, without quotes: a point before decimals, _ between thousands"));
  CHECK(firm("cash = \"5 %\"").find("0.05") == std::string::npos);
  CHECK(says(firm("season = [1, \"0,9\"]"), "Write 0.9"));
}

TEST_CASE("a yearly figure is turned into the monthly one that its key takes") {
  CHECK(says(partner("churn = \"20 % a year\""),
             "20 % a year is 0.0184 a month, 1 − (1 − 0.2)^(1/12): write churn = 0.0184"));
  CHECK(says(partner("churn = 20 % a year"), "0.0184: 1 − (1 − 0.2)^(1/12)"));
  CHECK(says(partner("churn = 20"), "Did you mean 0.2 (20 %)? 20 % a year is 0.0184 a month, 1 − (1 − 0.2)^(1/12)"));
  CHECK(says(partner("churn = \"20 %\""), "Write churn = 0.2"));
  CHECK(says(partner("churn = \"2 % a month\""), "Write churn = 0.02"));
  CHECK(says(partner("retention = \"80 % a year\""),
             "80 % a year is 0.982 a month, 0.8^(1/12): write retention = 0.982"));
  CHECK(says(complaint("[partner.a]\nleads = \"120 a year\"\n"), "120 a year is 10 a month: write leads = 10"));
  // What a year of growth is in a month depends on what is meant by it.
  CHECK(partner("trend = \"20 % a year\"").find("rite trend") == std::string::npos);
  CHECK(partner("close_rate = \"20 % a year\"").find("rite close_rate") == std::string::npos);
}

TEST_CASE("whole numbers are compared as integers and named as given") {
  const auto seed = [](const std::string& value) { return complaint("[scenario]\nseed = " + value + "\n"); };
  CHECK(seed("9007199254740992").empty());
  CHECK(says(seed("9007199254740993"), "scenario.seed = 9007199254740993 is out of range"));
  CHECK(says(seed("9223372036854775807"), "scenario.seed = 9223372036854775807 is out of range"));
  CHECK(says(seed("-1"), "scenario.seed = -1 is out of range"));
  CHECK(says(seed("\"18446744073709551616\""), "scenario.seed = 18446744073709551616 is out of range"));
  CHECK(says(seed("\"9007199254740993\""), "scenario.seed = 9007199254740993 is out of range"));
  CHECK(says(complaint("[scenario]\nmonths = \"2 years\"\n"), "Write months = 24"));
  CHECK(says(complaint("[scenario]\nmonths = 24 months\n"), "Write months = 24"));
}

TEST_CASE("a month is answered with year and month") {
  const auto start = [](const std::string& value) { return complaint("[scenario]\nstart = " + value + "\n"); };
  CHECK(start("\"2027-01\"").empty());
  for (const char* value : {"2027-01-01", "2027-01-31T00:00:00", "2027-01", "\"2027-1\"", "\"2027/01\"", "\"01/2027\"",
                            "\"1.2027\"", "202701", "\"Jan 2027\"", "\"January 2027\"", "\"2027-01-15\""}) {
    CAPTURE(std::string(value));
    CHECK(says(start(value), "Write start = \"2027-01\""));
  }
  CHECK(
      says(start("\"2027-13\""), "scenario.start = \"2027-13\" is not a month. Write for example start = \"2026-09\""));
  CHECK(start("2027").find("2027\"") == std::string::npos);
  CHECK(says(partner("start = 2027-01-01"),
             "partner.a.start is the date 2027-01-01 (a whole number in unit \"month\" is "
             "expected). Months are counted: that of scenario.start is 1"));
}

TEST_CASE("lines that are no TOML are told all at once, with what is wrong in the others") {
  const std::string said = complaint(
      "[scenario]\nmonths = 0\nstart = May\n[firm]\ncash = €10,000  # in hand\n[partner.a]\nleads = 1,5\nchurn = 2\n");
  CHECK(says(said, "x.toml:2:10: scenario.months = 0 is out of range"));
  CHECK(says(said, "x.toml:3:9: this is not valid TOML"));
  CHECK(says(said, "x.toml:5:8: this is not valid TOML"));
  CHECK(says(said, "Write cash = 10_000"));
  CHECK(says(said, "Write leads = 1.5"));
  CHECK(says(said, "x.toml:8:9: partner.a.churn = 2 is out of range"));
  CHECK(std::count(said.begin(), said.end(), '\n') == 4);  // nothing is called missing that is only illegible
  CHECK(says(complaint("[scenario]\nmonths = 1\nmonths = 2\nseed = -1\n"), "x.toml:4:8: scenario.seed = -1"));
  // A damage that is not that of a line ends the reading.
  CHECK(complaint("[firm]\nseason = [1x,\n2,\n3]\ncash = €1\n").find('\n') == std::string::npos);
}

TEST_CASE("counts are in the plural from two on") {
  CHECK(counted(1, "point") == "1 point");
  CHECK(counted(2, "point") == "2 points");
  CHECK(counted(0, "point") == "0 points");
  CHECK(counted(1234567, "axis", "axes") == "1,234,567 axes");
}
