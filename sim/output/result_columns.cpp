// One value a replication: variables over (point, replication), where points with fewer replications end in NaN.
#include <algorithm>
#include <map>

#include "sim/base/natural_order.h"
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
  const bool copies = std::any_of(columns.begin(), columns.end(), [](const Column& c) { return !c.copy.empty(); });
  if (copies) return define_copies(group, columns);
  for (const Column& column : columns) define(group, column);
}

VariableSpec ResultColumns::spec_of(const std::string& group, const std::string& name, const Column& column) const {
  const bool of_copies = name != column.name;
  return {.group = group,
          .name = name,
          .type = context_.outputs.doubles ? ValueType::kFloat64 : ValueType::kFloat32,
          .dimensions = {"point", "replication"},
          .attributes = describe(column.unit, of_copies ? name : column.long_name, column.definition),
          .chunk = {std::max<std::uint64_t>(
                        1, std::min<std::uint64_t>(context_.points, kChunkRows / std::max<std::uint64_t>(1, rows_))),
                    std::min(rows_, kChunkRows)},
          .may_stay_unwritten = uneven()};
}

void ResultColumns::define(const std::string& group, const Column& column) {
  if (column.index != 0) {  // a further slice of the variable defined before
    variables_.push_back(variables_.back());
    return;
  }
  VariableSpec spec = spec_of(group, column.name, column);
  if (!column.dimension.empty()) {
    if (dimensions_.insert(group + "/" + column.dimension).second) {
      std::vector<std::int32_t> numbers;
      for (std::size_t i = 1; i <= column.extent; ++i) numbers.push_back(static_cast<std::int32_t>(i));
      context_.file.dimension(group, column.dimension, numbers, describe("1", column.dimension));
    }
    spec.dimensions.push_back(column.dimension);
    spec.chunk.push_back(1);
  }
  variables_.push_back({context_.file.define(spec), std::nullopt});
}

// A dimension for each table with copies, of those that draw anything; what a copy does not draw is missing there.
// Where a variant draws once for all copies, that value has the name, and each copy a variable of its own.
void ResultColumns::define_copies(const std::string& group, const std::vector<Column>& columns) {
  std::set<std::string> single;
  std::map<std::string, Names> copies;          // by table
  std::map<std::string, std::size_t> drawn_by;  // how many copies, by variable
  std::map<std::string, Variable> variables;
  for (const Column& column : columns)
    if (column.copy.empty()) single.insert(column.name);
  for (const Column& column : columns)
    if (!column.copy.empty()) {
      copies[column.table].push_back(column.copy);
      ++drawn_by[column.of_all_copies()];
    }
  std::map<std::string, std::map<std::string, std::uint64_t>> place;  // by table and copy
  for (auto& [table, names] : copies) {
    std::sort(names.begin(), names.end(), natural_less);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (std::size_t i = 0; i < names.size(); ++i) place[table].emplace(names[i], i);
  }
  for (const Column& column : columns) {
    const std::string name = column.of_all_copies();
    if (column.copy.empty() || single.contains(name)) {
      define(group, column);
      continue;
    }
    const Names& ids = copies[column.table];
    if (dimensions_.insert(group + "/" + column.table).second)
      context_.file.dimension(group, column.table, ids, describe("", column.table, "copies of the table"));
    auto variable = variables.find(name);
    if (variable == variables.end()) {
      VariableSpec spec = spec_of(group, name, column);
      spec.dimensions.insert(spec.dimensions.begin() + 1, column.table);
      // Of a single point each copy's values lie side by side in the file as they are.
      if (context_.points == 1)
        spec.chunk.clear();
      else
        spec.chunk.insert(spec.chunk.begin() + 1, 1);
      spec.may_stay_unwritten = spec.may_stay_unwritten || drawn_by[name] < ids.size();
      variable = variables.emplace(name, context_.file.define(spec)).first;
    }
    variables_.push_back({variable->second, place[column.table].at(column.copy)});
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
    if (const auto& copy = variables_[index].copy) {
      start.insert(start.begin() + 1, *copy);
      extent.insert(extent.begin() + 1, 1);
    }
    if (!column.dimension.empty()) {
      start.push_back(column.index);
      extent.push_back(1);
    }
    const Values part = values.subspan(row, points * count);
    context_.file.write_slab(variables_[index].variable, start, extent,
                             part.doubles().empty() ? Cells(part.singles()) : Cells(part.doubles()));
  }
}

}  // namespace sim::output
