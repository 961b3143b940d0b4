#include "models/scenario/parameter_draws.h"

#include <algorithm>
#include <map>

namespace partnersim {

sim::Sampling read_sampling(const sim::Scenario& scenario) {
  return {static_cast<std::uint32_t>(scenario.integer("scenario.inner")),
          scenario.text("scenario.sampling") == "stratified" ? sim::kBatches : 0};
}

ParameterDraws::ParameterDraws(const Setup& setup, const sim::Philox& philox, Sets sets)
    : inputs_(setup.inputs()), philox_(philox), sampling_(read_sampling(setup.scenario)), sets_(std::move(sets)) {
  std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> places;  // of correlated words
  for (const CorrelatedSet& set : sets_) {
    for (std::size_t k = 0; k < set.entities.size(); ++k) places[set.entities[k]] = {together_.size(), k};
    together_.emplace_back(set.entities.size());
    largest_set_ = std::max(largest_set_, set.entities.size());
  }
  std::map<std::uint64_t, std::size_t> singles;
  for (std::size_t row = 0; row < inputs_.size(); ++row) {
    const Setup::Input& input = inputs_[row];
    const auto place = places.find(input.entity);
    Word* word = nullptr;
    if (place != places.end()) {
      word = &together_[place->second.first][place->second.second];
      if (word->rows.empty()) *word = word_of(input);
    } else {
      const auto [found, is_new] = singles.emplace(input.entity, alone_.size());
      if (is_new) alone_.push_back(word_of(input));
      word = &alone_[found->second];
    }
    word->rows.push_back(row);
  }
}

ParameterDraws::Scratch::Scratch(const ParameterDraws& draws, std::size_t lanes)
    : words_(std::max<std::size_t>(draws.largest_set_, 1), lanes), call_(4, lanes), values_(sim::padded(lanes)) {
  for (std::size_t k = 0; k < words_.rows(); ++k) rows_.push_back(words_.row(k));
  scores_.reserve(draws.largest_set_ > 0 ? (draws.largest_set_ + 1) * lanes : 0);
}

ParameterDraws::Word ParameterDraws::word_of(const Setup::Input& input) const {
  Word word{input.entity, !input.luck, nullptr, {}};
  if (sampling_.batches > 0 && (word.by_unit || sampling_.inner == 1))
    word.sequence = std::make_unique<const sim::StratifiedWords>(philox_, input.entity);
  return word;
}

std::size_t ParameterDraws::bytes_per_lane() const {
  return inputs_.size() * sizeof(float) + largest_set_ * (sizeof(double) + sizeof(std::uint32_t));
}

void ParameterDraws::draw(State& state, Scratch& s) const {
  for (const Word& word : alone_) {
    fill_words(state, word, s.words_.row(0), s);
    fill_inputs(state, word, s.words_.row(0), s);
  }
  for (std::size_t set = 0; set < together_.size(); ++set) {
    const std::vector<Word>& members = together_[set];
    for (std::size_t k = 0; k < members.size(); ++k) fill_words(state, members[k], s.rows_[k], s);
    sets_[set].copula.apply({s.rows_.data(), members.size()}, units_of(state, members.front()).count, s.scores_);
    for (std::size_t k = 0; k < members.size(); ++k) fill_inputs(state, members[k], s.rows_[k], s);
  }
}

ParameterDraws::Range ParameterDraws::units_of(const State& state, const Word& word) const {
  const std::uint32_t inner = word.by_unit ? sampling_.inner : 1;
  const std::uint32_t first = state.first_replication / inner;
  const auto last = static_cast<std::uint32_t>((state.first_replication + state.count - 1) / inner);
  return {first, last - first + 1};
}

void ParameterDraws::fill_words(const State& state, const Word& word, std::uint32_t* out, Scratch& s) const {
  const Range units = units_of(state, word);
  if (word.sequence) return word.sequence->words(state.isa, units.first, units.count, out);
  philox_.words(state.isa, {nullptr, units.count, units.first}, {word.entity, sim::kParameterStream, 0, 0},
                {{out, s.call_.row(1), s.call_.row(2), s.call_.row(3)}});
}

void ParameterDraws::fill_inputs(State& state, const Word& word, const std::uint32_t* words, Scratch& s) const {
  const Range units = units_of(state, word);
  const std::uint32_t inner = word.by_unit ? sampling_.inner : 1;
  for (const std::size_t input : word.rows) {
    const sim::Quantile& quantile = inputs_[input].quantile;
    float* row = state.inputs.row(input);
    if (inner == 1) {
      quantile.fill(state.isa, {words, units.count}, {row, units.count});
      continue;
    }
    quantile.fill(state.isa, {words, units.count}, {s.values_.data(), units.count});
    std::uint32_t place = state.first_replication % inner;  // in its unit
    std::size_t unit = 0;
    for (std::size_t i = 0; i < state.count; ++i) {
      row[i] = s.values_[unit];
      if (++place == inner) {
        place = 0;
        ++unit;
      }
    }
  }
}

}  // namespace partnersim
