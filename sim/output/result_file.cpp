#include "sim/output/result_file.h"

#include <fmt/format.h>

#include <fstream>

#include "sim/base/digest.h"
#include "sim/base/problem.h"
#include "sim/output/file_place.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/result_sections.h"
#include "sim/output/sealed_file.h"
#include "sim/rng/draws.h"

namespace sim::output {

std::string fingerprint(const ResultHeader& header) {
  // Piece by piece: the text of a large network takes a hundred megabytes.
  Digest digest;
  const std::string versions = fmt::format("{}\n{}\n", PARTNERSIM_VERSION, kDrawsContract);
  for (const std::string* text : {&versions, &header.resolved_text, &header.experiment_text})
    digest.add(text->data(), text->size());
  return digest.text();
}

RunIdentity identity(const ResultHeader& header, const ExperimentPlan& plan, std::uint32_t columns,
                     const Shard& shard) {
  RunIdentity run{
      fingerprint(header), PARTNERSIM_VERSION, kDrawsContract, header.seed, columns, {}, plan.checkpoints, shard,
      header.source};
  for (const PlannedPoint& point : plan.points) run.replications.push_back(point.replications);
  return run;
}

namespace {

// Writes what summarise() shows on its way.
class Sections final : public ResultVisitor {
 public:
  explicit Sections(const ResultContext& context)
      : context_(context), series_(context), members_(context), state_(context) {
    if (context.header.samples) columns_.emplace(context);
  }
  void column(std::size_t first, std::size_t points, std::size_t column, const Values& values) override {
    if (columns_) columns_->write(first, points, column, values);
  }
  void sums(std::size_t point, const Accumulators& sums) override {
    const ExpectedValues& expected = context_.collector.plan().points[point].model->expected();
    series_.take(point, sums, expected);
    members_.take(point, sums, expected);
    if (columns_) state_.take(point);
  }
  void write() {
    series_.write();
    members_.write();
    if (columns_) state_.write();
  }

 private:
  const ResultContext& context_;
  std::optional<ResultColumns> columns_;
  ResultSeries series_;
  ResultMembers members_;
  ResultState state_;
};

}  // namespace

Results write_result_file(const std::filesystem::path& path, const ResultHeader& header, const Collector& collector,
                          int threads) {
  NetcdfWriter file(path);
  const ResultContext context(file, header, collector);
  Attributes root{
      {"title", header.question}, {"currency", header.currency}, {"source", "partnersim " PARTNERSIM_VERSION}};
  if (!header.start.empty()) root.push_back({"start", header.start});
  file.attributes("/", root);
  write_points(context);
  Sections sections(context);
  Results results = summarise(collector, threads, &sections);
  // Without samples a result must not depend on which columns happen to be there still.
  results.comparisons.resize(results.points.size());
  if (header.samples)
    results.comparisons = collect::compare_to_baselines(collector, header.baselines, header.point_labels, threads);
  write_summary(context, results);
  write_worst(context, results);
  write_uncertainty(context, results);
  write_comparison(context, results);
  write_convergence(context);
  sections.write();
  write_provenance(context, results);
  file.commit();
  return results;
}

void refuse_journal(const std::filesystem::path& path) {
  if (!what_else(path).empty()) return;  // the reader says so; opening a pipe would wait
  std::string begin(kHeaderPrefix, '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in.read(begin.data(), static_cast<std::streamsize>(begin.size())) ||
      !decode_header_prefix(begin).problem.empty())
    return;
  throw InputOutputError(path.string() +
                         ": is a shard, no result yet. Merge all shards first: partnersim merge *.shard -o RESULT.h5");
}

bool is_precise(const std::filesystem::path& path) {
  const NetcdfReader file(path);
  if (!file.exists("/convergence/half_width")) return true;
  const auto half_width = file.read<double>("/convergence/half_width"),
             wanted = file.read<double>("/convergence/wanted");
  const std::size_t checkpoints = file.info("/convergence/half_width").shape.front();
  for (std::size_t k = half_width.size() - half_width.size() / checkpoints; k < half_width.size(); ++k)
    if (half_width[k] > wanted[k]) return false;
  return true;
}

ExistingResult examine(const std::filesystem::path& path) {
  try {
    const NetcdfReader file(path);
    if (!file.exists("/provenance/fingerprint")) return {};
    return {file.read_scalar<std::string>("/provenance/fingerprint"),
            file.read_scalar<std::int8_t>("/provenance/complete") != 0,
            {}};
  } catch (const FileDamaged& found) {
    return {{}, false, found.reason()};
  } catch (const InputOutputError&) {
    return {};  // not a result of ours: never overwritten unasked
  }
}

std::string damage(const std::filesystem::path& path) {
  try {
    NetcdfReader(path).verify();
    return {};
  } catch (const FileDamaged& found) {
    return found.reason();
  }
}

}  // namespace sim::output
