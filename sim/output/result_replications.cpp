#include "sim/output/result_replications.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/halves.h"
#include "sim/base/problem.h"

namespace sim::output {

OwnValues read_column(const NetcdfReader& file, const std::string& group, const Column& column, std::uint64_t point,
                      std::uint64_t first, std::uint64_t count, std::optional<std::uint64_t> copy) {
  std::vector<std::uint64_t> start{point, first}, extent{1, count};
  if (copy) {
    start.insert(start.begin() + 1, *copy);
    extent.insert(extent.begin() + 1, 1);
  }
  if (!column.dimension.empty()) {
    start.push_back(column.index);
    extent.push_back(1);
  }
  const std::string path = group + "/" + (copy ? column.of_all_copies() : column.name);
  if (file.info(path).type == ValueType::kFloat64) return {{}, file.read_slab<double>(path, start, extent)};
  return {file.read_slab<float>(path, start, extent), {}};
}

ResultReplications::ResultReplications(const std::filesystem::path& path, const OutputPlan& outputs,
                                       std::vector<std::optional<std::size_t>> match, Trust trust)
    : file_(path, trust), outputs_(&outputs), match_(std::move(match)) {
  if (!file_.exists("/state/sums"))
    throw InputOutputError(
        fmt::format("{}: keeps no samples (samples = \"none\"), so nothing can be added to it. Run its scenario again "
                    "with more replications and another name: partnersim run SCENARIO.toml -n N -o NEW.h5",
                    path.string()));
  if (file_.read_scalar<std::int8_t>("/provenance/complete") == 0)
    throw InputOutputError(
        fmt::format("{}: holds the finished part of an interrupted run. Go on with it first: partnersim run … --resume",
                    path.string()));
  ends_ = file_.read<std::uint64_t>("/state/sums_end");
  const auto replications = file_.read<std::uint32_t>("/points/replications");
  for (const auto& from : match_) counts_.push_back(from ? replications[*from] : 0);
  for (const Column& input : outputs.inputs) {
    if (input.copy.empty() || copies_.contains(input.table)) continue;
    auto& places = copies_[input.table];
    if (!file_.exists("/inputs/" + input.table)) continue;
    const auto names = file_.read<std::string>("/inputs/" + input.table);
    for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  }
}

void ResultReplications::read(std::size_t point, std::size_t stored, std::uint32_t first, std::span<float> out) const {
  const bool lower = stored >= outputs_->columns();  // half of doubles
  const std::size_t column = lower ? stored - outputs_->columns() : stored;
  const bool is_outcome = column < outputs_->outcomes.size();
  const std::string group = is_outcome ? "/outcomes" : "/inputs";
  const Column& wanted = is_outcome ? outputs_->outcomes[column] : outputs_->inputs[column - outputs_->outcomes.size()];
  OwnValues own;
  if (const auto copy = copy_in_file(wanted)) {
    own = read_column(file_, group, wanted, *match_[point], first, out.size(), copy);
  } else if (is_in_file(group, wanted)) {
    own = read_column(file_, group, wanted, *match_[point], first, out.size());
  } else {  // modelled by points that are new
    std::fill(out.begin(), out.end(), missing_word(outputs_->doubles, lower));
    return;
  }
  // A file that another tool has changed may hold the other type.
  const Values values = own.view();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Halves halves = halves_of(values[i]);
    out[i] = !outputs_->doubles ? static_cast<float>(values[i]) : lower ? halves.lower : halves.upper;
  }
}

std::optional<std::uint64_t> ResultReplications::copy_in_file(const Column& column) const {
  if (column.copy.empty()) return std::nullopt;
  const auto& places = copies_.at(column.table);
  const auto found = places.find(column.copy);
  const std::string variable = "/inputs/" + column.of_all_copies();
  if (found == places.end() || !file_.exists(variable) || file_.info(variable).shape.size() != 3) return std::nullopt;
  return found->second;
}

// By itself: a path may be that of all copies together where another variant draws once for all of them.
bool ResultReplications::is_in_file(const std::string& group, const Column& column) const {
  const std::string variable = group + "/" + column.name;
  return file_.exists(variable) && file_.info(variable).shape.size() == (column.dimension.empty() ? 2U : 3U);
}

std::string ResultReplications::sums(std::size_t point) const {
  const std::size_t from = *match_[point];
  const std::uint64_t begin = from == 0 ? 0 : ends_[from - 1];
  const std::uint64_t start[] = {begin}, count[] = {ends_[from] - begin};
  const auto bytes = file_.read_slab<std::int8_t>("/state/sums", start, count);
  return {bytes.begin(), bytes.end()};
}

}  // namespace sim::output
