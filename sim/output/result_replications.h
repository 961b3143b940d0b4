// The replications of a result file, as what an extension goes on from: columns and exact sums of its points.
//
// What copies draw may lie in one variable, or, in older files, in a variable for each.
//
// Promise: points are matched by number, from the file's to the plan's; a point without a counterpart has none. Throws
// InputOutputError when the file keeps no samples or is not complete.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/collect/collector.h"
#include "sim/output/netcdf_file.h"

namespace sim::output {

class ResultReplications final : public collect::KnownReplications {
 public:
  // `match[p]` is the file's point for point p of the plan, if any.
  ResultReplications(const std::filesystem::path& path, const OutputPlan& outputs,
                     std::vector<std::optional<std::size_t>> match, Trust trust);

  std::span<const std::uint32_t> counts() const override { return counts_; }
  void read(std::size_t point, std::size_t stored, std::uint32_t first, std::span<float> out) const override;
  std::string sums(std::size_t point) const override;

 private:
  std::optional<std::uint64_t> copy_in_file(const Column& column) const;
  bool is_in_file(const std::string& group, const Column& column) const;

  NetcdfReader file_;
  const OutputPlan* outputs_;
  std::vector<std::optional<std::size_t>> match_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint64_t> ends_;
  // Where a copy stands in the file's dimension of copies, by table and id.
  std::map<std::string, std::map<std::string, std::uint64_t>> copies_;
};

// Values of one column of a result file: (point, replication), (point, replication, index) or, of a copy that shares a
// variable with others, (point, copy, replication).
OwnValues read_column(const NetcdfReader& file, const std::string& group, const Column& column, std::uint64_t point,
                      std::uint64_t first, std::uint64_t count, std::optional<std::uint64_t> copy = {});

}  // namespace sim::output
