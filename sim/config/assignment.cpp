// set_value of document.h: one `PATH=VALUE` written into a document.
#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <span>

#include "sim/base/suggest.h"
#include "sim/config/document.h"
#include "sim/config/group.h"
#include "sim/config/spec_tree.h"
#include "sim/config/text.h"

namespace sim {
namespace {

const Mark kPlace{"--set", 0, 0};
constexpr std::string_view kExample = "Write for example --set 'scenario.months=60'";

struct Segment {
  std::string key;
  bool any = false;  // '*'
};
using Path = std::vector<Segment>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// The first of `wanted` outside quotes, or npos.
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

// A value as TOML reads it; nothing when it is not TOML (or a date, or several lines of it).
std::optional<Node> toml_value(std::string_view text) {
  try {
    Document document = parse_document(kPlace.file, "value = " + std::string(text));
    TableNode& members = *document.root.table();
    if (members.size() != 1 || members[0].key != "value") return std::nullopt;
    return std::move(members[0].node);
  } catch (const ConfigurationError&) {
    return std::nullopt;
  }
}

void place_on_command_line(Node& node) {
  node.mark = kPlace;
  if (auto* members = node.table()) {
    for (Member& member : *members) {
      member.mark = kPlace;
      place_on_command_line(member.node);
    }
  } else if (auto* elements = std::get_if<ArrayNode>(&node.value)) {
    for (Node& element : *elements) place_on_command_line(element);
  }
}

std::optional<Segment> read_segment(std::string_view raw) {
  const std::string_view text = trimmed(raw);
  if (text == "*") return Segment{{}, true};
  if (text.starts_with('"') || text.starts_with('\'')) {
    const std::optional<Node> node = toml_value(text);
    const auto* key = node ? std::get_if<std::string>(&node->value) : nullptr;
    if (key == nullptr || key->empty()) return std::nullopt;
    return Segment{*key, false};
  }
  if (!is_bare_key(text)) return std::nullopt;
  return Segment{std::string(text), false};
}

std::optional<Path> read_path(std::string_view text, Problems& problems) {
  Path path;
  for (bool more = true; more;) {
    const std::size_t dot = find_unquoted(text, '.');
    const std::string_view raw = text.substr(0, dot);
    std::optional<Segment> segment = read_segment(raw);
    if (!segment) {
      const std::string shown = shown_text(trimmed(raw));
      const bool star = raw.find('*') != std::string_view::npos;
      problems.add(kPlace, shown + " is not a key",
                   star ? "* stands for one whole level" : "a path is keys joined by dots",
                   star ? "Write * between dots, as in 'partner.*.churn=0.03'" : std::string(kExample));
      return std::nullopt;
    }
    path.push_back(std::move(*segment));
    more = dot != std::string_view::npos;
    if (more) text.remove_prefix(dot + 1);
    if (path.size() > 31) {  // the depth parse_document allows, value included
      problems.add(kPlace, "the path has too many levels", "at most 31", std::string(kExample));
      return std::nullopt;
    }
  }
  return path;
}

std::string path_text(std::span<const Segment> path) {
  std::string text;
  for (const Segment& segment : path) text = joined_path(text, segment.any ? "*" : key_text(segment.key));
  return text;
}

class Assigner {
 public:
  // `specs` may be null: then every table may be made.
  Assigner(const Path& path, const Node& value, const SpecNode* specs) : path_(path), value_(value), specs_(specs) {}

  // The number of places set.
  std::size_t assign(Node& node, std::size_t level) {
    TableNode& members = *node.table();
    const Segment& segment = path_[level];
    const bool last = level + 1 == path_.size();
    std::size_t count = 0;
    bool present = false;
    for (Member& member : members) {
      if (!segment.any && member.key != segment.key) continue;
      present = true;
      if (last) {
        member.mark = kPlace;
        member.node = value_;
        ++count;
      } else if (member.node.table() != nullptr) {
        count += assign(member.node, level + 1);
      } else if (!segment.any) {
        miss(node, level, &member.node);
      }
    }
    if (!present && may_create(members, level)) {
      members.push_back({segment.key, kPlace, last ? value_ : Node{kPlace, TableNode{}}});
      return last ? 1 : assign(members.back().node, level + 1);
    }
    if (count == 0) miss(node, level, nullptr);
    return count;
  }

