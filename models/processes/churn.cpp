// Partner churn: one lifetime word for a partnership, compared with its running survival (MODEL.md,
// sections 0 and 9). In cumulative hazards: the partnership ends in the first month whose running sum of
// DLambda(a) * frailty * multipliers reaches E = -ln U, U the uniform of word 0 of call 0, month 0; word 1 gives the
// frailty, word 2 the rate of a beta-geometric law. The uniform is fine near 0, so long lives keep their law.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "models/half_life.h"
#include "models/lifetime.h"
#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/elementary.h"
#include "sim/lanes/float_math.h"

namespace partnersim {
namespace {

// clang-format off
const std::array kParameters{
    sim::ParameterSpec{.path = "partner.*.churn", .unit = "1 a month", .range = {0, 1, false, true}, .fallback = 0.0,
                       .frequency = sim::Frequency::once_a_replication, .laws = lifetime_laws(),
                       .check = lifetime_problem, .companions = lifetime_companions(),
                       .doc = "probability that the partnership ends in a month, or the law of its life",
                       .source = "neutral", .yearly = sim::Yearly::probability, .meaning = half_life_meaning},
};
// clang-format on

class Churn final : public Process {
 public:
  explicit Churn(Setup& setup) {
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      Lifetime law(setup, setup.partners[p]);
      if (!law.is_never()) lives_.push_back({p, {setup.partners[p].entity, stream::kChurn, 0, 0}, std::move(law)});
    }
    differ_ = std::any_of(lives_.begin(), lives_.end(), [](const Life& life) { return life.law.differs_by_lane(); });
  }

  void expect(Expectation& e, int) override {
    for (const Life& life : lives_)
      e.alive[life.partner] *=
          life.law.expected_survival(e.month, e.churn_factor * e.churn_of[firm_of_partner(life.partner)]);
  }

  std::unique_ptr<Work> make_work(std::size_t lanes) const override;

 private:
  class Share;

  struct Life {
    std::size_t partner;
    sim::Address address;
    Lifetime law;
  };

  std::vector<Life> lives_;
  bool differ_ = false;  // rates of some, by lane
};

class Churn::Share final : public Work {
 public:
  Share(const Churn& plan, std::size_t lanes)
      : plan_(plan),
        reach_(plan.lives_.size(), lanes),
        spent_(plan.lives_.size(), lanes),
        rate_(plan.differ_ ? plan.lives_.size() : 0, lanes),
        words_(4, lanes) {}

  void begin(State& state) override {
    spent_.fill(0.0f);
    if (state.pass != Pass::actual) return;  // a counterfactual lives the same lives
    for (std::size_t k = 0; k < reach_.rows(); ++k) {
      state.philox->words(state.isa, state.all_lanes(), plan_.lives_[k].address, sim::Philox::Words::in(words_));
      const std::uint32_t* __restrict word = words_.row(0);
      float* __restrict reach = reach_.row(k);
      const std::size_t n = state.count;
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) reach[i] = -sim::log_lane(sim::uniform(word[i]));
      });
      if (plan_.lives_[k].law.differs_by_lane())
        plan_.lives_[k].law.fill_rates(state, words_.row(1), words_.row(2), rate_.row(k));
    }
  }

  void step(State& state, int) override {
    const float* __restrict factor = state.churn.value.data();
    const std::size_t n = state.count;
    for (std::size_t k = 0; k < plan_.lives_.size(); ++k) {
      // Hazard is spent only while the partnership exists; alive is 0 before its start.
      const std::size_t partner = plan_.lives_[k].partner;
      if (state.working[partner].empty()) continue;
      const auto hazard = static_cast<float>(plan_.lives_[k].law.hazard(state.month));
      if (hazard == 0.0f) continue;
      const float* __restrict reach = reach_.row(k);
      const float* __restrict rate = plan_.lives_[k].law.differs_by_lane() ? rate_.row(k) : nullptr;
      const float* __restrict shock = state.churn_of.row(firm_of_partner(partner));
      float* __restrict spent = spent_.row(k);
      std::uint32_t* __restrict alive = state.alive.row(partner);
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        if (rate == nullptr && shock == nullptr) {
          for (std::size_t i = 0; i < n; ++i) spent[i] += hazard * factor[i];
        } else {
          for (std::size_t i = 0; i < n; ++i)
            spent[i] += hazard * factor[i] * (rate != nullptr ? rate[i] : 1.0f) * (shock != nullptr ? shock[i] : 1.0f);
        }
        for (std::size_t i = 0; i < n; ++i) alive[i] = spent[i] < reach[i] ? alive[i] : 0u;
      });
    }
  }

 private:
  const Churn& plan_;
  sim::Grid<float> reach_, spent_, rate_;
  sim::Grid<std::uint32_t> words_;
};

std::unique_ptr<Work> Churn::make_work(std::size_t lanes) const { return std::make_unique<Share>(*this, lanes); }

}  // namespace

const Entry& churn_entry() {
  static const Entry entry{.name = "churn",
                           .stream = stream::kChurn,
                           .phases = {kDissolution},
                           .doc = "Partnerships end by themselves.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return !setup.partners.empty(); },
                           .make = make<Churn>};
  return entry;
}

}  // namespace partnersim
