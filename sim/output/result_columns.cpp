// One value a replication: variables over (point, replication), where points with fewer replications end in NaN.
#include <algorithm>

#include "sim/output/result_sections.h"

namespace sim::output {
namespace {

constexpr std::uint64_t kChunkRows = 1 << 16;  // 256 KiB of float32: between the .25 and 1 MiB that read well

}  // namespace

ResultColumns::ResultColumns(const ResultContext& context) : context_(context) {
  for (std::size_t p = 0; p < context_.points; ++p)
    rows_ = std::max<std::uint64_t>(rows_, context_.collector.replications(p));
  define_group("/outcomes", "one value a replication", context_.outputs.outcomes);
  define_group("/inputs", "what was drawn once a replication", context_.outputs.inputs);
}

void ResultColumns::define_group(const std::string& group, const std::string& name,
                                 const std::vector<Column>& columns) {
  context_.group_of_points(group, {{"long_name", name}});
  context_.file.dimension(group, "replication", rows_);
  for (const Column& column : columns) {
    if (column.index != 0) {  // a further slice of the variable defined before
      variables_.push_back(variables_.back());
      continue;
    }
    VariableSpec spec{
        .group = group,
        .name = column.name,
        .type = context_.outputs.doubles ? ValueType::kFloat64 : ValueType::kFloat32,
        .dimensions = {"point", "replication"},
        .attributes = describe(column.unit, column.long_name, column.definition),
        .chunk = {std::max<std::uint64_t>(
                      1, std::min<std::uint64_t>(context_.points, kChunkRows / std::max<std::uint64_t>(1, rows_))),
                  std::min(rows_, kChunkRows)},
        .may_stay_unwritten = uneven()};
    if (!column.dimension.empty()) {
      if (dimensions_.insert(group + "/" + column.dimension).second) {
        std::vector<std::int32_t> numbers;
        for (std::size_t i = 1; i <= column.extent; ++i) numbers.push_back(static_cast<std::int32_t>(i));
        context_.file.dimension(group, column.dimension, numbers, describe("1", column.dimension));
      }
      spec.dimensions.push_back(column.dimension);
      spec.chunk.push_back(1);
    }
    variables_.push_back(context_.file.define(spec));
  }
}

bool ResultColumns::uneven() const {
  for (std::size_t p = 0; p < context_.points; ++p)
    if (context_.collector.replications(p) != rows_) return true;
  return false;
}

void ResultColumns::write(std::size_t first_point, std::size_t points, std::size_t index, const Values& values) {
  const std::size_t outcomes = context_.outputs.outcomes.size();
  const Column& column =
      index < outcomes ? context_.outputs.outcomes[index] : context_.outputs.inputs[index - outcomes];
  const std::uint64_t rows = values.size() / points;
  for (std::uint64_t row = 0; row < rows; row += kChunkRows) {  // one round when there are several points
    const std::uint64_t count = std::min<std::uint64_t>(kChunkRows, rows - row);
    std::vector<std::uint64_t> start{first_point, row}, extent{points, count};
    if (!column.dimension.empty()) {
      start.push_back(column.index);
      extent.push_back(1);
    }
    const Values part = values.subspan(row, points * count);
    context_.file.write_slab(variables_[index], start, extent,
                             part.doubles().empty() ? Cells(part.singles()) : Cells(part.doubles()));
  }
}

}  // namespace sim::output
