// Claims about sim/stats/figures.h and sim/output/result_figures.h: one description is what files hold and pages say.
#include "sim/stats/figures.h"

#include <doctest/doctest.h>

#include <cctype>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/problem.h"
#include "sim/output/result_figures.h"
#include "tests/support/files.h"

namespace {

using namespace partnersim::testing;
using namespace sim;

template <class Row>
std::vector<std::string> variables() {
  std::vector<std::string> names;
  for (const Figure<Row>& figure : kFigures<Row>.figures)
    each_variable(figure,
                  [&](const std::string& name, const std::string&, const Cell<Row>&) { names.push_back(name); });
  return names;
}

// A group of points, one for each row, and one cell along each further dimension.
template <class Row>
void define(output::NetcdfWriter& file, std::uint64_t rows) {
  const FigureTable<Row>& table = kFigures<Row>;
  file.group(std::string(table.group));
  for (const std::string_view dimension : table.dimensions)
    file.dimension(std::string(table.group), std::string(dimension), dimension == "point" ? rows : 1);
}

// Every cell of two rows has a number of its own, which comes back from the file.
template <class Row>
void check_round_trip() {
  const TemporaryFolder folder;
  std::vector<Row> rows(2);
  double number = 2.0;
  for (Row& row : rows)
    for (const Figure<Row>& figure : kFigures<Row>.figures)
      each_variable(figure,
                    [&](const std::string&, const std::string&, const Cell<Row>& cell) { cell.set(row, number++); });
  output::NetcdfWriter file(folder / "a.h5");
  define<Row>(file, rows.size() + 1);
  output::add_figures(file, std::vector<const Row*>{&rows[0], nullptr, &rows[1]}, "profit");
  file.commit();
  const output::NetcdfReader reader(folder / "a.h5");
  const std::string group(kFigures<Row>.group);
  CHECK(reader.variables(group) == variables<Row>());
  const auto back = output::read_figures<Row>(reader, 3);
  number = 2.0;
  for (const std::size_t k : {std::size_t{0}, std::size_t{2}})
    for (const Figure<Row>& figure : kFigures<Row>.figures)
      each_variable(figure, [&](const std::string& name, const std::string&, const Cell<Row>& cell) {
        CHECK_MESSAGE(cell.get(back[k]) == number, group, "/", name);
        ++number;
        const auto definition = reader.text_attribute(group + "/" + name, "definition");
        CHECK((definition && !definition->empty() && definition->find("{}") == std::string::npos));
        CHECK(reader.text_attribute(group + "/" + name, "units").value_or("") == (figure.has(kIsPure) ? "1" : ""));
        CHECK(std::isnan(reader.read<double>(group + "/" + name)[1]));
      });
  CHECK_THROWS_AS(output::read_figures<Row>(reader, 2), InputOutputError);
}

// The lines of a group in the layout of results/README.md.
std::string layout_of(const std::string& group) {
  const std::string page = bytes_of(std::filesystem::path(PARTNERSIM_SOURCE_DIR) / "results/README.md");
  const std::size_t begin = page.find("\n" + group + " ");
  REQUIRE_MESSAGE(begin != std::string::npos, group, " is not in results/README.md");
  return page.substr(begin, page.find("\n\n", begin) - begin);
}

std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')
      word += c;
    else
      words.insert(std::exchange(word, {}));
  }
  return words;
}

template <class Row>
void check_layout() {
  const std::set<std::string> words = words_of(layout_of(std::string(kFigures<Row>.group)));
  for (const Figure<Row>& figure : kFigures<Row>.figures)
    CHECK_MESSAGE(words.contains(std::string(figure.name)), figure.name, " is not under ", kFigures<Row>.group);
}

}  // namespace

TEST_CASE("what is described is what a file holds, and comes back from it") {
  check_round_trip<Summary>();
  check_round_trip<QuantileEstimate>();
  check_round_trip<Comparison>();
  check_round_trip<Contrast>();
  check_round_trip<VarianceSplit>();
}

TEST_CASE("figures that files of earlier versions lack are missing, others must be there") {
  const TemporaryFolder folder;
  output::NetcdfWriter file(folder / "a.h5");
  define<QuantileEstimate>(file, 1);
  const auto add = [&](const char* name) {
    file.add({.group = "/summary", .name = name, .dimensions = {"point", "outcome", "quantile"}}, std::vector{1.0});
  };
  add("quantile_value");
  add("quantile_low");
  SUBCASE("without the standard error") {
    add("quantile_high");
    file.commit();
    const auto rows = output::read_figures<QuantileEstimate>(output::NetcdfReader(folder / "a.h5"), 1);
    CHECK(rows[0].high == 1.0);
    CHECK(std::isnan(rows[0].error));
  }
  SUBCASE("without the upper end") {
    add("quantile_standard_error");
    file.commit();
    CHECK_THROWS_AS(output::read_figures<QuantileEstimate>(output::NetcdfReader(folder / "a.h5"), 1), InputOutputError);
  }
}

TEST_CASE("results/README.md names every figure where its group is described") {
  check_layout<Summary>();
  check_layout<QuantileEstimate>();
  check_layout<Comparison>();
  check_layout<Contrast>();
  check_layout<VarianceSplit>();
}

TEST_CASE("no two figures of a group have one name") {
  auto all = variables<Summary>();
  const auto more = variables<QuantileEstimate>();
  all.insert(all.end(), more.begin(), more.end());
  all.emplace_back(kExpectedName);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
  const auto compared = variables<Comparison>();
  CHECK(std::set<std::string>(compared.begin(), compared.end()).size() == compared.size());
}
