// What `extend` and `compare` need beyond tables: the exact sums of each point, so that more replications can be added
// to them with the same bits. Opaque bytes, one point after the other; the columns are those of /outcomes and /inputs.
#include "sim/output/result_sections.h"

namespace sim::output {

void ResultState::take(std::size_t point) {
  bytes_ += context_.collector.coded_sums(point);
  ends_.push_back(bytes_.size());
}

void ResultState::write() {
  const std::string group = "/state";
  context_.group_of_points(group, {{"long_name", "what an extension goes on from"}});
  context_.add(group, "sums_end", {"point"}, describe("1", "sums_end", "where the point's part of sums ends, in bytes"),
               ends_);
  const std::vector<std::int8_t> bytes(bytes_.begin(), bytes_.end());
  context_.file.dimension(group, "byte", bytes.size());
  context_.add(group, "sums", {"byte"},
               describe("1", "sums", "exact sums of each point, coded for this version of partnersim"), bytes);
}

}  // namespace sim::output
