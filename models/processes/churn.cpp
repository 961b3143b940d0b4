// Partner churn: one lifetime word for a partnership, compared with its running survival (MODEL.md,
// sections 0 and 9). In cumulative hazards: the partnership ends in the first month whose running sum of
// -ln(1 - h) * multiplier reaches E = -ln U, U the uniform of word 0 of call 0, month 0. The uniform is
// fine near 0, so long lives keep their law.
#include <array>

#include "models/setup.h"
#include "sim/base/elementary.h"
#include "sim/lanes/float_math.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = 6;

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "partner.*.churn", .unit = "1 a month", .range = {0, 1, false, true}, .fallback = 0.0,
                       .doc = "probability that the partnership ends in a month", .source = "neutral"},
};

class Churn final : public Process {
 public:
  explicit Churn(Setup& setup) {
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      const std::string path = setup.partners[p].path;
      const double h = setup.scenario.number(path + ".churn");
      if (h == 0.0) continue;
      lives_.push_back({p, {setup.entity(path), kStream, 0, 0}, -sim::math::log1p(-h)});
    }
    reach_ = sim::Grid<float>(lives_.size(), setup.lanes);
    spent_ = sim::Grid<float>(lives_.size(), setup.lanes);
    words_ = sim::Grid<std::uint32_t>(4, setup.lanes);
  }

  void begin(State& state) override {
    for (std::size_t k = 0; k < lives_.size(); ++k) {
      state.philox->words(state.isa, state.all_lanes(), lives_[k].address,
                          {{words_.row(0), words_.row(1), words_.row(2), words_.row(3)}});
      const std::uint32_t* __restrict word = words_.row(0);
      float* __restrict reach = reach_.row(k);
      float* __restrict spent = spent_.row(k);
      const std::size_t n = state.count;
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) {
          reach[i] = -sim::log_lane(sim::uniform(word[i]));
          spent[i] = 0.0f;
        }
      });
    }
  }

  void step(State& state, int) override {
    const float* __restrict factor = state.churn.value.data();
    const std::size_t n = state.count;
    for (std::size_t k = 0; k < lives_.size(); ++k) {
      // Hazard is spent only while the partnership exists; alive is 0 before its start.
      if (state.working_count[lives_[k].partner] == 0) continue;
      const auto hazard = static_cast<float>(lives_[k].hazard);
      const float* __restrict reach = reach_.row(k);
      float* __restrict spent = spent_.row(k);
      std::uint32_t* __restrict alive = state.alive.row(lives_[k].partner);
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) {
          spent[i] += hazard * factor[i];
          alive[i] = spent[i] < reach[i] ? alive[i] : 0u;
        }
      });
    }
  }

  void expect(Expectation& e, int) override {
    for (const Life& life : lives_) e.alive[life.partner] *= sim::math::exp(-life.hazard * e.churn_factor);
  }

 private:
  struct Life {
    std::size_t partner;
    sim::Address address;
    double hazard;  // cumulative hazard of a month, -ln(1 - h)
  };
  std::vector<Life> lives_;
  sim::Grid<float> reach_, spent_;
  sim::Grid<std::uint32_t> words_;
};

}  // namespace

const Entry& churn_entry() {
  static const Entry entry{
      "churn", kStream, {kDissolution}, "Partnerships end by themselves.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.partners.empty() ? nullptr : std::make_unique<Churn>(setup);
      }};
  return entry;
}

}  // namespace partnersim
