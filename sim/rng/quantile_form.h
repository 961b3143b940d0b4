// What a Quantile holds: a function of a probability with the mean and the bounds of its law. Internal to sim/rng.
//
// A family supplies only the function; words, floats and the cubics of quantile_body.h are dealt with here, once.
// Not here: which laws there are and whether their arguments make sense; nothing is checked.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "sim/lanes/lane.h"
#include "sim/rng/distribution.h"
#include "sim/rng/probability.h"
#include "sim/rng/quantile_body.h"

namespace sim {

class Quantile::Form {
 public:
  Form(double mean, double low, double high, const Tail& tail) : mean_(mean), low_(low), high_(high), tail_(tail) {}
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  virtual ~Form() = default;
  virtual double at(std::uint32_t word) const = 0;
  virtual void fill(Isa isa, std::span<const std::uint32_t> words, std::span<float> out) const = 0;
  double mean() const { return mean_; }
  double low() const { return low_; }
  double high() const { return high_; }
  const Tail& tail() const { return tail_; }

 private:
  double mean_;
  double low_;
  double high_;
  Tail tail_;
};

namespace laws {

// `Function` is double(Probability) const. With a body, the bulk of its draws comes from cubics: worth it
// where the function is slow and already a table, not where it is a closed form good to all digits.
template <class Function, bool with_body>
class FormOf final : public Quantile::Form {
 public:
  FormOf(Function function, double mean, double low, double high, const Tail& tail)
      : Form(mean, low, high, tail), function_(std::move(function)) {
    if constexpr (with_body)
      body_ = QuantileBody([this](std::uint32_t word) { return function_(probability(word)); }, low, high);
  }
  double at(std::uint32_t word) const override {
    if constexpr (with_body)
      if (const double value = body_(word); !std::isnan(value)) return value;
    return function_(probability(word));
  }
  void fill(Isa isa, std::span<const std::uint32_t> words, std::span<float> out) const override {
    if constexpr (with_body)
      fill_by_body(isa, words, out);
    else
      evaluate(isa, words.data(), words.size(), out.data());
  }

 private:
  void evaluate(Isa isa, const std::uint32_t* words, std::size_t n, float* out) const {
    on_lanes(isa, [=, function = &function_]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) out[i] = QuantileBody::float_within_range((*function)(probability(words[i])));
    });
  }

  // The few words that no cubic covers wait for each other, so that the function runs without a branch between them.
  void fill_by_body(Isa isa, std::span<const std::uint32_t> words, std::span<float> out) const {
    std::array<std::size_t, kStage> open;
    std::array<std::uint32_t, kStage> open_words;
    std::array<float, kStage> values;
    body_.fill(isa, words, out);
    for (std::size_t begin = 0; begin < words.size(); begin += kStage) {
      std::size_t n = 0;
      for (std::size_t i = begin; i < std::min(words.size(), begin + kStage); ++i) {
        open[n] = i;
        open_words[n] = words[i];
        n += std::isnan(out[i]) ? 1U : 0U;
      }
      evaluate(isa, open_words.data(), n, values.data());
      for (std::size_t k = 0; k < n; ++k) out[open[k]] = values[k];
    }
  }

  struct NoBody {};
  Function function_;
  [[no_unique_address]] std::conditional_t<with_body, QuantileBody, NoBody> body_;
};

template <class Function>
Quantile quantile_of(Function function, double mean, double low, double high, const Tail& tail = {}) {
  return Quantile(std::make_shared<const FormOf<Function, false>>(std::move(function), mean, low, high, tail));
}

template <class Function>
Quantile tabulated_quantile_of(Function function, double mean, double low, double high) {
  return Quantile(std::make_shared<const FormOf<Function, true>>(std::move(function), mean, low, high, Tail{}));
}

inline Quantile constant(double value) {
  return quantile_of([value](Probability) { return value; }, value, value, value);
}

}  // namespace laws
}  // namespace sim
