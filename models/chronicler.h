// Watches one replication from between the processes and writes down what changed: partnerships begin, are suspended
// and end, regimes turn, shocks strike, deals close, cash runs out. It reads State and changes nothing, so that the
// future it tells is the one that was simulated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/setup.h"
#include "models/shocks/effects.h"
#include "sim/engine/chronicle.h"

namespace partnersim {

class Chronicler {
 public:
  explicit Chronicler(const Setup& setup);

  // After the process of that stream has stepped through that phase, lane 0.
  void after(const State& state, std::uint32_t stream, int phase);
  std::vector<sim::ChronicleEvent> take() { return std::move(events_); }

 private:
  void tell(const State& state, std::string kind, std::string subject, std::string cause, std::string text,
            double amount = 0.0, const std::string& unit = {});
  void open(const State& state);
  void economy(const State& state);
  void shocks(const State& state);
  void suspensions(const State& state);
  void endings(const State& state);
  void stop(const State& state);
  void business(const State& state);
  std::string money(double amount) const;

  const Setup& setup_;
  std::vector<std::string> source_labels_, shock_labels_, regime_labels_;
  struct Harm {
    Channel channel;
    double amount;  // of money
  };
  std::vector<Harm> shock_harms_;
  std::vector<std::uint32_t> alive_, suspended_;  // [partner], before
  std::uint32_t regime_ = 0xffffffffu;
  std::vector<sim::ChronicleEvent> events_;
};

}  // namespace partnersim
