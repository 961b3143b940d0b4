#include "models/sources/arrival_mixing.h"

#include <cmath>

#include "models/streams.h"

namespace partnersim {

std::unique_ptr<ArrivalMixing> ArrivalMixing::of(Setup& setup, const std::string& path) {
  std::unique_ptr<ArrivalMixing> mixing = of_months(setup, path, path);
  if (!setup.scenario.has_table(path + ".event")) return mixing;
  if (!mixing) mixing.reset(new ArrivalMixing(setup.lanes));
  mixing->add_events(setup, path);
  return mixing;
}

std::unique_ptr<ArrivalMixing> ArrivalMixing::of_months(Setup& setup, const std::string& path, const std::string& id) {
  if (!setup.scenario.given(path + ".month_shape")) return nullptr;
  std::unique_ptr<ArrivalMixing> mixing(new ArrivalMixing(setup.lanes));
  mixing->add_months(setup, setup.scenario.number(path + ".month_shape"), id);
  return mixing;
}

ArrivalMixing::ArrivalMixing(std::size_t lanes)
    : event_leads_(sim::padded(lanes)), xi_(event_leads_), words_(sim::padded(lanes)) {}

void ArrivalMixing::add_months(Setup& setup, double shape, const std::string& id) {
  mixing_ = Mixing{gamma_of_mean_one(shape), sim::MonthlyWord(setup.entity(id), stream::kMonthMixing, setup.lanes)};
}

void ArrivalMixing::add_events(Setup& setup, const std::string& path) {
  const double probability = setup.scenario.number(path + ".event.probability");
  event_ = Event{probability, sim::threshold(probability), setup.parameter(path + ".event.leads"),
                 sim::MonthlyWord(setup.entity(path), stream::kEvents, setup.lanes)};
}

bool ArrivalMixing::apply(const State& state, const sim::LaneList& list, float* factor, float* further,
                          float* surprise) {
  const std::size_t n = list.size();
  if (event_) {
    if (state.month == 1 || event_->leads.changes_in(state.month)) event_->leads.fill(state, event_leads_.data());
    const std::uint32_t* word = event_->word.at(state.month, *state.philox, state.isa, state.all_lanes());
    const auto probability = static_cast<float>(event_->probability);
    for (std::size_t k = 0; k < n; ++k) {
      const float batch = event_leads_[list[k]] * factor[k];
      const float realised = sim::coin(word[list[k]]) < event_->threshold ? batch : 0.0f;
      further[k] += realised;
      surprise[k] = realised - probability * batch;
    }
  }
  if (mixing_) {
    const std::uint32_t* word = mixing_->word.at(state.month, *state.philox, state.isa, state.all_lanes());
    sim::compress(state.isa, word, list, words_.data());
    mixing_->quantile.fill(state.isa, {words_.data(), n}, {xi_.data(), n});
    for (std::size_t k = 0; k < n; ++k) factor[k] *= xi_[k];
  }
  return event_.has_value();
}

}  // namespace partnersim
