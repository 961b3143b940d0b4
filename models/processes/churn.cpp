// Partner churn: one lifetime word for a partnership, compared with its running survival (MODEL.md,
// sections 0 and 9). In cumulative hazards: the partnership ends in the first month whose running sum of
// DLambda(a) * frailty * multipliers reaches E = -ln U, U the uniform of word 0 of call 0, month 0; word 1 gives the
// frailty, word 2 the rate of a beta-geometric law. The uniform is fine near 0, so long lives keep their law.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "models/half_life.h"
#include "models/lifetime.h"
#include "models/setup.h"
#include "models/story.h"
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
                       .source = "neutral", .yearly = sim::Yearly::probability, .meaning = half_life_meaning,
                       .example = "partner.*.churn=0.01:0.05:5"},
};
// clang-format on

class Churn final : public ProcessOf<Churn> {
 public:
  explicit Churn(Setup& setup) {
    lives_.reserve(setup.partners.size());
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      Lifetime law(setup, setup.partners[p]);
      if (law.is_never()) continue;
      if (!lives_.empty()) law.share(lives_.back().law);
      lives_.push_back(
          {Setup::link_of(p), setup.firm_of(p), {setup.partners[p].entity, stream::kChurn, 0, 0}, std::move(law)});
    }
    differ_ = std::any_of(lives_.begin(), lives_.end(), [](const Life& life) { return life.law.differs_by_lane(); });
  }

  void expect(Expectation& e, int) override {
    for (const Life& life : lives_)
      e.alive[index(life.link)] *= life.law.expected_survival(e.month, e.churn_factor * e.churn_of[index(life.firm)]);
  }

  class Share;

 private:
  struct Life {
    Link link;
    Firm firm;
    sim::Address address;
    Lifetime law;
  };

  std::vector<Life> lives_;  // by link, of those that may end
  bool differ_ = false;      // rates of some, by lane
};

class Churn::Share final : public Work {
 public:
  Share(const Churn& plan, std::size_t lanes)
      : plan_(plan),
        reach_(plan.lives_.size(), lanes),
        rate_(plan.differ_ ? plan.lives_.size() : 0, lanes),
        hazards_(sim::padded(lanes)),
        words_(4, lanes) {
    for (std::size_t k = 0; k < plan.lives_.size(); ++k) {
      const bool joins = k > 0 && index(plan.lives_[k].link) == index(plan.lives_[k - 1].link) + 1 &&
                         plan.lives_[k].law.is_like(plan.lives_[k - 1].law);
      if (joins)
        ++runs_.back().count;
      else
        runs_.push_back({k, 1});
    }
    common_ = sim::Grid<float>(runs_.size(), lanes);
  }

