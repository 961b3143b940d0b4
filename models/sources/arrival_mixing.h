// What makes a source's months uneven (MODEL.md, section 4): a gamma factor xi on its intensity, mean 1 and shape nu,
// so that monthly counts are negative binomial; and events, a batch Poisson(m A) with probability c a month.
// Oracle: Var N = T lambda + T lambda^2 (1 + 1/r)/nu + T^2 lambda^2 / r, with g of shape r.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/setup.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {

class ArrivalMixing {
 public:
  // Reads <path>.month_shape and <path>.event; null when neither is given.
  static std::unique_ptr<const ArrivalMixing> of(Setup& setup, const std::string& path);
  // <path>.month_shape alone, drawn under another id.
  static std::unique_ptr<const ArrivalMixing> of_months(Setup& setup, const std::string& path, const std::string& id);

  double expected_event(int month) const { return event_ ? event_->probability * event_->leads.expected(month) : 0.0; }

 private:
  friend class MixingWork;
  struct Event {
    double probability;
    std::uint32_t threshold;
    Parameter leads;
    std::uint64_t entity;
  };
  struct Mixing {
    sim::Quantile quantile;
    std::uint64_t entity;
  };
  std::optional<Event> event_;
  std::optional<Mixing> mixing_;
};

// One worker's words and values of it.
class MixingWork {
 public:
  // Null for null.
  static std::unique_ptr<MixingWork> of(const ArrivalMixing* mixing, std::size_t lanes);

  // Adds m A of an event to `further`, sets `surprise` to that less its mean c m A, and multiplies `factor` (A on
  // entry) by xi; all by position in `list`. True when there are events; else neither is touched.
  bool apply(const State& state, const sim::LaneList& list, float* factor, float* further, float* surprise);

 private:
  MixingWork(const ArrivalMixing& plan, std::size_t lanes);

  const ArrivalMixing& plan_;
  std::optional<sim::MonthlyWord> event_word_, mixing_word_;
  sim::Lane<float> event_leads_, xi_;
  sim::Lane<std::uint32_t> words_;
};

}  // namespace partnersim
