// Loss without a partner (MODEL.md, section 14): revenue within the horizon, less that of the same futures with the
// partner removed from month 1. Where nothing feeds back that is the partner's own revenue, for every partner at no
// cost; else each partner asked for is a further pass of every block, on shared draws.
#pragma once

#include <vector>

#include "models/counterfactual.h"
#include "models/setup.h"

namespace partnersim {

// Whether output.without names somebody.
bool asks_for_losses(const sim::Scenario& scenario);

class Dependence final : public Counterfactual {
 public:
  // Reads output.without.
  explicit Dependence(Setup& setup);

  void after_actual(State& state) override;
  std::size_t passes() const override { return attributed_ || total_ < 0 ? 0 : chosen_.size(); }
  bool open(State& state, std::size_t pass) override;
  void close(State& state, std::size_t pass) override;

 private:
  bool attributed_;
  std::vector<std::size_t> chosen_;
  std::size_t first_partner_, partners_;
  sim::Lane<double> actual_, loss_;
  int total_ = -1;
};

}  // namespace partnersim
