// What is made of one point's columns: summaries of its outcomes, what its worst futures share, a hash of each column.
// Made when all replications of the point are there, from the columns in order of replication, one column at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/digest.h"
#include "sim/engine/outputs.h"
#include "sim/stats/summary.h"
#include "sim/stats/variance_split.h"
#include "sim/stats/worst_futures.h"

namespace sim::collect {

struct PointResults {
  std::vector<Summary> summaries;     // [outcome column]; without replications where the point does not model it
  std::vector<VarianceSplit> splits;  // [outcome column]; of two-level runs only
  std::vector<Contrast> worst;        // [cause]
  std::vector<Hash> hashes;           // [column]
};

// How to make them for the columns of an experiment.
class PointReducer {
 public:
  explicit PointReducer(const OutputPlan& all);

  // Columns that may explain the worst futures in outcome `primary`; none without an outcome or a cause.
  const std::vector<std::size_t>& causes() const { return causes_; }
  std::size_t primary() const { return primary_; }
  std::string name(std::size_t column) const;

  PointResults blank() const;
  // The worst futures by the primary outcome; nothing when there is nothing to explain them by.
  std::optional<WorstFutures> worst_futures(const Values& primary) const;
  // Fills in what one column says; several columns at the same time. Throws std::runtime_error with the name of the
  // column when a value is not finite.
  void take(PointResults& results, std::size_t column, const Values& values, const Sampling& sampling,
            const std::optional<WorstFutures>& worst) const;

 private:
  void check_finite(std::size_t column, const Values& values) const;
  const OutputPlan* all_;
  std::size_t primary_ = 0;
  std::vector<std::size_t> causes_;  // ascending
};

// As bytes, for this version on this kind of machine; decode gives false for bytes of another shape.
std::string encode(const PointResults& results);
bool decode(std::string_view bytes, PointResults& blank);

}  // namespace sim::collect
