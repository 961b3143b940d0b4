// Laws of a partnership's life (MODEL.md, section 9), as cumulative hazards DLambda(a) = Lambda(a) - Lambda(a-1) of the
// month of age a = 1, 2, …:
//
//   h a month           -ln(1 - h)                       rate r       r               half_life H   ln 2 / H
//   yearly p            -ln(1 - p)/12
//   weibull             Lambda = (a/scale)^shape         log_logistic Lambda = ln(1 + (a/median)^shape)
//   beta_geometric      theta ~ Beta(a, b) once a generation; -ln(1 - theta) a month, a twelfth of it when per = "year"
//   honeymoon m         0 for m months, then the law from its beginning
//   frailty v           all of it times a gamma of mean 1 and variance v, once a generation
//
// Oracles: S(t) = exp(-Lambda(t)); beta-geometric S(t) = B(a, b + t)/B(a, b); frailty S = (1 + v Lambda)^(-1/v).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/setup.h"

namespace partnersim {

// The laws above, and those of a monthly probability drawn once a replication.
std::span<const sim::LawSpec> lifetime_laws();
std::span<const sim::ArgumentSpec> lifetime_companions();
std::string lifetime_problem(const sim::Law& law, const sim::Range& range);
// Of a monthly probability drawn once a replication; nothing for the other laws.
std::optional<double> mean_drawn_probability(const sim::Law& law);

class Lifetime {
 public:
  // Reads <partner>.churn; it may change at a date where it is the same law for all lanes.
  Lifetime(Setup& setup, const Partner& partner);

  bool is_never() const;
  double hazard(int month) const { return (*hazard_)[static_cast<std::size_t>(month)]; }
  // The same for a life that began later than the first of its partnership; of age 1 in its first month.
  double hazard(int month, int age) const;
  // Takes the hazards of another life for its own where they are equal, as those of copies are.
  void share(const Lifetime& other);
  // One and the same hazards, in all lanes.
  bool is_like(const Lifetime& other) const {
    return hazard_ == other.hazard_ && !differs_by_lane() && !other.differs_by_lane();
  }
  // Frailty, or a rate drawn once: a factor on hazard(month) for each lane, from two words.
  bool differs_by_lane() const { return drawn_ != nullptr; }
  void fill_rates(const State& state, const std::uint32_t* frailty, const std::uint32_t* theta, float* rates) const;
  // The same for one lane.
  float rate(const State& state, std::uint32_t lane, std::uint32_t frailty, std::uint32_t theta) const;
  // Of one month, at a mean hazard: probabilities drawn are replaced by their means, frailty by 1.
  double expected_survival(int month, double multiplier) const;

 private:
  std::shared_ptr<const std::vector<double>> hazard_;  // [month]; where a rate is drawn, months of its age
  int start_;
  // Where the law changes at dates: of each, hazards by age.
  struct ByAge {
    int from;
    std::vector<double> hazard;
  };
  std::vector<ByAge> dated_;
  struct Drawn {
    std::optional<sim::Quantile> frailty, theta;
    std::optional<Parameter> probability;
    double per = 1.0;  // months theta belongs to
  };
  double rate_of(double probability, std::uint32_t frailty, std::uint32_t theta) const;
  std::unique_ptr<Drawn> drawn_;  // null where all lanes have the same hazards
  double mean_rate_ = 1.0;
};

}  // namespace partnersim
