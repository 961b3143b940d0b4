// A PATH as users write it, 'machine.*.wear', and the values it means in a document.
//
// Promise: keys may be quoted as in TOML ("A B".wear); '*' is one whole level; what is wrong is said at the place and
// with an example of where the path was written. Deliberately no setting of values: assignment.h does that.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec_tree.h"

namespace sim {

struct PathLevel {
  std::string key;
  bool any = false;  // '*'
};
using ValuePath = std::vector<PathLevel>;

// Where something was written, and an example of how: "Write for example --set 'scenario.months=60'".
struct Origin {
  Mark mark;
  std::string example{};
};

std::optional<ValuePath> read_path(std::string_view text, const Origin& origin, Problems& problems);
std::string path_text(std::span<const PathLevel> path);
bool has_star(const ValuePath& path);
// What the specs say of the path; null where they say nothing, as inside a law.
const SpecNode* find_spec(const SpecNode& root, const ValuePath& path);
// False when a key below the first level is none that the specs know; then a problem was added, once for all that a '*'
// matches: "machine.*: waer is not a parameter. Did you mean wear?"
bool check_known(const SpecNode& root, const ValuePath& path, const Mark& mark, Problems& problems);

// Without the blanks around it.
std::string_view trimmed(std::string_view text);
// The first of `wanted` outside quotes, or npos.
std::size_t find_unquoted(std::string_view text, char wanted);
// A value of the command line: as TOML reads it, else a text. Every mark in it is `mark`.
Node command_line_value(std::string_view text, const Mark& mark);

// True for "press_3" beside a press with a count; then `original` is set to that table.
bool is_copy(const TableNode& beside, std::string_view id, const Node** original = nullptr);

// One value a path may mean.
struct PathPlace {
  std::string path;                 // concrete: "machine.press.wear"
  Node* node = nullptr;             // null: not written, though the table above it is, or there is no '*'
  const Node* inherited = nullptr;  // what a copy without a value of its own takes from its original
  bool disabled = false;            // a table above says enabled = false
};
std::vector<PathPlace> find_places(Document& document, const ValuePath& path);

}  // namespace sim
