// The specs of a model as a tree of keys, so that a document is read by walking both together.
//
// Promise: children stand in the order of the specs; a key that is spelt out goes before '*'.
// Specs that contradict each other are programming errors (std::logic_error): one path twice, a
// path that is both a value and a table, a '*' at the end (Kind::number_map is for that).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/spec.h"

namespace sim {

struct SpecNode {
  std::string_view key;
  const ParameterSpec* spec = nullptr;  // of a value; null for a table
  std::vector<std::unique_ptr<SpecNode>> children;
  std::unique_ptr<SpecNode> star;

  const SpecNode* child(std::string_view name) const;  // spelt out
  const SpecNode* child_or_star(std::string_view name) const;
  std::vector<std::string_view> keys() const;
};

SpecNode make_spec_tree(std::span<const ParameterSpec> specs);

// An assignment that messages may show, of the first key of that kind that has one: a path, and its value or values.
struct ExampleSetting {
  std::string_view path, value;
};
ExampleSetting example_setting(const SpecNode& root, Kind kind);

// The tables in which `key` is a parameter, as a user writes them: "[plant]", "[machine.NAME]".
std::vector<std::string> tables_with(const SpecNode& root, std::string_view key);

}  // namespace sim
