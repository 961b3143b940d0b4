#include "sim/collect/catalogue.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace sim::collect {
namespace {

const std::string& key(const Column& column) { return column.name; }
const std::string& key(const Trajectory& trajectory) { return trajectory.name; }
const std::string& key(const Entity& entity) { return entity.id; }
const std::string& key(const MemberTotal& total) { return total.name; }

// Slices of one variable have one name.
std::size_t slice(const Column& column) { return column.dimension.empty() ? 0 : column.index + 1; }
template <class T>
std::size_t slice(const T&) {
  return 0;
}

// Where the items of a list stand, looked up by name. Looks at the list, does not own it.
template <class T>
class Places {
 public:
  explicit Places(const std::vector<T>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) places_.emplace(Key{key(list[i]), slice(list[i])}, i);
  }
  int of(const T& item) const {
    const auto found = places_.find(Key{key(item), slice(item)});
    return found == places_.end() ? Catalogue::kAbsent : static_cast<int>(found->second);
  }

 private:
  using Key = std::pair<std::string_view, std::size_t>;
  std::map<Key, std::size_t> places_;
};

// Adds what is new, each after the one it follows in its own list.
template <class T>
void unite(std::vector<T>& all, const std::vector<T>& more) {
  const Places<T> known(all);
  std::vector<T> united;
  std::vector<std::vector<const T*>> added(all.size() + 1);  // what is new before each item, and after the last
  std::size_t after = 0;
  for (const T& item : more) {
    const int there = known.of(item);
    if (there == Catalogue::kAbsent)
      added[after].push_back(&item);
    else
      after = static_cast<std::size_t>(there) + 1;
  }
  united.reserve(all.size() + more.size());
  for (std::size_t i = 0; i < added.size(); ++i) {
    for (const T* item : added[i]) united.push_back(*item);
    if (i < all.size()) united.push_back(all[i]);
  }
  all = std::move(united);
}

template <class T>
std::vector<int> places(const std::vector<T>& all, const std::vector<T>& own) {
  const Places<T> known(own);
  std::vector<int> map;
  map.reserve(all.size());
  for (const T& item : all) map.push_back(known.of(item));
  return map;
}

template <class T>
bool alike(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return key(x) == key(y) && slice(x) == slice(y); });
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

std::size_t headline_of(const OutputPlan& outputs) { return place_of(outputs.outcomes, outputs.headline).value_or(0); }

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
