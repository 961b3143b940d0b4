// Two laws of sim/rng/distribution.h beside those of distribution_test.cpp: Pareto against Boost.Math, and a user's own
// values, written in the scenario or read from a CSV file, with the errors such files bring.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/pareto.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/rng/distribution.h"
#include "tests/support/about.h"
#include "tests/support/files.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;

using Arguments = std::vector<std::pair<std::string, sim::Law::Argument>>;

sim::Quantile quantile(const std::string& name, const Arguments& arguments, const std::string& scenario = {}) {
  sim::Law law;
  law.name = name;
  law.arguments = arguments;
  law.mark.file = scenario;
  return sim::make_quantile(law, {0.0, sim::kInfinity});
}

std::string refusal(const std::string& name, const Arguments& arguments, const std::string& scenario = {}) {
  try {
    quantile(name, arguments, scenario);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

// A folder of its own, removed afterwards.
class Folder {
 public:
  // Returns the name as a scenario in this folder would write it.
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return name;
  }
  std::string scenario() const { return (folder_ / "scenario.toml").string(); }
  std::string full(const std::string& name) const { return (folder_ / name).string(); }

 private:
  TemporaryFolder folder_;
};

// Sorted and equally likely: as many as `n` words evenly spread bring back.
std::vector<double> values_of(const sim::Quantile& made, std::uint32_t n) {
  std::vector<double> values;
  for (std::uint32_t i = 0; i < n; ++i)
    values.push_back(made(static_cast<std::uint32_t>((i + 0.5) * (4294967296.0 / n))));
  return values;
}

}  // namespace

