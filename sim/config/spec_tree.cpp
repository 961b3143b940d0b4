#include "sim/config/spec_tree.h"

#include <cstddef>
#include <stdexcept>

#include "sim/config/text.h"

namespace sim {
namespace {

SpecNode& child_for(SpecNode& node, std::string_view key) {
  if (key == "*") {
    if (!node.star) node.star = std::make_unique<SpecNode>();
    node.star->key = key;
    return *node.star;
  }
  for (const auto& child : node.children) {
    if (child->key == key) return *child;
  }
  node.children.push_back(std::make_unique<SpecNode>());
  node.children.back()->key = key;
  return *node.children.back();
}

void insert(SpecNode& root, const ParameterSpec& spec) {
  const auto broken = [&](const char* why) { return std::logic_error("spec " + std::string(spec.path) + ": " + why); };
  SpecNode* node = &root;
  std::string_view rest = spec.path;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view key = rest.substr(0, dot);
    if (key != "*" && !is_bare_key(key)) throw broken("malformed path");
    node = &child_for(*node, key);
    if (node->spec != nullptr) throw broken("listed twice, or below a value");
    if (dot == std::string_view::npos) {
      if (key == "*") throw broken("a value needs a key of its own");
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  if (!node->children.empty() || node->star) throw broken("both a value and a table");
  node->spec = &spec;
}

void collect(const SpecNode& node, const std::string& path, std::string_view key, std::vector<std::string>& found) {
  if (const SpecNode* child = node.child(key); child != nullptr && child->spec != nullptr) {
    found.push_back("[" + path + "]");
  }
  for (const auto& child : node.children) collect(*child, joined_path(path, child->key), key, found);
  if (node.star) collect(*node.star, joined_path(path, "NAME"), key, found);
}

std::string_view find_example(const SpecNode& node, Kind kind) {
  if (node.spec != nullptr) return node.spec->kind == kind ? node.spec->example : std::string_view{};
  for (const auto& child : node.children)
    if (const std::string_view text = find_example(*child, kind); !text.empty()) return text;
  return node.star ? find_example(*node.star, kind) : std::string_view{};
}

}  // namespace

const SpecNode* SpecNode::child(std::string_view name) const {
  for (const auto& candidate : children) {
    if (candidate->key == name) return candidate.get();
  }
  return nullptr;
}

const SpecNode* SpecNode::child_or_star(std::string_view name) const {
  const SpecNode* found = child(name);
  return found != nullptr ? found : star.get();
}

std::vector<std::string_view> SpecNode::keys() const {
  std::vector<std::string_view> names;
  for (const auto& candidate : children) names.push_back(candidate->key);
  return names;
}

SpecNode make_spec_tree(std::span<const ParameterSpec> specs) {
  SpecNode root;
  for (const ParameterSpec& spec : specs) insert(root, spec);
  return root;
}

ExampleSetting example_setting(const SpecNode& root, Kind kind) {
  const std::string_view text = find_example(root, kind);
  const std::size_t equals = text.find('=');
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<std::string> tables_with(const SpecNode& root, std::string_view key) {
  std::vector<std::string> found;
  collect(root, {}, key, found);
  std::erase(found, "[]");  // the top level has no name
  return found;
}

}  // namespace sim
