#include "models/sources/arrival_mixing.h"

#include <cmath>

#include "models/streams.h"

namespace partnersim {

std::unique_ptr<const ArrivalMixing> ArrivalMixing::of(Setup& setup, const std::string& path) {
  if (!setup.scenario.has_table(path + ".event")) return of_months(setup, path, path);
  auto mixing = std::make_unique<ArrivalMixing>();
  if (const auto months = of_months(setup, path, path)) mixing->mixing_ = months->mixing_;
  const double probability = setup.scenario.number(path + ".event.probability");
  mixing->event_ =
      Event{probability, sim::threshold(probability), setup.parameter(path + ".event.leads"), setup.entity(path)};
  return mixing;
}

std::unique_ptr<const ArrivalMixing> ArrivalMixing::of_months(Setup& setup, const std::string& path,
                                                              const std::string& id) {
  if (!setup.scenario.given(path + ".month_shape")) return nullptr;
  auto mixing = std::make_unique<ArrivalMixing>();
  mixing->mixing_ = Mixing{gamma_of_mean_one(setup.scenario.number(path + ".month_shape")), setup.entity(id)};
  return mixing;
}

std::unique_ptr<MixingWork> MixingWork::of(const ArrivalMixing* mixing, std::size_t lanes) {
  return mixing == nullptr ? nullptr : std::unique_ptr<MixingWork>(new MixingWork(*mixing, lanes));
}

MixingWork::MixingWork(const ArrivalMixing& plan, std::size_t lanes)
    : plan_(plan), event_leads_(sim::padded(lanes)), xi_(event_leads_), words_(sim::padded(lanes)) {
  if (plan.event_) event_word_.emplace(plan.event_->entity, stream::kEvents, lanes);
  if (plan.mixing_) mixing_word_.emplace(plan.mixing_->entity, stream::kMonthMixing, lanes);
}

bool MixingWork::apply(const State& state, const sim::LaneList& list, float* factor, float* further, float* surprise) {
  const std::size_t n = list.size();
  if (const auto& event = plan_.event_) {
    if (state.month == 1 || event->leads.changes_in(state.month)) event->leads.fill(state, event_leads_.data());
    const std::uint32_t* word = event_word_->at(state.month, *state.philox, state.isa, state.all_lanes());
    const auto probability = static_cast<float>(event->probability);
    for (std::size_t k = 0; k < n; ++k) {
      const float batch = event_leads_[list[k]] * factor[k];
      const float realised = sim::coin(word[list[k]]) < event->threshold ? batch : 0.0f;
      further[k] += realised;
      surprise[k] = realised - probability * batch;
    }
  }
  if (const auto& mixing = plan_.mixing_) {
    const std::uint32_t* word = mixing_word_->at(state.month, *state.philox, state.isa, state.all_lanes());
    sim::compress(state.isa, word, list, words_.data());
    mixing->quantile.fill(state.isa, {words_.data(), n}, {xi_.data(), n});
    for (std::size_t k = 0; k < n; ++k) factor[k] *= xi_[k];
  }
  return plan_.event_.has_value();
}

}  // namespace partnersim
