#include "sim/cli/space.h"

#include <fmt/format.h>

#include <optional>

#include "sim/cli/destination.h"
#include "sim/output/disk_need.h"
#include "sim/output/journal.h"
#include "sim/report/table.h"

namespace sim::cli {

using report::bytes_text;

void refuse_what_does_not_fit(const std::filesystem::path& result, const ExperimentPlan& plan, const DiskPlan& disk) {
  const bool in_journal = disk.samples || plan.points.front().replications > collect::kGroupRows;
  const bool in_result = disk.samples && disk.shards == 1;
  const OutputPlan outputs = collect::Catalogue(plan).all();
  const double columns = output::column_bytes(outputs, static_cast<double>(plan.total_replications())) / disk.shards;
  const double least = columns * ((in_journal ? 1.0 : 0.0) + (in_result ? 1.0 : 0.0));
  const std::optional<double> free = output::free_bytes(result);
  if (!free || least <= *free) return;
  throw Refusal(fmt::format(
      "{}: {} of {} and {} needs at least {} of disk, and {} are free. Fewer "
      "replications (-n), fewer points, fewer "
      "output.outcomes{}",
      result.string(), disk.shards == 1 ? "the plan" : "this shard of the plan", counted(plan.points.size(), "point"),
      counted(plan.total_replications(), "replication"), bytes_text(least), bytes_text(*free),
      disk.samples ? ", or --set 'output.samples=none', which keeps summaries and bands only" : ""));
}

Space::Space(std::filesystem::path result, const ExperimentPlan& plan, const collect::Collector* collector)
    : result_(std::move(result)), total_(plan.total_replications()) {
  if (collector != nullptr) finished_ = PlanOrder(plan).index(collector->position());
  // What is finished is in the journal already; the result is written beside it.
  const auto missing = static_cast<double>(total_ - finished_);
  needed_ = output::column_bytes(plan.points.front().model->outputs(), missing);
  // The first point stands for all: they differ in how many bins they fill, little else.
  const OutputPlan& outputs = plan.points.front().model->outputs();
  const bool begun = collector != nullptr && collector->replications(0) != 0;
  const Accumulators sums = begun ? collector->sums(0) : Accumulators(outputs);
  needed_ +=
      static_cast<double>(plan.points.size()) * output::result_bytes(outputs, sums, plan.points.front().replications);
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