  void report(std::string_view assignment, Problems& problems) const {
    std::string reason;
    std::string hint;
    const std::string above = missed_level_ == 0 ? "the scenario" : "[" + path_text(upto(missed_level_)) + "]";
    const Segment& segment = path_[missed_level_];
    if (!blocker_.empty()) {
      reason = path_text(upto(missed_level_ + 1)) + " is " + blocker_ + ", not a table";
      hint = "Set " + path_text(upto(missed_level_ + 1)) + " itself, or give it a table";
    } else if (segment.any) {
      reason = above + " holds " + (missed_level_ + 1 == path_.size() ? "nothing" : "no tables");
      hint = missed_level_ == 0 ? std::string(kExample)
                                : "Leave the * out, or add a table [" + path_text(upto(missed_level_)) + ".NAME]";
    } else {
      reason = above + " has no table " + shown_key(segment.key);
      hint = suggestion(segment.key);
    }
    problems.add(kPlace, shown_text(assignment) + " matches nothing", reason, hint);
  }

 private:
  std::span<const Segment> upto(std::size_t level) const { return std::span(path_).first(level); }

  // A '*' further down has to match something that is there, so nothing is made above it.
  bool may_create(const TableNode& beside, std::size_t level) const {
    for (std::size_t i = level; i < path_.size(); ++i) {
      if (path_[i].any) return false;
    }
    return level + 1 == path_.size() || !is_named_table(level) || is_copy(beside, path_[level].key);
  }

  // True when the specs leave the name at this level to the user: "acme" of partner.acme.leads.
  bool is_named_table(std::size_t level) const {
    const SpecNode* node = specs_;
    for (std::size_t i = 0; node != nullptr && i < level; ++i) {
      node = path_[i].any ? node->star.get() : node->child_or_star(path_[i].key);
    }
    return node != nullptr && node->child(path_[level].key) == nullptr && node->star != nullptr;
  }

  // "referrer_3" beside a referrer with a count: a value for one copy. `resolve` says when the number is too high.
  static bool is_copy(const TableNode& beside, std::string_view id) {
    const std::size_t underscore = id.rfind('_');
    if (underscore == std::string_view::npos) return false;
    for (const Member& member : beside) {
      if (member.key == id.substr(0, underscore)) return member.node.find(kCount) != nullptr;
    }
    return false;
  }

  void miss(const Node& node, std::size_t level, const Node* blocker) {
    if (missed_ && missed_level_ >= level) return;  // the deepest failure says most
    missed_ = true;
    missed_level_ = level;
    blocker_ = blocker != nullptr ? found_text(*blocker) : std::string();
    candidates_.clear();
    for (const Member& member : *node.table()) {
      if (member.node.table() != nullptr) candidates_.push_back(member.key);
    }
  }

  std::string suggestion(std::string_view key) const {
    const std::vector<std::string_view> names(candidates_.begin(), candidates_.end());
    const std::string near = nearest(key, names);
    if (near.empty()) return did_you_mean(key, names, "Tables there");
    Path mended = path_;
    mended[missed_level_].key = near;
    return "Did you mean " + path_text(mended) + "?";
  }

  const Path& path_;
  const Node& value_;
  const SpecNode* specs_;
  bool missed_ = false;
  std::size_t missed_level_ = 0;
  std::string blocker_;  // what stands where a table is wanted
  std::vector<std::string> candidates_;
};

}  // namespace

void set_value(Document& document, std::string_view assignment, Problems& problems,
               std::span<const ParameterSpec> specs) {
  const std::size_t equals = find_unquoted(assignment, '=');
  if (equals == std::string_view::npos) {
    problems.add(kPlace, shown_text(assignment) + " gives no value", "PATH=VALUE is expected", std::string(kExample));
    return;
  }
  const std::optional<Path> path = read_path(assignment.substr(0, equals), problems);
  if (!path) return;
  const std::string_view raw = trimmed(assignment.substr(equals + 1));
  Node value = toml_value(raw).value_or(Node{kPlace, std::string(raw)});
  place_on_command_line(value);
  const SpecNode tree = make_spec_tree(specs);
  Assigner assigner(*path, value, &tree);
  if (assigner.assign(document.root, 0) == 0) assigner.report(assignment, problems);
}

}  // namespace sim
