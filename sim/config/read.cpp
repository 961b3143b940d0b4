// read_groups of group.h: a document and its specs walked together.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "sim/base/suggest.h"
#include "sim/config/group.h"
#include "sim/config/number.h"
#include "sim/config/text.h"
#include "sim/config/value.h"

namespace sim {
namespace {

constexpr std::size_t kLongestId = 64;  // assumed; ids are repeated in every path, dataset and message

// A usable id as near as possible to a name: "Big Co" gives "Big_Co".
std::string usable_id(std::string_view name) {
  std::string id;
  for (char c : name.substr(0, kLongestId)) {
    if (is_bare_key(std::string_view(&c, 1))) {
      id += c;
    } else if (!id.empty() && id.back() != '_') {
      id += '_';
    }
  }
  while (id.ends_with('_')) id.pop_back();
  return id.empty() ? "name" : id;
}

// Where the parts of a value stand; nothing for a value that has none.
std::shared_ptr<const Scenario::Parts> parts_of(const Node& node) {
  Scenario::Parts parts;
  if (const TableNode* members = node.table()) {
    for (const Member& member : *members) parts.emplace_back(member.key, member.mark);
  } else if (const auto* elements = std::get_if<ArrayNode>(&node.value)) {
    for (const Node& element : *elements) {
      if (const auto* text = std::get_if<std::string>(&element.value)) parts.emplace_back(*text, element.mark);
      if (const auto* number = std::get_if<double>(&element.value)) {
        parts.emplace_back(number_text(*number), element.mark);
      }
    }
  }
  return parts.empty() ? nullptr : std::make_shared<const Scenario::Parts>(std::move(parts));
}

class Reader {
 public:
  Reader(const Document& document, const SpecNode& root, Problems& problems)
      : document_(document), root_(root), problems_(problems) {}

  std::shared_ptr<Group> read(const SpecNode& spec, const std::string& path, const TableNode& members,
                              const Mark& mark) {
    auto group = std::make_shared<Group>();
    group->spec = &spec;
    group->path = path;
    group->mark = mark;
    for (const Member& member : members) {
      const SpecNode* child = spec.child_or_star(member.key);
      if (child == nullptr) {
        report_unknown(*group, member, members);
      } else if (child->spec != nullptr) {
        take_value(*group, *child->spec, member);
      } else {
        take_table(*group, *child, member);
      }
    }
    return group;
  }

 private:
  void take_value(Group& group, const ParameterSpec& spec, const Member& member) {
    const std::string path = joined_path(group.path, member.key);
    if (!spec.needs.empty() && !is_present(spec.needs)) {
      const auto [missing, remedy] = missing_need(spec.needs);
      problems_.add(member.mark, path + " has no effect", "nothing reads it without " + missing, remedy);
    }
    if (auto value = read_value(member.node, spec, path, problems_)) {
      group.values.insert_or_assign(member.key, Given{std::move(*value), member.node.mark, parts_of(member.node)});
    } else {
      group.attempted.insert(member.key);
    }
  }

  void take_table(Group& group, const SpecNode& spec, const Member& member) {
    const bool named = &spec == group.spec->star.get();
    const TableNode* members = member.node.table();
    if (members == nullptr) {
      report_no_table(group, spec, member);
      return;
    }
    std::string id = member.key;
    if (named && (!is_bare_key(id) || id.size() > kLongestId)) {
      id = usable_id(id);
      problems_.add(member.mark, joined_path(group.path, shown_key(member.key)) + " is not a usable id",
                    fmt::format("1 to {} letters, digits, _ or -", kLongestId), id_hint(group, spec, id));
    }
    group.groups.emplace_back(id, read(spec, joined_path(group.path, id), *members, member.mark));
  }

  static std::string id_hint(const Group& group, const SpecNode& spec, const std::string& id) {
    std::string hint = "Write [" + joined_path(group.path, id) + "]";
    if (spec.child(kLabel) != nullptr) hint += " and give the name as its label";
    return hint;
  }

