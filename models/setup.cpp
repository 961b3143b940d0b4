#include "models/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "models/deal_values.h"
#include "sim/base/suggest.h"
#include "sim/rng/draws.h"

namespace partnersim {
namespace {

// "b*" matches ids that start with b; without '*' the id itself.
bool matches(std::string_view pattern, std::string_view id) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == id;
  const std::string_view tail = pattern.substr(star + 1);
  return id.size() + 1 >= pattern.size() && id.starts_with(pattern.substr(0, star)) && id.ends_with(tail);
}

void add_matching(const Setup& setup, const sim::Node& name, const std::string& path, std::vector<std::size_t>& out,
                  sim::Problems& problems) {
  const auto* pattern = std::get_if<std::string>(&name.value);
  if (pattern == nullptr) {
    problems.add(name.mark, fmt::format("{}: a partner is named by its id in quotes", path), {}, "For example: partners = [\"acme\"]");
    return;
  }
  const std::size_t before = out.size();
  std::vector<std::string_view> ids;
  for (std::size_t p = 0; p < setup.partners.size(); ++p) {
    ids.push_back(setup.partners[p].id);
    if (matches(*pattern, ids.back()) && std::find(out.begin(), out.end(), p) == out.end()) out.push_back(p);
  }
  if (out.size() != before) return;
  problems.add(name.mark, fmt::format("{}: {} names no partner", path, *pattern), {},
               sim::did_you_mean(*pattern, ids, "Partners"));
}

void add_tagged(const Setup& setup, const sim::Node& tag, const std::string& path, std::vector<std::size_t>& out,
                sim::Problems& problems) {
  const auto* name = std::get_if<std::string>(&tag.value);
  std::vector<std::string_view> tags;
  for (std::size_t p = 0; p < setup.partners.size(); ++p)
    for (const std::string& t : setup.partners[p].tags) {
      tags.push_back(t);
      if (name != nullptr && t == *name) out.push_back(p);
    }
  if (!out.empty()) return;
  problems.add(tag.mark, fmt::format("{}: no partner has this tag", path), {},
               name == nullptr || tags.empty() ? "For example: tags = [\"platform\"] in a partner, target = { tag = \"platform\" }"
                                               : sim::did_you_mean(*name, tags, "Tags"));
}

// 2^-20 of a power of two near the mean deal: sums are exact to a millionth of a deal, and hold 10^8 of
// them a month. Any positive number when deals are worth nothing.
double resolution_of(double mean_deal) {
  if (!(mean_deal > 0.0)) return 1.0;
  const int exponent = static_cast<int>((std::bit_cast<std::uint64_t>(mean_deal) >> 52) & 0x7ff) - 1023;
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent - 20 + 1023) << 52);
}

}  // namespace

void Parameter::fill(const State& state, float* out) const {
  if (is_drawn())
    std::copy_n(state.inputs.row(static_cast<std::size_t>(input)), state.count, out);
  else
    std::fill_n(out, state.count, static_cast<float>(constant));
}

Setup::Setup(const sim::Scenario& the_scenario, std::size_t the_lanes)
    : scenario(the_scenario),
      lanes(the_lanes),
      months(static_cast<int>(the_scenario.integer("scenario.months"))),
      currency(the_scenario.text("scenario.currency")),
      has_direct(the_scenario.has_table("firm.direct")) {
  outputs_.months = months;
  const std::string& detail = scenario.text("output.trajectories");
  outputs_.detail = detail == "none"    ? sim::TrajectoryDetail::none
                    : detail == "means" ? sim::TrajectoryDetail::means
                                        : sim::TrajectoryDetail::bands;
  outputs_.member_survival = scenario.flag("output.partners");
  double largest = 0.0;
  const auto mean_deal = [&](const std::string& path) {
    const double mean = DealValues(scenario.law(path + ".deal_value")).mean();
    largest = std::max(largest, mean);
    return mean;
  };
  if (has_direct) mean_deal("firm.direct");
  for (const std::string& id : scenario.ids("partner")) {
    const std::string path = "partner." + id;
    partners.push_back({id, path, scenario.label("partner", id), entity(path),
                        static_cast<int>(scenario.integer(path + ".start")), resolution_of(mean_deal(path)),
                        scenario.texts(path + ".tags")});
    outputs_.members.push_back({id, partners.back().label});
  }
  money_resolution = resolution_of(largest);
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

Parameter Setup::parameter(const std::string& path) {
  const sim::Law& law = scenario.law(path);
  if (law.is_constant()) return {law.number("value"), -1};
  const sim::Range range = scenario.spec(path).range;
  const sim::Quantile quantile = sim::make_quantile(law, {range.low, range.high});
  const std::string id = scenario.draw_id(path);
  const auto [found, is_new] = input_of_.emplace(id, static_cast<int>(inputs_.size()));
  if (is_new) {
    const sim::ParameterSpec& spec = scenario.spec(path);
    inputs_.push_back({quantile, entity(id)});
    const std::string unit = spec.unit == "currency" ? currency : std::string(spec.unit);
    outputs_.inputs.push_back({id, unit, id, std::string(spec.doc)});
  }
  return {quantile.mean(), found->second};
}

bool Setup::wants_outcome(std::string_view name) const {
  const auto& wanted = scenario.texts("output.outcomes");
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
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

std::vector<std::size_t> targeted_partners(Setup& setup, const std::string& path) {
  std::vector<std::size_t> targets;
  const auto everyone = [&] {
    for (std::size_t p = 0; p < setup.partners.size(); ++p) targets.push_back(p);
  };
  if (!setup.scenario.given(path)) {
    everyone();
    return targets;
  }
  sim::Problems& problems = setup.problems;
  const sim::Node& node = setup.scenario.tree(path);
  if (const auto* word = std::get_if<std::string>(&node.value); word != nullptr && (*word == "partners" || *word == "everyone")) {
    everyone();
  } else if (const sim::Node* tag = node.find("tag"); tag != nullptr && node.table()->size() == 1) {
    add_tagged(setup, *tag, path, targets, problems);
  } else if (const sim::Node* list = node.find("partners"); list != nullptr && node.table()->size() == 1) {
    if (const auto* names = std::get_if<sim::ArrayNode>(&list->value))
      for (const sim::Node& name : *names) add_matching(setup, name, path, targets, problems);
    else
      add_matching(setup, *list, path, targets, problems);
  } else {
    problems.add(node.mark, fmt::format("{} is not a target", path), "targets are \"partners\", \"everyone\", { tag = \"x\" } and { partners = [\"acme\"] }",
                 "For example: target = \"partners\"");
  }
  return targets;
}

}  // namespace partnersim
