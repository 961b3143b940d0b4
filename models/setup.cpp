#include "models/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/scenario/parameter_draws.h"
#include "models/scenario/relation.h"
#include "models/scenario/switched_off.h"
#include "models/sources/deal_values.h"
#include "models/vocabulary.h"
#include "sim/base/suggest.h"
#include "sim/rng/draws.h"

namespace partnersim {
namespace {

// With other cvs; a table of each takes 0.2 MB of every worker. Assumed.
constexpr std::size_t kMostSummedLaws = 100;

constexpr std::ptrdiff_t kShownOfCircle = 5;

// What one sale brings: the mean deal, or where deals are worth nothing the mean monthly fee.
double typical_sale_of(const sim::Scenario& scenario, const std::string& path) {
  const double deal = DealValues::mean_of(scenario.law(path + ".deal_value"));
  if (deal > 0.0 || !scenario.has_table(path + ".recurring")) return deal;
  return mean_of_number(scenario, path + ".recurring.fee");
}

}  // namespace

const Parameter::Piece& Parameter::at(int month) const {
  return later_.empty() || later_.front().from > month ? first_ : in_effect(later_, month);
}

template <class Predicate>
bool Parameter::any(const Predicate& holds) const {
  return holds(first_) || std::any_of(later_.begin(), later_.end(), holds);
}

void Parameter::fill(const State& state, float* out) const {
  const Piece& piece = at(state.month);
  if (piece.input < 0) {
    std::fill_n(out, state.count, static_cast<float>(piece.constant));
    return;
  }
  const float* drawn = state.inputs.row(static_cast<std::size_t>(piece.input));
  if (piece.factor == 1.0)
    std::copy_n(drawn, state.count, out);
  else
    for (std::size_t i = 0; i < state.count; ++i) out[i] = piece.of(drawn[i]);
}

float Parameter::in(const State& state, std::size_t lane) const {
  const Piece& piece = at(state.month);
  return piece.input >= 0 ? piece.of(state.inputs.row(static_cast<std::size_t>(piece.input))[lane])
                          : static_cast<float>(piece.constant);
}

bool Parameter::changes_in(int month) const {
  return std::any_of(later_.begin(), later_.end(), [month](const Piece& piece) { return piece.from == month; });
}

bool Parameter::is_drawn() const {
  return any([](const Piece& piece) { return piece.input >= 0; });
}

bool Parameter::is_zero() const {
  return !any([](const Piece& piece) { return piece.input >= 0 || piece.constant != 0.0; });
}

Setup::Setup(const sim::Scenario& the_scenario)
    : scenario(the_scenario),
      months(static_cast<int>(the_scenario.integer("scenario.months"))),
      currency(the_scenario.text("scenario.currency")),
      has_direct(the_scenario.has_table("firm.direct")),
      changes_(the_scenario, problems) {
  outputs_.months = months;
  outputs_.headline = kHeadline;
  outputs_.nouns = kMemberNouns;
  const std::string& detail = scenario.text("output.trajectories");
  outputs_.detail = detail == "none"    ? sim::TrajectoryDetail::none
                    : detail == "means" ? sim::TrajectoryDetail::means
                                        : sim::TrajectoryDetail::bands;
  outputs_.member_survival = scenario.flag("output.partners");
  outputs_.sampling = read_sampling(scenario);
  outputs_.doubles = scenario.text("output.precision") == "double";
  const auto add_source = [&](const std::string& path) {
    const double sale = typical_sale_of(scenario, path);
    typical_sale = std::max(typical_sale, sale);
    has_recurring |= scenario.has_table(path + ".recurring");
    return sale;
  };
  if (has_direct) add_source("firm.direct");
  partners.reserve(scenario.ids("partner").size());
  outputs_.members.reserve(partners.capacity());
  for (const std::string& id : scenario.ids("partner")) {
    const std::string path = "partner." + id;
    partners.push_back(
        {id, path, scenario.label("partner", id), entity(path), static_cast<int>(scenario.integer(path + ".start")),
         static_cast<int>(scenario.integer(path + ".end")), add_source(path), scenario.texts(path + ".tags"),
         scenario.text(path + ".sector"), scenario.text(path + ".region"), scenario.text(path + ".type")});
    outputs_.members.push_back({id, partners.back().label});
  }
  std::vector<std::uint64_t> entities;
  entities.reserve(partners.size());
  for (const Partner& partner : partners) entities.push_back(partner.entity);
  network_ = Topology::star(entities);
  for (const std::string& id : scenario.ids("acquisition")) {
    channels.push_back(id);
    add_source("acquisition." + id);
  }
}

std::uint64_t Setup::entity(const std::string& dotted_id) {
  const std::uint64_t hash = sim::entity_hash(dotted_id);
  const auto [found, is_new] = entities_.emplace(hash, dotted_id);
  if (!is_new && found->second != dotted_id) {
    problems.add({scenario.file(), 0, 0}, fmt::format("{} and {} have the same hash", dotted_id, found->second),
                 "they would draw the same random numbers", "Rename one of them.");
  }
  return hash;
}

int Setup::input(const std::string& id, const sim::Quantile& quantile, sim::Column column, bool luck) {
  const auto [found, is_new] = input_of_.emplace(column.name, static_cast<int>(inputs_.size()));
  if (is_new) {
    auto [table, copy] = scenario.copy_name(column.name);
    column.table = std::move(table);
    column.copy = std::move(copy);
    inputs_.push_back({quantile, entity(id), luck});
    outputs_.inputs.push_back(std::move(column));
  }
  return found->second;
}

Parameter::Piece Setup::piece(const std::string& path, const DatedLaw& dated) {
  const auto& [from, law] = dated;
  if (law.is_constant()) return {from, law.number("value"), -1};
  const sim::ParameterSpec& spec = scenario.spec(path);
  const std::string id = scenario.draw_id(path);
  const std::string unit = spec.unit == "currency" ? currency : std::string(spec.unit);
  const sim::Quantile quantile = sim::make_quantile(law, sim::support_of(spec.range));
  // The same word before and after a change: who is lucky stays lucky.
  const std::string name = from == 1 ? id : fmt::format("{}@{}", id, from);
  draw_ids_[path] = id;
  return {from, quantile.mean(), input(id, quantile, {name, unit, name, std::string(spec.doc)}, false)};
}

// One piece of a number's own law, or those of the number that it is a share of, as long as that law is in effect.
std::vector<Parameter::Piece> Setup::pieces(const std::string& path, std::vector<std::string>& chain) {
  if (const auto known = shares_.find(path); known != shares_.end()) return known->second;
  std::vector<Parameter::Piece> all;
  chain.push_back(path);
  const std::vector<DatedLaw> dated = changes_.laws(scenario, path);
  for (std::size_t k = 0; k < dated.size(); ++k) {
    if (!is_share(dated[k].law)) {
      all.push_back(piece(path, dated[k]));
      continue;
    }
    const int from = dated[k].from, until = k + 1 < dated.size() ? dated[k + 1].from : months + 1;
    for (Parameter::Piece other : share_of(path, dated[k].law, chain)) {
      if (other.from >= until) continue;
      other.from = std::max(other.from, from);
      // Of those before, the last one counts.
      if (!all.empty() && all.back().from == other.from) all.pop_back();
      all.push_back(other);
    }
  }
  chain.pop_back();
  if (std::any_of(dated.begin(), dated.end(), [](const DatedLaw& piece) { return is_share(piece.law); }))
    shares_.emplace(path, all);
  return all;
}

std::vector<Parameter::Piece> Setup::share_of(const std::string& path, const sim::Law& law,
                                              std::vector<std::string>& chain) {
  const std::string& other = law.text("of");
  const double share = law.number("share");
  const auto refuse = [&](const std::string& problem, const std::string& reason, const std::string& hint) {
    problems.add(law.mark, problem, reason, hint);
    return std::vector<Parameter::Piece>{{1, 0.0, -1}};
  };
  if (const auto circle = std::find(chain.begin(), chain.end(), other); circle != chain.end()) {
    std::string through;
    for (auto number = circle; number != chain.end(); ++number)
      through += number - circle < kShownOfCircle    ? *number + " -> "
                 : number - circle == kShownOfCircle ? "... -> "
                                                     : "";
    return refuse(fmt::format("{} is a share of itself", other), through + other,
                  "Give one of them a number of its own.");
  }
  if (!scenario.has_value(other)) {
    if (is_switched_off(scenario, other))
      return refuse(fmt::format("{}: {} is disabled", path, other), "there is nothing to be a share of",
                    "Name a number that is there, or write one.");
    std::vector<std::string> numbers;
    scenario.each([&](std::string_view name, const sim::Scenario::Entry& entry) {
      if (entry.spec->kind == sim::Kind::number && entry.given && name != path) numbers.emplace_back(name);
      return true;
    });
    return refuse(fmt::format("{}: {} is no number of this scenario", path, other), {},
                  sim::did_you_mean(other, {numbers.begin(), numbers.end()}, "Numbers"));
  }
  const sim::ParameterSpec &spec = scenario.spec(other), &own = scenario.spec(path);
  if (spec.kind != sim::Kind::number)
    return refuse(fmt::format("{}: {} is no number", path, other), "only numbers have shares", "Name a number.");
  if (!scenario.law(other).is_constant() && spec.frequency != sim::Frequency::once_a_replication)
    return refuse(fmt::format("{}: {} is drawn more than once in a future", path, other), "a share is of one value",
                  "Name a number that is constant or drawn once a replication.");
  if (own.unit != spec.unit)
    warnings.push_back(fmt::format("{} ({}) is a share of {} ({})", path, own.unit, other, spec.unit));
  std::vector<Parameter::Piece> shared = pieces(other, chain);
  for (Parameter::Piece& piece : shared) {
    piece.constant *= share;
    piece.factor *= share;
    if (piece.factor == 0.0) piece.input = -1;
    const double most = largest(piece);
    if (most > own.range.high && !(own.range.limit_high && piece.input >= 0))
      return refuse(fmt::format("{}: {} of {} can be {:.6g}", path, share, other, most),
                    fmt::format("at most {:.6g} is possible", own.range.high), "Use a smaller share.");
  }
  return shared;
}

Parameter Setup::parameter(const std::string& path) {
  std::vector<std::string> chain;
  return Parameter(pieces(path, chain));
}

// Its own dated changes are not asked for, so that they are refused.
Parameter Setup::opening(const std::string& path) {
  const sim::Law& law = scenario.law(path);
  std::vector<std::string> chain{path};
  return Parameter({is_share(law) ? share_of(path, law, chain).front() : piece(path, {1, law})});
}

std::vector<DatedLaw> Setup::laws(const std::string& path) { return changes_.laws(scenario, path); }

Dated<DealValues> Setup::deal_values(const std::string& source_path) {
  const std::vector<DatedLaw> dated = laws(source_path + ".deal_value");
  const std::string start = source_path + ".start";
  const bool begins = !source_path.starts_with("partner.") || scenario.integer(start) <= months;
  for (const auto& [month, law] : dated) {
    if (!begins || month > months || (law.name != "lognormal" && law.name != "gamma")) continue;
    const double cv = law.number("cv");
    if (cv > sim::kMostSumCv)
      sums.refused = fmt::format("the tables end at a cv of {}, and that of {}.deal_value is {}{}", sim::kMostSumCv,
                                 source_path, cv, month == 1 ? "" : fmt::format(" from month {} on", month));
    else if (cv > 0.0)
      sums.laws.emplace(law.name, cv);
    if (sums.laws.size() > kMostSummedLaws)
      sums.refused = fmt::format("there are more than {} laws of deals, each of which takes a table", kMostSummedLaws);
  }
  return DealValues::by_date(dated);
}

Parameter Setup::uncertain(const std::string& path, const sim::Quantile& quantile, const std::string& unit,
                           const std::string& doc) {
  const std::string id = draw_ids_[path] = scenario.draw_id(path);
  return Parameter({{1, quantile.mean(), input(id, quantile, {id, unit, id, doc}, false)}});
}

Parameter Setup::drawn(const std::string& id, const sim::Quantile& quantile, const std::string& unit,
                       const std::string& doc) {
  return Parameter({{1, quantile.mean(), input(id, quantile, {id, unit, id, doc}, true)}});
}

sim::Quantile gamma_of_mean_one(double shape) {
  return sim::make_quantile({"gamma", {{"mean", 1.0}, {"cv", 1.0 / std::sqrt(shape)}}, {}}, {0.0, sim::kInfinity});
}

std::string Setup::source_label(std::size_t source) const {
  if (source < source_of_partner(0)) return "direct business";
  if (source < source_of_channel(0)) return partners[source - source_of_partner(0)].label;
  return scenario.label("acquisition", channels[source - source_of_channel(0)]);
}

void Setup::report_idle(const std::string& path, const std::string& reason, const std::string& hint) {
  problems.add(scenario.mark(path), fmt::format("{} has no effect", path), reason, hint);
}

bool Setup::wants_outcome(std::string_view name) const {
  const auto& wanted = scenario.texts("output.outcomes");
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

bool Setup::wants_series(std::string_view name) const {
  const auto& wanted = scenario.texts("output.series");
  return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

int Setup::outcome(sim::Column column) {
  if (column.index == 0) offered_outcomes_.push_back(column.name);
  if (!wants_outcome(column.name)) return -1;
  outputs_.outcomes.push_back(std::move(column));
  return static_cast<int>(outputs_.outcomes.size()) - 1;
}

int Setup::trajectory(sim::Trajectory trajectory) {
  offered_series_.push_back(trajectory.name);
  if (outputs_.detail == sim::TrajectoryDetail::none) return -1;
  const auto& wanted = scenario.texts("output.series");
  if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), trajectory.name) == wanted.end()) return -1;
  outputs_.trajectories.push_back(std::move(trajectory));
  return static_cast<int>(outputs_.trajectories.size()) - 1;
}

int Setup::member_total(sim::MemberTotal total) {
  if (!scenario.flag("output.partners")) return -1;
  outputs_.member_totals.push_back(std::move(total));
  return static_cast<int>(outputs_.member_totals.size()) - 1;
}

}  // namespace partnersim
