#include "sim/output/result_file.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/base/problem.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/result_sections.h"
#include "sim/rng/draws.h"

namespace sim::output {

std::string fingerprint(const ResultHeader& header) {
  const std::string text = fmt::format("{}\n{}\n{}", PARTNERSIM_VERSION, kDrawsContract, header.resolved_text);
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

RunIdentity identity(const ResultHeader& header, const ExperimentPlan& plan) {
  RunIdentity run{fingerprint(header), PARTNERSIM_VERSION, kDrawsContract, header.seed, 0, {}};
  run.columns = static_cast<std::uint32_t>(plan.points.front().model->outputs().columns());
  for (const PlannedPoint& point : plan.points) run.replications.push_back(point.replications);
  return run;
}

Results write_result_file(const std::filesystem::path& path, const ResultHeader& header, const Collector& collector,
                          int threads) {
  NetcdfWriter file(path);
  const ResultContext context(file, header, collector);
  Attributes root{
      {"title", header.question}, {"currency", header.currency}, {"source", "partnersim " PARTNERSIM_VERSION}};
  if (!header.start.empty()) root.push_back({"start", header.start});
  file.attributes("/", root);
  write_points(context);
  ResultColumns columns(context);
  const Results results =
      summarise(collector, threads, [&](std::size_t point, std::size_t column, std::span<const float> values) {
        columns.write(point, column, values);
      });
  write_summary(context, results);
  write_worst(context, results);
  write_trajectories(context, results);
  write_members(context, results);
  write_provenance(context, results);
  file.commit();
  return results;
}

ExistingResult examine(const std::filesystem::path& path) {
  try {
    const NetcdfReader file(path);
    if (!file.exists("/provenance/fingerprint")) return {};
    return {file.read_scalar<std::string>("/provenance/fingerprint"),
            file.read_scalar<std::int8_t>("/provenance/complete") != 0};
  } catch (const InputOutputError&) {
    return {};  // not a result of ours: never overwritten unasked
  }
}

}  // namespace sim::output