  void report_no_table(Group& group, const SpecNode& spec, const Member& member) {
    const bool named = &spec == group.spec->star.get();
    const std::string path = joined_path(group.path, shown_key(member.key));
    std::string hint = "Write [" + path + "] and its keys below";
    if (named) {
      // "wear = 3" straight under [machine]: the name is what is missing. A misspelt key of the
      // table itself is recognised by its neighbours.
      const std::string near = nearest(member.key, group.spec->keys());
      if (!near.empty()) {
        hint = "Did you mean " + near + "?";
        group.attempted.insert(near);
      } else if (spec.child(member.key) != nullptr || std::holds_alternative<ArrayNode>(member.node.value)) {
        hint = "Give the table a name: [" + joined_path(group.path, "NAME") + "]";
      }
    } else if (spec.star && std::holds_alternative<ArrayNode>(member.node.value)) {
      hint = "Give each table a name: [" + path + ".NAME]";
    }
    add_wrong_kind(member.node, path, "a table", hint, problems_);
  }

  void report_unknown(Group& group, const Member& member, const TableNode& beside) {
    const std::string key = shown_key(member.key);
    std::vector<std::string_view> present;
    // A table may be written in several places: [economy] and [economy.regime.boom].
    for (const Member& other : beside) {
      if (other.node.table() == nullptr) present.push_back(other.key);
    }
    const std::vector<std::string_view> known = without_present(member.key, group.spec->keys(), present);
    const std::string near = nearest(member.key, known);
    if (!near.empty()) group.attempted.insert(near);
    const bool table = member.node.table() != nullptr;
    std::string problem = group.path.empty() ? key : group.path + ": " + key;
    problem += group.path.empty() && table ? " is not a table of a scenario" : " is not a parameter";
    if (member.key.find('.') != std::string::npos) {
      problems_.add(member.mark, problem, "in quotes it is one key, not a path", "Write it without the quotes");
      return;
    }
    std::string hint = did_you_mean(member.key, known, group.path.empty() ? "Tables are" : "Keys here");
    if (near.empty()) {
      const std::vector<std::string> homes = tables_with(root_, member.key);
      if (!homes.empty())
        hint = "It belongs in " + listed({homes.begin(), homes.end()}) + (hint.empty() ? "" : ". " + hint);
    }
    problems_.add(member.mark, problem, {}, hint);
  }

  // What is not there, and how to add it: a table, or a single value of one ("firm.cash").
  std::pair<std::string, std::string> missing_need(std::string_view path) const {
    const SpecNode* node = &root_;
    std::string_view last;
    for (std::string_view rest = path; node != nullptr && !rest.empty();) {
      const std::size_t dot = rest.find('.');
      last = rest.substr(0, dot);
      node = node->child_or_star(last);
      rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    }
    if (node != nullptr && node->spec != nullptr) {
      const std::string above(path.substr(0, path.size() - last.size() - 1));
      return {std::string(path), "Add a line such as " + example_line(*node->spec) + " to [" + above + "]"};
    }
    const bool named = node != nullptr && node->star && node->children.empty();
    const std::string table = "[" + std::string(path) + (named ? ".NAME]" : "]");
    return {table, "Add " + table};
  }

  bool is_present(std::string_view table) {
    const auto [it, fresh] = present_.try_emplace(table, false);
    if (fresh) {
      const Node* node = &document_.root;
      for (std::string_view rest = table; node != nullptr && !rest.empty();) {
        const std::size_t dot = rest.find('.');
        node = node->find(rest.substr(0, dot));
        rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
      }
      it->second = node != nullptr;
    }
    return it->second;
  }

  const Document& document_;
  const SpecNode& root_;
  Problems& problems_;
  std::map<std::string_view, bool> present_;  // looked up once: documents may be long
};

}  // namespace

const Group* Group::group(std::string_view key) const {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& entry) { return entry.first == key; });
  return found == groups.end() ? nullptr : found->second.get();
}

bool Group::flag(std::string_view key, bool otherwise) const {
  const auto found = values.find(key);
  if (found != values.end()) {
    if (const bool* value = std::get_if<bool>(&found->second.value)) return *value;
  }
  return otherwise;
}

const Mark& Group::mark_of(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() ? mark : found->second.mark;
}

std::shared_ptr<Group> read_groups(const Document& document, const SpecNode& root, Problems& problems) {
  static const TableNode kNothing;
  const TableNode* members = document.root.table();
  return Reader(document, root, problems)
      .read(root, {}, members != nullptr ? *members : kNothing, Mark{document.file, 0, 0});
}

}  // namespace sim