  void begin(State& state) override {
    common_.fill(0.0f);
    apart_ = false;
    if (plan_.differ_) take_apart();
    // A counterfactual lives the same lives.
    if (state.pass != Pass::actual && renewed_.empty()) return;
    renewed_.clear();
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
    for (const Lives::Rebirth& birth : state.lives.reborn()) renew(state, birth);
    if (!apart_ && state.churn_of.any_used()) take_apart();
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      // Hazard is spent only while the partnership exists: it is 0 before its start, and who is not alive stays so.
      const Run& run = runs_[r];
      const auto hazard = static_cast<float>(plan_.lives_[run.first].law.hazard(state.month));
      if (!apart_) {
        if (hazard != 0.0f) spend(state, run, hazard, common_.row(r));
        continue;
      }
      std::fill_n(hazards_.begin(), state.count, hazard);
      for (std::size_t k = run.first; k < run.first + run.count; ++k) {
        if (!renewed_.empty() && renewed_[k] != 0) {
          age_apart(state, k);
          spend_unlike(state, k);
          std::fill_n(hazards_.begin(), state.count, hazard);
        } else if (hazard != 0.0f) {
          spend_unlike(state, k);
        }
      }
    }
  }

  // All that has ended this month, by itself or by a shock.
  void tell(const State& state, int, Story& story) override {
    const sim::Scenario& scenario = story.setup.scenario;
    for (std::size_t p = 0; p < state.lives.links(); ++p) {
      const Link link = Setup::link_of(p);
      if (!state.lives.works(link) || state.lives.lives(link, 0)) continue;
      std::string cause = "churn";
      for (const State::Kill& kill : state.kills)
        if (kill.link == link) cause = scenario.label("shock", scenario.ids("shock")[kill.shock]);
      const std::string& who = story.setup.partners[p].label;
      story.tell(state, "ended", who, cause, fmt::format("{} ends ({})", who, cause));
    }
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(reach_, rate_, common_, spent_); }

 private:
  // Of a lane: a link that lives ends when the hazard it has spent reaches its own.
  SIM_INLINE static std::uint32_t fate(std::uint32_t before, float spent, float reach) {
    const std::uint32_t now = spent < reach ? 0u : static_cast<std::uint32_t>(Cause::churn);
    return before > now ? before : now;
  }

  // Lives of neighbours that are alike: they spend the same, until rates of the lanes' own, or shocks on one firm, tell
  // them apart.
  struct Run {
    std::size_t first, count;
  };

  void take_apart() {
    apart_ = true;
    if (spent_.rows() == 0) spent_ = sim::Grid<float>(plan_.lives_.size(), reach_.stride());
    for (std::size_t r = 0; r < runs_.size(); ++r)
      for (std::size_t k = runs_[r].first; k < runs_[r].first + runs_[r].count; ++k)
        std::copy_n(common_.row(r), common_.stride(), spent_.row(k));
  }

  void spend(State& state, const Run& run, float hazard, float* common) {
    const float* __restrict factor = state.churn.value.data();
    const float* __restrict reach = reach_.row(run.first);
    float* __restrict spent = common;
    std::uint32_t* __restrict fates = state.lives.fates(plan_.lives_[run.first].link);
    sim::on_lanes(state.isa,
                  [=, n = sim::overrun(state.count), stride = reach_.stride(), rows = run.count]() SIM_LANES {
                    for (std::size_t i = 0; i < n; ++i) spent[i] += hazard * factor[i];
                    for (std::size_t row = 0; row < rows * stride; row += stride)
                      for (std::size_t i = 0; i < n; ++i)
                        fates[row + i] = fate(fates[row + i], spent[i], reach[row + i]);
                  });
  }

  // A generation after the first: fate and rate of its own.
  void renew(const State& state, const Lives::Rebirth& birth) {
    const auto found = std::lower_bound(plan_.lives_.begin(), plan_.lives_.end(), birth.link,
                                        [](const Life& life, Link link) { return life.link < link; });
    if (found == plan_.lives_.end() || found->link != birth.link) return;  // never ends by itself
    const auto k = static_cast<std::size_t>(found - plan_.lives_.begin());
    if (!apart_) take_apart();
    renewed_.resize(plan_.lives_.size(), 0);
    renewed_[k] = 1;
    sim::Address address = found->address;
    address.entity += state.lives.generation(birth.link, birth.lane);
    const auto words = state.philox->words(state.first_replication + birth.lane, address);
    reach_.row(k)[birth.lane] = -sim::log_lane(sim::uniform(words[0]));
    spent_.row(k)[birth.lane] = 0.0f;
    if (found->law.differs_by_lane()) rate_.row(k)[birth.lane] = found->law.rate(state, birth.lane, words[1], words[2]);
  }

  // Hazards of lanes in which a later generation lives, by its age.
  void age_apart(const State& state, std::size_t life) {
    const Link link = plan_.lives_[life].link;
    for (const std::uint32_t lane : state.lives.working(link))
      if (state.lives.generation(link, lane) != 0)
        hazards_[lane] =
            static_cast<float>(plan_.lives_[life].law.hazard(state.month, state.lives.age(link, lane, state.month)));
  }

  // With rates or hazards of the lanes' own, or shocks on one firm.
  void spend_unlike(State& state, std::size_t life) {
    const std::size_t n = state.count;
    const float* __restrict factor = state.churn.value.data();
    const float* __restrict reach = reach_.row(life);
    const float* __restrict rate = plan_.lives_[life].law.differs_by_lane() ? rate_.row(life) : nullptr;
    const float* __restrict shock = state.churn_of.row(plan_.lives_[life].firm);
    const float* __restrict hazard = hazards_.data();
    float* __restrict spent = spent_.row(life);
    std::uint32_t* __restrict fates = state.lives.fates(plan_.lives_[life].link);
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i)
        spent[i] += hazard[i] * factor[i] * (rate != nullptr ? rate[i] : 1.0f) * (shock != nullptr ? shock[i] : 1.0f);
      for (std::size_t i = 0; i < n; ++i) fates[i] = fate(fates[i], spent[i], reach[i]);
    });
  }

  const Churn& plan_;
  std::vector<Run> runs_;
  sim::Grid<float> reach_, rate_;
  sim::Grid<float> common_;  // [run] spent while its lives are alike
  sim::Grid<float> spent_;   // [life] from then on
  bool apart_ = false;
  std::vector<std::uint8_t> renewed_;  // [life] 1 once it has a later generation in some lane; empty while none has
  sim::Lane<float> hazards_;           // of the life at hand
  sim::Grid<std::uint32_t> words_;
};

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
