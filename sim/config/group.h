// The tables of a document after reading and before filling in defaults: what `resolve` (scenario.h)
// passes from step to step: read_groups → expand_copies → report_missing → fill.
//
// Deliberately internal to sim/config.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/scenario.h"
#include "sim/config/spec_tree.h"

namespace sim {

// Keys of named tables that `resolve` itself gives a meaning, where a model lists them.
inline constexpr std::string_view kEnabled = "enabled";
inline constexpr std::string_view kLabel = "label";
inline constexpr std::string_view kCount = "count";
inline constexpr std::string_view kShared = "shared";

struct Given {
  Value value;
  Mark mark;
  std::shared_ptr<const Scenario::Parts> parts = nullptr;
  bool own = false;  // written on one copy, not inherited from its original
};

struct Group;

// One entity that a named table makes: itself, or one of its copies.
struct Instance {
  std::string id;
  std::shared_ptr<Group> group;     // shared by all copies that override nothing
  std::shared_ptr<Group> original;  // of a copy; else null
  std::string original_id;
  std::int64_t number = 0;  // of a copy, from 1
};

struct Group {
  const SpecNode* spec = nullptr;
  std::string path;  // as written
  Mark mark;
  std::map<std::string, Given, std::less<>> values;
  std::vector<std::pair<std::string, std::shared_ptr<Group>>> groups;  // in the order written
  std::set<std::string, std::less<>> attempted;  // keys written wrongly: reported once, hence not "missing"
  std::vector<Instance> instances;               // filled in by expand_copies when spec->star
  bool expanded = false;

  const Group* group(std::string_view key) const;
  // The flag `key` if given, else `otherwise`: a named table is enabled and not shared whatever a
  // spec's default says.
  bool flag(std::string_view key, bool otherwise) const;
  const Mark& mark_of(std::string_view key) const;
};

// Reads every table and value of `document`, reporting unknown keys, wrong kinds and ranges, and
// values without effect.
std::shared_ptr<Group> read_groups(const Document& document, const SpecNode& root, Problems& problems);

// Turns counted tables into copies, each merged key by key with the table written for it.
void expand_copies(Group& root, Problems& problems);

// Reports required keys that no table gives.
void report_missing(const Group& root, Problems& problems);

}  // namespace sim
