#include "sim/collect/point_results.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "sim/collect/catalogue.h"

namespace sim::collect {
namespace {

Summary nothing() { return summarise({}, Sampling{}); }

template <class T>
void put(std::string& out, const std::vector<T>& list) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T));
}

template <class T>
bool take_bytes(std::string_view& bytes, std::vector<T>& list) {
  static_assert(std::is_trivially_copyable_v<T>);
  const std::size_t size = list.size() * sizeof(T);
  if (bytes.size() < size) return false;
  if (size != 0) std::memcpy(list.data(), bytes.data(), size);
  bytes.remove_prefix(size);
  return true;
}

}  // namespace

PointReducer::PointReducer(const OutputPlan& all) : all_(&all), primary_(headline_of(all)) {
  if (all.outcomes.empty()) return;
  for (std::size_t c = 0; c < all.columns(); ++c) {
    const bool is_outcome = c < all.outcomes.size();
    if (c != primary_ && (!is_outcome || all.outcomes[c].explains)) causes_.push_back(c);
  }
}

std::string PointReducer::name(std::size_t c) const {
  return c < all_->outcomes.size() ? all_->outcomes[c].label() : all_->inputs[c - all_->outcomes.size()].name;
}

PointResults PointReducer::blank() const {
  PointResults results;
  results.summaries.assign(all_->outcomes.size(), nothing());
  results.splits.resize(all_->sampling.inner > 1 ? all_->outcomes.size() : 0);
  results.worst.resize(causes_.size());
  results.hashes.resize(all_->columns());
  return results;
}

std::optional<WorstFutures> PointReducer::worst_futures(const Values& primary) const {
  if (causes_.empty()) return std::nullopt;
  return WorstFutures(primary, all_->outcomes[primary_].high_is_worse);
}

void PointReducer::check_finite(std::size_t column, const Values& values) const {
  const bool is_outcome = column < all_->outcomes.size();
  const bool may_be_missing =
      (is_outcome ? all_->outcomes[column] : all_->inputs[column - all_->outcomes.size()]).may_be_missing;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) && !(may_be_missing && std::isnan(values[i])))
      throw std::runtime_error(fmt::format("outcome {} of replication {} is not a finite number", name(column), i));
}

void PointReducer::take(PointResults& results, std::size_t column, const Values& values, const Sampling& sampling,
                        const std::optional<WorstFutures>& worst) const {
  check_finite(column, values);
  const auto hash_of = [](const auto& stored) { return XXH3_128bits(stored.data(), stored.size_bytes()); };
  const XXH128_hash_t hash = values.doubles().empty() ? hash_of(values.singles()) : hash_of(values.doubles());
  results.hashes[column] = {hash.low64, hash.high64};
  if (const auto cause = std::lower_bound(causes_.begin(), causes_.end(), column);
      cause != causes_.end() && *cause == column && worst)
    results.worst[static_cast<std::size_t>(cause - causes_.begin())] = worst->contrast(values, sampling);
  if (column >= all_->outcomes.size()) return;
  results.summaries[column] = summarise(values, sampling, all_->outcomes[column].high_is_worse);
  if (sampling.inner > 1) results.splits[column] = split_variance(values, sampling);
}

std::string encode(const PointResults& results) {
  std::string out;
  put(out, results.summaries);
  put(out, results.splits);
  put(out, results.worst);
  put(out, results.hashes);
  return out;
}

bool decode(std::string_view bytes, PointResults& blank) {
  return take_bytes(bytes, blank.summaries) && take_bytes(bytes, blank.splits) && take_bytes(bytes, blank.worst) &&
         take_bytes(bytes, blank.hashes) && bytes.empty();
}

}  // namespace sim::collect
