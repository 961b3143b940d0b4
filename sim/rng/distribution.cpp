#include "sim/rng/distribution.h"

#include <cmath>
#include <cstddef>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <variant>

#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/quantile_form.h"

namespace sim {

Quantile::Quantile() : Quantile(laws::constant(0.0)) {}
double Quantile::operator()(std::uint32_t word) const { return form_->at(word); }
double Quantile::mean() const { return form_->mean(); }
double Quantile::lower() const { return form_->low(); }
double Quantile::upper() const { return form_->high(); }
const Tail& Quantile::tail() const { return form_->tail(); }

void Quantile::fill(Isa isa, std::span<const std::uint32_t> words, std::span<float> out) const {
  if (words.size() != out.size()) throw std::logic_error("Quantile::fill: as many values as words");
  form_->fill(isa, words, out);
}

Support support_of(const Range& range) {
  return {range.limit_low ? -kInfinity : range.low, range.limit_high ? kInfinity : range.high, range.low, range.high};
}

Quantile make_quantile(const Law& law, Support support) {
  laws::check_arguments(law);
  // Copies of a table and points of a sweep ask for the same law again and again.
  constexpr std::size_t kMostQuantiles = 512;
  static std::mutex mutex;
  static std::map<std::string, Quantile> quantiles;
  std::string key = describe(law) + " on";
  for (const double end : {support.low, support.high, support.least, support.most}) key += " " + laws::shown(end);
  if (law.has("file")) key += " beside " + law.mark.file;
  {
    const std::scoped_lock lock(mutex);
    if (const auto found = quantiles.find(key); found != quantiles.end()) return found->second;
  }
  Quantile quantile = laws::maker_of(laws::spec_of(law))(law, support);
  const std::scoped_lock lock(mutex);
  if (quantiles.size() >= kMostQuantiles) quantiles.clear();
  return quantiles.try_emplace(key, std::move(quantile)).first->second;
}

std::string distribution_problem(const Law& law, const Range& range) {
  try {
    const Quantile quantile = make_quantile(law, support_of(range));
    const double low = quantile(0), high = quantile(0xffffffffU);
    if (low >= range.low && high <= range.high) return {};
    return describe(law) + " can be " + laws::shown(low < range.low ? low : high) + " (values must be from " +
           laws::shown(range.low) + " to " + laws::shown(range.high) +
           "). Use truncated_normal, or a law that stays inside.";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string describe(const Law& law) {
  if (law.is_constant() && law.arguments.size() == 1) return laws::shown(law.arguments.front().second);
  std::string list;
  for (const auto& [name, argument] : law.arguments) {
    const double* value = std::get_if<double>(&argument);
    if (value != nullptr && std::isnan(*value)) continue;  // not given
    list += (list.empty() ? "" : ", ") + name + " " + laws::shown(argument);
  }
  return law.name + "(" + list + ")";
}

}  // namespace sim