TEST_CASE("Pareto quantiles are exact to 1e-6, by minimum or by mean, from heavy tails to light ones") {
  std::mt19937_64 engine{20};
  for (const double shape : {1.05, 1.5, 2.5, 10.0, 200.0}) {
    CAPTURE(shape);
    const boost::math::pareto_distribution<long double> exact(80.0L, shape);
    const sim::Quantile by_minimum = quantile("pareto", {{"minimum", 80.0}, {"shape", shape}});
    const sim::Quantile by_mean = quantile("pareto", {{"mean", 80.0 * shape / (shape - 1.0)}, {"shape", shape}});
    CHECK(by_minimum.mean() == about(static_cast<double>(mean(exact)), 1e-12));
    CHECK(by_mean.mean() == about(by_minimum.mean(), 1e-12));
    CHECK(by_minimum.lower() == 80.0);
    double worst = 0.0;
    for (int i = 0; i < 400; ++i) {
      const std::uint32_t word = i < 12   ? static_cast<std::uint32_t>(i)
                                 : i < 24 ? ~static_cast<std::uint32_t>(i)
                                          : static_cast<std::uint32_t>(engine() >> 32U);
      const long double upper = (static_cast<long double>(~word) + 0.5L) * 0x1p-32L;
      const long double value = boost::math::quantile(complement(exact, upper));
      worst = std::max({worst, static_cast<double>(std::abs(by_minimum(word) - value) / value),
                        static_cast<double>(std::abs(by_mean(word) - value) / value)});
    }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("a Pareto law needs one of mean and minimum, and a shape that has a mean") {
  CHECK(says(refusal("pareto", {{"shape", 2.0}}), "one of mean and minimum"));
  CHECK(says(refusal("pareto", {{"shape", 2.0}, {"mean", 3.0}, {"minimum", 1.0}}), "one of mean and minimum"));
  CHECK(says(refusal("pareto", {{"shape", 1.0}, {"mean", 3.0}}), "shape is 1"));
  CHECK(says(refusal("pareto", {{"mean", 3.0}}), "pareto needs shape"));
}

TEST_CASE("own values come back as they are, sorted, each as likely as it is frequent") {
  const sim::Quantile made = quantile("empirical", {{"values", std::vector{20.0, 1.0, 5.0, 1.0}}});
  CHECK(values_of(made, 8) == std::vector{1.0, 1.0, 1.0, 1.0, 5.0, 5.0, 20.0, 20.0});
  CHECK(made.mean() == 6.75);
  CHECK(made.lower() == 1.0);
  CHECK(made.upper() == 20.0);
  CHECK(made(0U) == 1.0);
  CHECK(made(0x7fffffffU) == 1.0);
  CHECK(made(0x80000000U) == 5.0);
  CHECK(made(0xbfffffffU) == 5.0);
  CHECK(made(0xc0000000U) == 20.0);
  CHECK(made(0xffffffffU) == 20.0);
  CHECK(quantile("empirical", {{"values", std::vector{7.0, 7.0}}}).is_constant());
  // Thousands of values: the i-th word of n brings the i-th value.
  std::vector<double> many(4096);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i * i);
  CHECK(values_of(quantile("empirical", {{"values", many}}), 4096) == many);
}

TEST_CASE("a CSV file is read with or without a header, by any separator, next to the scenario") {
  const Folder folder;
  const std::vector<double> expected{1.5, 2.0, 30.0};
  for (const auto& [name, text] :
       {std::pair{"plain.csv", "30\n1.5\n2\n"}, std::pair{"header.csv", "value\n30\n1.5\n2\n"},
        std::pair{"windows.csv", "\xEF\xBB\xBFvalue\r\n30\r\n1.5\r\n2\r\n"},
        std::pair{"gaps.csv", "\nvalue\n\n30\n1.5\n\n2"},
        std::pair{"quoted.csv", "\"value, in EUR\"\n\"30\"\n 1.5 \n2e0\n"}}) {
    const std::string file = name;  // what a capture can refer to
    CAPTURE(file);
    folder.write(file, text);
    CHECK(values_of(quantile("empirical", {{"file", file}}, folder.scenario()), 3) == expected);
  }
  for (const auto& [name, text] : {std::pair{"comma.csv", "id,value\na,30\nb,1.5\nc,2\n"},
                                   std::pair{"semicolon.csv", "id;value;note\na;30;x\nb;1.5;\nc;2;z\n"},
                                   std::pair{"tab.csv", "value\tid\n30\ta\n1.5\tb\n2\tc\n"}}) {
    const std::string file = name;  // what a capture can refer to
    CAPTURE(file);
    folder.write(file, text);
    CHECK(values_of(quantile("empirical", {{"file", file}, {"column", std::string("value")}}, folder.scenario()), 3) ==
          expected);
  }
  // An absolute name needs no scenario beside it.
  CHECK(values_of(quantile("empirical", {{"file", folder.full("plain.csv")}}, "elsewhere/scenario.toml"), 3) ==
        expected);
}

TEST_CASE("files that hold no sample are refused with the line and what to do") {
  const Folder folder;
  const auto refused = [&](const std::string& text, Arguments more = {}) {
    folder.write("deals.csv", text);
    more.insert(more.begin(), {"file", std::string("deals.csv")});
    return refusal("empirical", more, folder.scenario());
  };
  CHECK(says(refused("value\n3\nfour\n"), "deals.csv:3 holds no number"));
  CHECK(says(refused("value\n3\nfour\n"), "found \"four\""));
  CHECK(says(refused("1,5\n2\n", {{"column", std::string("value")}}), "has no column value"));
  CHECK(says(refused("id;price\na;1\n", {{"column", std::string("value")}}), "its first line is id, price"));
  CHECK(says(refused("value\n1e999\n"), "deals.csv:2 holds no number"));
  CHECK(says(refused("value\nnan\n"), "holds no number"));
  CHECK(says(refused(""), "there are no values"));
  CHECK(says(refused("value\n\n"), "has a header and no values (its only line is value)"));
  CHECK(says(refused("id,value\na,1\nb,\n", {{"column", std::string("value")}}),
             "3 holds no number (the field is empty)"));
  CHECK(says(refused("value,value\n1,2\n", {{"column", std::string("value")}}), "has two columns value"));
  CHECK(says(refusal("empirical", {{"file", std::string("missing.csv")}}, folder.scenario()),
             "missing.csv cannot be read"));
  CHECK(says(refusal("empirical", {{"file", std::string("missing.csv")}}, folder.scenario()),
             folder.full("missing.csv")));
  CHECK(says(refusal("empirical", {}), "a file or values"));
  CHECK(says(refusal("empirical", {{"values", std::vector<double>{}}}), "there are no values"));
}

TEST_CASE("no number of a file is cut at a decimal comma or a thousands separator") {
  const Folder folder;
  const auto refused = [&](const std::string& text, Arguments more = {}) {
    folder.write("deals.csv", text);
    more.insert(more.begin(), {"file", std::string("deals.csv")});
    return refusal("empirical", more, folder.scenario());
  };
  const Arguments value{{"column", std::string("value")}};
  for (const char* text : {"value\n100,5\n200,5\n", "value\n1,234.50\n", "value\n3\n1,234\n"}) {
    const std::string message = refused(text);
    CHECK(says(message, " has 2 fields (line 1 has 1 field"));
    CHECK(says(message, "decimal point"));
    CHECK(says(message, "quotes"));
  }
  CHECK(says(refused("value\n3\n1,234\n"), "deals.csv:3 has 2 fields"));
  CHECK(
      says(refused("id,value\na,1\nb\n", value), "deals.csv:3 has 1 field (line 1 has 2 fields, separated by commas)"));
  CHECK(says(refused("id,value\na,1,5\n", value), "deals.csv:2 has 3 fields"));
  // Without a header nothing tells whether 100,5 is one number or two.
  CHECK(says(refused("100,5\n200,5\n"), "deals.csv:1 has 2 fields and no header"));
  for (const char* number : {"1,5", "\"1,5\"", "1.234,50", "1 234", "1'234", "100 EUR", "$5", "50%"})
    CHECK(says(refused("id;value\na;" + std::string(number) + "\n", value), "deals.csv:2 holds no number (found \""));
  CHECK(says(refused("value\n\"1,234.5\"\n"), "Write numbers with a decimal point"));
}

TEST_CASE("what CSV files bring is read as RFC 4180 has it, what is damaged is refused where it stands") {
  const Folder folder;
  const auto read = [&](const std::string& text) {
    folder.write("deals.csv", text);
    return values_of(quantile("empirical", {{"file", std::string("deals.csv")}, {"column", std::string("value")}},
                              folder.scenario()),
                     2);
  };
  const std::vector<double> expected{1.5, 30.0};
  CHECK(read("note,value\n\"a, \"\"b\"\"\",30\n\"two\nlines\",1.5\n") == expected);
  CHECK(read("note,value\ra,30\rb,1.5\r") == expected);  // old Macintosh
  CHECK(read("\xEF\xBB\xBFnote;value\r\n;30\r\n\r\n;;\r\n;1.5") == expected);
  CHECK(read("\"a;b;c\",value\n1,30\n2,1.5\n") == expected);
  CHECK(read("5\" pipes, value \n4,30\n4, 1.5 \n") == expected);
  const auto refused = [&](const std::string& text) {
    folder.write("deals.csv", text);
    return refusal("empirical", {{"file", std::string("deals.csv")}}, folder.scenario());
  };
  CHECK(says(refused("value\n1\n\"2\n3\n"), "deals.csv:3: a quotation mark is not closed"));
  CHECK(
      says(refused("value\n\"1\"2\n"), "deals.csv:2: text stands behind a closing quotation mark (found \"2\" there)"));
  CHECK(says(refused(std::string("value\n1\n2\0\n", 11)), "deals.csv:3 holds a zero byte"));
  CHECK(says(refused(std::string("\xFF\xFEv\0\n\0", 6)), "UTF-16"));
  CHECK(says(refused("value\n\x1b[2J\n"), "found \"\\u001B[2J\""));
  CHECK(says(refusal("empirical", {{"file", folder.full("")}}, folder.scenario()), "is no file"));
}

TEST_CASE("a file is looked for beside its own scenario, also when another has one of that name") {
  const Folder here, there;
  here.write("deals.csv", "1\n");
  there.write("deals.csv", "2\n");
  const Arguments file{{"file", std::string("deals.csv")}};
  CHECK(quantile("empirical", file, here.scenario()).mean() == 1.0);
  CHECK(quantile("empirical", file, there.scenario()).mean() == 2.0);
}
