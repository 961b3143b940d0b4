// resolve of scenario.h: read, expand, check, fill in defaults.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "sim/base/natural_order.h"
#include "sim/config/group.h"
#include "sim/config/spec_tree.h"
#include "sim/config/text.h"
#include "sim/config/value.h"

namespace sim {
namespace {

// Assumed: some 4 GB at 530 bytes each, room for 100,000 tables that are all different, of 80 keys.
constexpr std::size_t kMostValues = 8'000'000;

// Where a table stands, and what its values are called in random numbers.
struct Place {
  std::string path;
  std::string draw_path;
  Mark mark;
  bool copy = false;  // the count that made it is not its own

  Place below(std::string_view key, const Group* group) const {
    return {joined_path(path, key), joined_path(draw_path, key), group != nullptr ? group->mark : mark, false};
  }
};

// How many values fill() would make; copies that are alike are stored once.
std::size_t count_values(const SpecNode& spec, const Group* group) {
  std::size_t count = 0;
  for (const auto& child : spec.children) {
    const Group* below = group != nullptr ? group->group(child->key) : nullptr;
    count += child->spec != nullptr ? 1 : count_values(*child, below);
  }
  if (!spec.star || group == nullptr) return count;
  const Group* last = nullptr;
  for (const Instance& instance : group->instances) {
    if (instance.group.get() == last) continue;
    last = instance.group.get();
    if (last->flag(kEnabled, true)) count += count_values(*spec.star, last);
  }
  return count;
}

class Filler {
 public:
  // `copies`: where those that are alike go; null inside one of them.
  Filler(Scenario::Contents& out, std::map<std::string, Scenario::Copies, std::less<>>* copies)
      : out_(out), copies_(copies) {}

  void fill(const SpecNode& spec, const Group* group, const Place& place) {
    for (const auto& child : spec.children) {
      if (child->spec != nullptr) {
        add_value(*child->spec, child->key, group, place);
      } else {
        const Group* below = group != nullptr ? group->group(child->key) : nullptr;
        const Place there = place.below(child->key, below);
        if (below != nullptr) out_.tables.emplace(there.path, below->mark);
        fill(*child, below, there);
      }
    }
    if (spec.star) fill_named(*spec.star, group, place);
  }

 private:
  void fill_named(const SpecNode& spec, const Group* group, const Place& place) {
    std::vector<std::string> ids;
    const Group* left_out = nullptr;
    if (group != nullptr) {
      note_originals(*group, place);
      for (const Instance& instance : group->instances) {
        Place there = place.below(instance.id, instance.group.get());
        there.copy = instance.original != nullptr;
        if (there.copy && instance.group->flag(kShared, false)) {
          there.draw_path = joined_path(place.draw_path, instance.original_id);
        }
        if (copies_ != nullptr && instance.original != nullptr && add_copy(spec, instance, place)) {
          ids.push_back(instance.id);
          continue;
        }
        out_.tables.emplace(there.path, there.mark);
        if (!instance.group->flag(kEnabled, true)) {
          out_.disabled.insert(place.path);
          out_.disabled.insert(there.path);
          if (instance.group.get() != left_out) note_left_out(*instance.group, place);
          left_out = instance.group.get();
          continue;
        }
        ids.push_back(instance.id);
        add_label(instance, there.path);
        fill(spec, instance.group.get(), there);
      }
    }
    if (!std::is_sorted(ids.begin(), ids.end(), natural_less)) {
      out_.ids_as_written.insert_or_assign(place.path, ids);
      std::sort(ids.begin(), ids.end(), natural_less);
    }
    out_.ids.insert_or_assign(place.path, std::move(ids));
  }

  void note_left_out(const Group& group, const Place& holder) {
    for (const auto& [key, given] : group.values)
      out_.disabled_values.emplace(joined_path(holder.path, key), given.value);
  }

  // False for a copy that needs tables of its own, because it overrides something or is disabled.
  bool add_copy(const SpecNode& spec, const Instance& instance, const Place& place) {
    const std::string original = joined_path(place.path, instance.original_id);
    Scenario::Copies& copies = (*copies_)[original];
    const auto number = static_cast<std::size_t>(instance.number);
    copies.alike.resize(std::max(copies.alike.size(), number + 1), false);
    if (instance.group != instance.original || !instance.group->flag(kEnabled, true)) return false;
    if (copies.contents.entries.empty()) {  // the first of them
      copies.mark = instance.group->mark;
      copies.label = label_of(*instance.group);
      Place inside{{}, {}, copies.mark, true};
      if (instance.group->flag(kShared, false)) inside.draw_path = joined_path(place.draw_path, instance.original_id);
      Filler(copies.contents, nullptr).fill(spec, instance.group.get(), inside);
    }
    copies.alike[number] = true;
    return true;
  }

  // A counted table is written too, though only its copies are entities.
  void note_originals(const Group& group, const Place& place) {
    for (const auto& [id, table] : group.groups) {
      if (group.spec->child(id) == nullptr) out_.tables.emplace(joined_path(place.path, id), table->mark);
    }
  }

  static std::string label_of(const Group& group) {
    const auto found = group.values.find(kLabel);
    const auto* label = found == group.values.end() ? nullptr : std::get_if<std::string>(&found->second.value);
    return label == nullptr ? std::string() : *label;
  }

  // Copies that inherit a label are told apart by their number.
  void add_label(const Instance& instance, const std::string& path) {
    const std::string label = label_of(*instance.group);
    if (label.empty()) return;
    const bool numbered = instance.original != nullptr && !instance.group->values.find(kLabel)->second.own;
    out_.labels.emplace(path, numbered ? fmt::format("{} {}", label, instance.number) : label);
  }

  void add_value(const ParameterSpec& spec, std::string_view key, const Group* group, const Place& place) {
    const Given* given = nullptr;
    if (group != nullptr && !(place.copy && key == kCount)) {
      const auto found = group->values.find(key);
      if (found != group->values.end()) given = &found->second;
    }
    std::string path = joined_path(place.path, key);
    Scenario::Entry entry{given != nullptr ? given->value : default_value(spec, place.mark),
                          given != nullptr ? given->mark : place.mark,
                          &spec,
                          given != nullptr,
                          (given != nullptr && given->own) || place.draw_path == place.path
                              ? std::string()
                              : joined_path(place.draw_path, key),
                          given != nullptr ? given->parts : nullptr};
    out_.entries.insert_or_assign(std::move(path), std::move(entry));
  }

  Scenario::Contents& out_;
  std::map<std::string, Scenario::Copies, std::less<>>* copies_;
};

}  // namespace

Scenario resolve(const Document& document, std::span<const ParameterSpec> specs, Problems& problems) {
  return resolve(document, make_spec_tree(specs), problems);
}

Scenario resolve(const Document& document, const SpecNode& tree, Problems& problems) {
  const std::shared_ptr<Group> root = read_groups(document, tree, problems);
  expand_copies(*root, problems);
  report_missing(*root, problems);
  Scenario::Resolved resolved;
  resolved.file = document.file;
  resolved.source_text = document.text;
  const Place top{{}, {}, Mark{document.file, 0, 0}};
  if (const std::size_t values = count_values(tree, root.get()); values > kMostValues) {
    problems.add(top.mark, fmt::format("the scenario holds {} values", values),
                 fmt::format("at most {}, defaults included", kMostValues), "Use smaller counts or fewer tables");
  } else {
    Filler(resolved.all, &resolved.copies).fill(tree, root.get(), top);
  }
  return Scenario(std::move(resolved));
}

}  // namespace sim
