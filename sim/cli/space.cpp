#include "sim/cli/space.h"

#include <fmt/format.h>

#include <optional>

#include "sim/cli/table.h"
#include "sim/output/disk_need.h"
#include "sim/output/journal.h"

namespace sim::cli {

Space::Space(std::filesystem::path result, const ExperimentPlan& plan, const collect::Collector* collector)
    : result_(std::move(result)), total_(plan.total_replications()) {
  if (collector != nullptr) finished_ = PlanOrder(plan).index(collector->position());
  // What is finished is in the journal already; the result is written beside it.
  const auto missing = static_cast<double>(total_ - finished_);
  needed_ = output::column_bytes(plan.points.front().model->outputs(), missing);
  for (std::size_t p = 0; p < plan.points.size(); ++p) {
    const OutputPlan& outputs = plan.points[p].model->outputs();
    const bool begun = collector != nullptr && collector->replications(p) != 0;
    needed_ += output::result_bytes(outputs, begun ? collector->sums(p) : Accumulators(outputs), plan.points[p].replications);
  }
}

std::string Space::text() const {
  const std::optional<double> free = output::free_bytes(result_);
  return fmt::format("about {} of disk{}", bytes_text(needed_),
                     free ? fmt::format(", and {} are free", bytes_text(*free)) : "");
}

std::string Space::warning() const {
  const bool enough = output::free_bytes(result_).value_or(needed_) >= needed_;
  return enough ? "" : fmt::format("Warning: the run needs {}.", text());
}

std::string Space::advice() const {
  if (finished_ == 0) return fmt::format(" The run needs {}.", text());
  return fmt::format(" {} of {} replications are safe in {}: --resume goes on from there. It needs {}.",
                     whole(finished_), whole(total_), output::Journal::path_for(result_).string(), text());
}

}  // namespace sim::cli
