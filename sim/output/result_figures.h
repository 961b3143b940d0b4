// The figures of stats/figures.h as variables of a result file, written and read.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/missing.h"
#include "sim/base/problem.h"
#include "sim/output/netcdf_file.h"
#include "sim/stats/figures.h"

namespace sim::output {

// Each figure over all rows, in the order of the dimensions; null: missing. `about` stands for {} in meanings.
template <class Row>
void add_figures(NetcdfWriter& file, const std::vector<const Row*>& rows, std::string_view about = {}) {
  const FigureTable<Row>& table = kFigures<Row>;
  for (const Figure<Row>& figure : table.figures)
    each_variable(figure, [&](const std::string& name, std::string meaning, const Cell<Row>& cell) {
      if (const std::size_t at = meaning.find("{}"); at != std::string::npos) meaning.replace(at, 2, about);
      std::vector<double> values;
      for (const Row* row : rows) values.push_back(row == nullptr ? kMissing : cell.get(*row));
      file.add({.group = std::string(table.group),
                .name = name,
                .dimensions = {table.dimensions.begin(), table.dimensions.end()},
                .attributes = describe(figure.has(kIsPure) ? "1" : "", name, meaning)},
               values);
    });
}

// The rows back, `count` of them; figures that files of earlier versions lack are missing there. Throws
// InputOutputError when a variable is not there or has another number of values.
template <class Row>
std::vector<Row> read_figures(const NetcdfReader& file, std::size_t count) {
  const FigureTable<Row>& table = kFigures<Row>;
  std::vector<Row> rows(count);
  for (const Figure<Row>& figure : table.figures)
    each_variable(figure, [&](const std::string& name, const std::string&, const Cell<Row>& cell) {
      const std::string path = fmt::format("{}/{}", table.group, name);
      const bool there = !figure.has(kIsLater) || file.exists(path);
      const std::vector<double> values = there ? file.read<double>(path) : std::vector<double>(count, kMissing);
      if (values.size() != count)
        throw InputOutputError(
            fmt::format("{}: {} has {} values, and {} are expected", file.path().string(), path, values.size(), count));
      for (std::size_t k = 0; k < count; ++k) cell.set(rows[k], values[k]);
    });
  return rows;
}

}  // namespace sim::output
