// expand_copies and report_missing of group.h.
#include <fmt/format.h>

#include <cstddef>
#include <optional>

#include "sim/config/group.h"
#include "sim/config/number.h"
#include "sim/config/value.h"

namespace sim {
namespace {

constexpr std::int64_t kMostCopies = 100'000;       // of one table
constexpr std::int64_t kMostInstances = 1'000'000;  // of all tables together; assumed: beyond, memory runs out

void mark_own(Group& group) {
  for (auto& [key, given] : group.values) given.own = true;
}

// `over` laid on `base`, key by key; what comes from `over` is marked as the copy's own.
std::shared_ptr<Group> merged(const Group* base, const Group& over) {
  auto result = base != nullptr ? std::make_shared<Group>(*base) : std::make_shared<Group>();
  if (base == nullptr) {
    result->spec = over.spec;
    result->path = over.path;
    result->mark = over.mark;
  }
  Group own = over;
  mark_own(own);
  for (auto& [key, given] : own.values) result->values.insert_or_assign(key, std::move(given));
  result->attempted.insert(over.attempted.begin(), over.attempted.end());
  for (const auto& [key, group] : over.groups) {
    const Group* below = base != nullptr ? base->group(key) : nullptr;
    std::shared_ptr<Group> both = merged(below, *group);
    bool placed = false;
    for (auto& [name, existing] : result->groups) {
      if (name != key) continue;
      existing = both;
      placed = true;
    }
    if (!placed) result->groups.emplace_back(key, std::move(both));
  }
  return result;
}

class Expander {
 public:
  explicit Expander(Problems& problems) : problems_(problems) {}

  void expand(Group& group) {
    if (group.expanded) return;
    group.expanded = true;
    if (group.spec->star) make_instances(group);
    for (auto& [key, below] : group.groups) {
      if (group.spec->child(key) != nullptr) expand(*below);
    }
    const Group* last = nullptr;
    for (Instance& instance : group.instances) {
      if (instance.group.get() != last) expand(*instance.group);
      last = instance.group.get();
    }
  }

 private:
  struct Counted {
    std::string id;
    std::shared_ptr<Group> original;
    std::int64_t copies = 0;
  };

  // One that cannot be used still explains the tables written for copies, so that they are not
  // reported as lacking keys: `highest` is what numbers of copies may be.
  struct Count {
    std::int64_t copies = 1;
    std::int64_t highest = kMostCopies;
  };

  std::optional<Count> count_of(const Group& group) {
    const auto found = group.values.find(kCount);
    if (found == group.values.end()) return group.attempted.contains(kCount) ? std::optional(Count{}) : std::nullopt;
    const auto* count = std::get_if<std::int64_t>(&found->second.value);
    if (count == nullptr) return std::nullopt;
    const Quantity quantity{group.path + ".count", {1.0, static_cast<double>(kMostCopies)}, "copies", 1.0, true};
    if (!check_range(static_cast<double>(*count), quantity, found->second.mark, problems_)) return Count{};
    return Count{*count, *count};
  }

  void make_instances(Group& group) {
    std::map<std::string, std::shared_ptr<Group>, std::less<>> tables;
    std::map<std::string, Count, std::less<>> counts;
    for (const auto& [id, table] : group.groups) {
      if (group.spec->child(id) != nullptr) continue;
      tables.emplace(id, table);
      if (const auto count = count_of(*table)) counts.emplace(id, *count);
    }
    for (const auto& [id, table] : group.groups) {
      if (group.spec->child(id) != nullptr || is_copy(id, counts)) continue;
      if (const auto counted = counts.find(id); counted == counts.end()) {
        report_idle_sharing(*table);
        group.instances.push_back({id, table, nullptr, {}, 0});
      } else {
        add_copies(group, {id, table, counted->second.copies}, tables);
      }
    }
  }

  // "press_3" is a copy when "press" counts at least 3; "press_03" is a name of its own.
  static bool is_copy(std::string_view id, const std::map<std::string, Count, std::less<>>& counts) {
    const std::size_t underscore = id.rfind('_');
    if (underscore == std::string_view::npos) return false;
    const auto counted = counts.find(id.substr(0, underscore));
    const std::string_view digits = id.substr(underscore + 1);
    if (counted == counts.end() || digits.empty() || digits.size() > 6 || digits.front() == '0') return false;
    std::int64_t number = 0;
    for (char digit : digits) {
      if (digit < '0' || digit > '9') return false;
      number = 10 * number + (digit - '0');
    }
    return number <= counted->second.highest;
  }

  void add_copies(Group& group, const Counted& counted,
                  const std::map<std::string, std::shared_ptr<Group>, std::less<>>& tables) {
    instances_ += counted.copies;
    if (instances_ > kMostInstances) {
      problems_.add(counted.original->mark_of(kCount),
                    fmt::format("{}.count makes {} copies so far", counted.original->path, instances_),
                    fmt::format("at most {} in one scenario", kMostInstances), "Use smaller counts");
      instances_ -= counted.copies;
      return;
    }
    for (std::int64_t number = 1; number <= counted.copies; ++number) {
      Instance copy{fmt::format("{}_{}", counted.id, number), counted.original, counted.original, counted.id, number};
      if (const auto written = tables.find(copy.id); written != tables.end()) {
        report_count_on_copy(*written->second, counted);
        copy.group = merged(counted.original.get(), *written->second);
      }
      group.instances.push_back(std::move(copy));
    }
  }

  void report_idle_sharing(const Group& group) {
    if (group.spec->child(kCount) == nullptr || group.values.find(kShared) == group.values.end()) return;
    problems_.add(group.mark_of(kShared), group.path + ".shared has no effect", "there are no copies to share with",
                  "Add count = 2, or leave it out");
  }

  void report_count_on_copy(const Group& copy, const Counted& counted) {
    if (copy.values.find(kCount) == copy.values.end()) return;
    problems_.add(copy.mark_of(kCount), copy.path + " has a count and is itself a copy",
                  fmt::format("{}.count = {} makes it", counted.original->path, counted.copies),
                  "Leave its count out, or rename [" + copy.path + "]");
  }

  Problems& problems_;
  std::int64_t instances_ = 0;
};

// For a copy, `original` shows what has been reported there already.
void report(const Group& group, const Group* original, Problems& problems) {
  for (const auto& child : group.spec->children) {
    if (child->spec == nullptr || !child->spec->required) continue;
    if (group.values.find(child->key) != group.values.end() || group.attempted.contains(child->key)) continue;
    if (original != nullptr && original->values.find(child->key) == original->values.end()) continue;
    const std::string where = group.path.empty() ? "the scenario" : group.path;
    problems.add(group.mark, where + " lacks " + std::string(child->key), std::string(child->spec->doc),
                 "Add a line such as " + example_line(*child->spec));
  }
  for (const auto& [key, below] : group.groups) {
    if (group.spec->child(key) != nullptr)
      report(*below, original != nullptr ? original->group(key) : nullptr, problems);
  }
  const Group* last = nullptr;
  for (const Instance& instance : group.instances) {
    if (instance.original != nullptr && instance.original.get() != last) {
      report(*instance.original, nullptr, problems);
      last = instance.original.get();
    }
    if (instance.group == instance.original) continue;
    report(*instance.group, instance.original.get(), problems);
  }
}

}  // namespace

void expand_copies(Group& root, Problems& problems) { Expander(problems).expand(root); }

void report_missing(const Group& root, Problems& problems) { report(root, nullptr, problems); }

}  // namespace sim
