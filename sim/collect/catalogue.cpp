#include "sim/collect/catalogue.h"

#include <algorithm>
#include <string>

namespace sim::collect {
namespace {

std::string key(const Column& column) { return column.label(); }
const std::string& key(const Trajectory& trajectory) { return trajectory.name; }
const std::string& key(const Entity& entity) { return entity.id; }
const std::string& key(const MemberTotal& total) { return total.name; }

template <class T>
int place(const std::vector<T>& list, const T& wanted) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& item) { return key(item) == key(wanted); });
  return found == list.end() ? Catalogue::kAbsent : static_cast<int>(found - list.begin());
}

// Adds what is new, each after the one it follows in its own list.
template <class T>
void unite(std::vector<T>& all, const std::vector<T>& more) {
  std::ptrdiff_t after = 0;
  for (const T& item : more) {
    const int there = place(all, item);
    if (there == Catalogue::kAbsent) all.insert(all.begin() + after, item);
    after = (there == Catalogue::kAbsent ? after : there) + 1;
  }
}

template <class T>
std::vector<int> places(const std::vector<T>& all, const std::vector<T>& own) {
  std::vector<int> map;
  for (const T& item : all) map.push_back(place(own, item));
  return map;
}

template <class T>
bool alike(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return key(x) == key(y); });
}

// As labels, without making them.
bool alike(const std::vector<Column>& a, const std::vector<Column>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Column& x, const Column& y) {
    return x.name == y.name && x.dimension.empty() == y.dimension.empty() && x.index == y.index;
  });
}

bool alike(const OutputPlan& a, const OutputPlan& b) {
  return alike(a.outcomes, b.outcomes) && alike(a.inputs, b.inputs) && alike(a.trajectories, b.trajectories) &&
         alike(a.members, b.members) && alike(a.member_totals, b.member_totals);
}

}  // namespace

std::vector<std::string> labels_of(const std::vector<Column>& columns) {
  std::vector<std::string> labels;
  for (const Column& column : columns) labels.push_back(column.label());
  return labels;
}

std::optional<std::size_t> place_of(const std::vector<Column>& columns, std::string_view label) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.label() == label; });
  return found == columns.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - columns.begin()));
}

Catalogue::Catalogue(const ExperimentPlan& plan) {
  std::vector<const OutputPlan*> shapes;
  for (const PlannedPoint& point : plan.points) {
    const OutputPlan& outputs = point.model->outputs();
    // Neighbours are mostly alike, hence from the end.
    const auto known =
        std::find_if(shapes.rbegin(), shapes.rend(), [&](const OutputPlan* s) { return alike(*s, outputs); });
    if (known == shapes.rend()) {
      if (shapes.empty())
        all_ = outputs;
      else
        take(outputs);
      shape_.push_back(shapes.size());
      shapes.push_back(&outputs);
    } else {
      shape_.push_back(static_cast<std::size_t>(shapes.rend() - known) - 1);
    }
  }
  for (const OutputPlan* shape : shapes) maps_.push_back(map(*shape));
  // A column that some point lacks has missing values.
  for (const Map& map : maps_)
    for (std::size_t c = 0; c < all_.columns(); ++c)
      if (map.columns[c] == kAbsent)
        (c < all_.outcomes.size() ? all_.outcomes[c] : all_.inputs[c - all_.outcomes.size()]).may_be_missing = true;
}

void Catalogue::take(const OutputPlan& plan) {
  unite(all_.outcomes, plan.outcomes);
  unite(all_.inputs, plan.inputs);
  unite(all_.trajectories, plan.trajectories);
  unite(all_.members, plan.members);
  unite(all_.member_totals, plan.member_totals);
  all_.member_survival = all_.member_survival || plan.member_survival;
}

Catalogue::Map Catalogue::map(const OutputPlan& plan) const {
  Map map;
  map.columns = places(all_.outcomes, plan.outcomes);
  for (const int input : places(all_.inputs, plan.inputs))
    map.columns.push_back(input == kAbsent ? kAbsent : input + static_cast<int>(plan.outcomes.size()));
  map.trajectories = places(all_.trajectories, plan.trajectories);
  map.members = places(all_.members, plan.members);
  map.totals = places(all_.member_totals, plan.member_totals);
  return map;
}

}  // namespace sim::collect
