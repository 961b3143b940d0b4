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
  static std::unique_ptr<ArrivalMixing> of(Setup& setup, const std::string& path);
  // <path>.month_shape alone, drawn under another id.
  static std::unique_ptr<ArrivalMixing> of_months(Setup& setup, const std::string& path, const std::string& id);

  // Adds m A of an event to `further`, sets `surprise` to that less its mean c m A, and multiplies `factor` (A on
  // entry) by xi; all by position in `list`. True when there are events; else neither is touched.
  bool apply(const State& state, const sim::LaneList& list, float* factor, float* further, float* surprise);
  double expected_event(int month) const { return event_ ? event_->probability * event_->leads.expected(month) : 0.0; }

 private:
  explicit ArrivalMixing(std::size_t lanes);
  void add_months(Setup& setup, double shape, const std::string& id);
  void add_events(Setup& setup, const std::string& path);
  struct Event {
    double probability;
    std::uint32_t threshold;
    Parameter leads;
    sim::MonthlyWord word;
  };
  struct Mixing {
    sim::Quantile quantile;
    sim::MonthlyWord word;
  };
  std::optional<Event> event_;
  std::optional<Mixing> mixing_;
  sim::Lane<float> event_leads_, xi_;
  sim::Lane<std::uint32_t> words_;
};

}  // namespace partnersim
