// assign of assignment.h, and set_value of document.h.
#include "sim/config/assignment.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "sim/base/suggest.h"
#include "sim/config/text.h"

namespace sim {
namespace {

class Assigner {
 public:
  Assigner(const Assignment& assignment, const SpecNode& specs)
      : path_(assignment.path), assignment_(assignment), specs_(specs) {}

  // The number of places set.
  std::size_t assign(Node& node, std::size_t level) {
    TableNode& members = *node.table();
    const PathLevel& segment = path_[level];
    const bool last = level + 1 == path_.size();
    std::size_t count = 0;
    bool present = false;
    for (Member& member : members) {
      if (!segment.any && member.key != segment.key) continue;
      present = true;
      if (last) {
        member.mark = assignment_.origin.mark;
        member.node = assignment_.value;
        ++count;
      } else if (member.node.table() != nullptr) {
        count += assign(member.node, level + 1);
      } else if (!segment.any) {
        miss(node, level, &member.node);
      }
    }
    if (!present && may_create(members, level)) {
      const Mark& mark = assignment_.origin.mark;
      members.push_back({segment.key, mark, last ? assignment_.value : Node{mark, TableNode{}}});
      return last ? 1 : assign(members.back().node, level + 1);
    }
    if (count == 0) miss(node, level, nullptr);
    return count;
  }

  void report(Problems& problems) const {
    std::string reason;
    std::string hint;
    const std::string above = missed_level_ == 0 ? "the scenario" : "[" + path_text(upto(missed_level_)) + "]";
    const PathLevel& segment = path_[missed_level_];
    if (!blocker_.empty()) {
      reason = path_text(upto(missed_level_ + 1)) + " is " + blocker_ + ", not a table";
      hint = "Set " + path_text(upto(missed_level_ + 1)) + " itself, or give it a table";
    } else if (segment.any) {
      reason = above + " holds " + (missed_level_ + 1 == path_.size() ? "nothing" : "no tables");
      hint = missed_level_ == 0 ? assignment_.origin.example
                                : "Leave the * out, or add a table [" + path_text(upto(missed_level_)) + ".NAME]";
    } else {
      reason = above + " has no table " + shown_key(segment.key);
      hint = suggestion(segment.key);
    }
    problems.add(assignment_.origin.mark, assignment_.subject + " matches nothing", reason, hint);
  }

 private:
  std::span<const PathLevel> upto(std::size_t level) const { return std::span(path_).first(level); }

  // A '*' further down has to match something that is there, so nothing is made above it.
  bool may_create(const TableNode& beside, std::size_t level) const {
    for (std::size_t i = level; i < path_.size(); ++i) {
      if (path_[i].any) return false;
    }
    return level + 1 == path_.size() || !is_named_table(level) || is_copy(beside, path_[level].key);
  }

  // True when the specs leave the name at this level to the user: "press" of machine.press.wear.
  bool is_named_table(std::size_t level) const {
    const SpecNode* node = &specs_;
    for (std::size_t i = 0; node != nullptr && i < level; ++i) {
      node = path_[i].any ? node->star.get() : node->child_or_star(path_[i].key);
    }
    return node != nullptr && node->child(path_[level].key) == nullptr && node->star != nullptr;
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
    ValuePath mended = path_;
    mended[missed_level_].key = near;
    return "Did you mean " + path_text(mended) + "?";
  }

  const ValuePath& path_;
  const Assignment& assignment_;
  const SpecNode& specs_;
  bool missed_ = false;
  std::size_t missed_level_ = 0;
  std::string blocker_;  // what stands where a table is wanted
  std::vector<std::string> candidates_;
};

}  // namespace

bool assign(Document& document, const Assignment& assignment, const SpecNode& specs, Problems& problems) {
  Assigner assigner(assignment, specs);
  if (assigner.assign(document.root, 0) > 0) return true;
  assigner.report(problems);
  return false;
}

void set_value(Document& document, std::string_view assignment, Problems& problems,
               std::span<const ParameterSpec> specs) {
  const Origin origin{{"--set", 0, 0}, "Write for example --set 'scenario.months=60'"};
  const std::size_t equals = find_unquoted(assignment, '=');
  if (equals == std::string_view::npos) {
    problems.add(origin.mark, shown_text(assignment) + " gives no value", "PATH=VALUE is expected", origin.example);
    return;
  }
  std::optional<ValuePath> path = read_path(assignment.substr(0, equals), origin, problems);
  if (!path) return;
  Node value = command_line_value(assignment.substr(equals + 1), origin.mark);
  assign(document, {std::move(*path), std::move(value), origin, shown_text(assignment)}, make_spec_tree(specs),
         problems);
}

}  // namespace sim
