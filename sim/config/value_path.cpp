#include "sim/config/value_path.h"

#include <algorithm>
#include <utility>

#include "sim/base/suggest.h"
#include "sim/config/group.h"
#include "sim/config/text.h"

namespace sim {
namespace {

constexpr std::size_t kMostLevels = 31;  // the depth parse_document allows, value included

// A value as TOML reads it; nothing when it is not TOML, or several lines of it.
std::optional<Node> toml_value(std::string_view text) {
  try {
    Document document = parse_document({}, "value = " + std::string(text));
    TableNode& members = *document.root.table();
    if (members.size() != 1 || members[0].key != "value") return std::nullopt;
    return std::move(members[0].node);
  } catch (const ConfigurationError&) {
    return std::nullopt;
  }
}

void place_at(Node& node, const Mark& mark) {
  node.mark = mark;
  if (auto* members = node.table()) {
    for (Member& member : *members) {
      member.mark = mark;
      place_at(member.node, mark);
    }
  } else if (auto* elements = std::get_if<ArrayNode>(&node.value)) {
    for (Node& element : *elements) place_at(element, mark);
  }
}

std::optional<PathLevel> read_level(std::string_view raw) {
  const std::string_view text = trimmed(raw);
  if (text == "*") return PathLevel{{}, true};
  if (text.starts_with('"') || text.starts_with('\'')) {
    const std::optional<Node> node = toml_value(text);
    const auto* key = node ? std::get_if<std::string>(&node->value) : nullptr;
    if (key == nullptr || key->empty()) return std::nullopt;
    return PathLevel{*key, false};
  }
  if (!is_bare_key(text)) return std::nullopt;
  return PathLevel{std::string(text), false};
}

bool says_disabled(const Node& table) {
  const Node* enabled = table.find(kEnabled);
  const bool* value = enabled != nullptr ? std::get_if<bool>(&enabled->value) : nullptr;
  return value != nullptr && !*value;
}

class Finder {
 public:
  explicit Finder(const ValuePath& path) : path_(path) {}

  // `original` is the table from which the copy at or above `node` takes what it lacks, or null.
  void walk(Node& node, const Node* original, std::size_t level, const std::string& above, bool disabled) {
    TableNode& members = *node.table();
    const PathLevel& wanted = path_[level];
    const bool last = level + 1 == path_.size();
    bool present = false;
    for (Member& member : members) {
      if (!wanted.any && member.key != wanted.key) continue;
      present = true;
      const Node* source = original != nullptr ? original->find(member.key) : nullptr;
      is_copy(members, member.key, &source);
      const std::string path = joined_path(above, key_text(member.key));
      if (last) {
        found.push_back({path, &member.node, source, disabled});
      } else if (member.node.table() != nullptr) {
        walk(member.node, source, level + 1, path, disabled || says_disabled(member.node));
      }
    }
    if (present || wanted.any) return;
    const Node* source = original != nullptr ? original->find(wanted.key) : nullptr;
    is_copy(members, wanted.key, &source);
    for (std::size_t i = level + 1; source != nullptr && i < path_.size(); ++i) source = source->find(path_[i].key);
    if (last || !has_star(path_)) found.push_back({above_all(above, level), nullptr, source, disabled});
  }

  std::vector<PathPlace> found;

 private:
  std::string above_all(const std::string& above, std::size_t level) const {
    return joined_path(above, path_text(std::span(path_).subspan(level)));
  }

  const ValuePath& path_;
};

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::size_t find_unquoted(std::string_view text, char wanted) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != '\0') {
      if (text[i] == '\\' && quote == '"') {
        ++i;
      } else if (text[i] == quote) {
        quote = '\0';
      }
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text[i] == wanted) {
      return i;
    }
  }
  return std::string_view::npos;
}

Node command_line_value(std::string_view text, const Mark& mark) {
  const std::string_view raw = trimmed(text);
  Node value = toml_value(raw).value_or(Node{mark, std::string(raw)});
  if (std::holds_alternative<DateNode>(value.value)) value.value = std::string(raw);
  place_at(value, mark);
  return value;
}

std::optional<ValuePath> read_path(std::string_view text, const Origin& origin, Problems& problems) {
  ValuePath path;
  for (bool more = true; more;) {
    const std::size_t dot = find_unquoted(text, '.');
    const std::string_view raw = text.substr(0, dot);
    std::optional<PathLevel> level = read_level(raw);
    if (!level) {
      const bool star = raw.find('*') != std::string_view::npos;
      problems.add(origin.mark, shown_text(trimmed(raw)) + " is not a key",
                   star ? "* stands for one whole level" : "a path is keys joined by dots",
                   star ? "Write * between dots, as in 'table.*.key'" : origin.example);
      return std::nullopt;
    }
    path.push_back(std::move(*level));
    more = dot != std::string_view::npos;
    if (more) text.remove_prefix(dot + 1);
    if (path.size() > kMostLevels) {
      problems.add(origin.mark, "the path has too many levels", "at most 31", origin.example);
      return std::nullopt;
    }
  }
  return path;
}

std::string path_text(std::span<const PathLevel> path) {
  std::string text;
  for (const PathLevel& level : path) text = joined_path(text, level.any ? "*" : key_text(level.key));
  return text;
}

bool has_star(const ValuePath& path) {
  return std::any_of(path.begin(), path.end(), [](const PathLevel& level) { return level.any; });
}

const SpecNode* find_spec(const SpecNode& root, const ValuePath& path) {
  const SpecNode* node = &root;
  for (const PathLevel& level : path) {
    if (node == nullptr) break;
    node = level.any ? node->star.get() : node->child_or_star(level.key);
  }
  return node;
}

bool check_known(const SpecNode& root, const ValuePath& path, const Mark& mark, Problems& problems) {
  std::vector<const SpecNode*> here{&root};
  for (std::size_t level = 0; level < path.size(); ++level) {
    std::vector<const SpecNode*> below;
    std::vector<std::string_view> keys;
    for (const SpecNode* node : here) {
      if (node->spec != nullptr) return true;  // inside a law or a tree
      const std::vector<std::string_view> more = node->keys();
      keys.insert(keys.end(), more.begin(), more.end());
      if (path[level].any) {
        for (const auto& child : node->children) below.push_back(child.get());
        if (node->star) below.push_back(node->star.get());
      } else if (const SpecNode* child = node->child_or_star(path[level].key)) {
        below.push_back(child);
      }
    }
    if (below.empty()) {
      if (level == 0 || path[level].any) return true;  // the document has no such table either
      problems.add(mark,
                   path_text(std::span(path).first(level)) + ": " + shown_key(path[level].key) + " is not a parameter",
                   {}, did_you_mean(path[level].key, keys, "Keys here"));
      return false;
    }
    here = std::move(below);
  }
  return true;
}

bool is_copy(const TableNode& beside, std::string_view id, const Node** original) {
  const std::size_t underscore = id.rfind('_');
  if (underscore == std::string_view::npos) return false;
  for (const Member& member : beside) {
    if (member.key != id.substr(0, underscore)) continue;
    if (member.node.find(kCount) == nullptr) return false;
    if (original != nullptr) *original = &member.node;
    return true;
  }
  return false;
}

std::vector<PathPlace> find_places(Document& document, const ValuePath& path) {
  Finder finder(path);
  finder.walk(document.root, nullptr, 0, {}, false);
  return std::move(finder.found);
}

}  // namespace sim
