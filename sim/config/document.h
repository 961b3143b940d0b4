// A scenario text as located values: every key and value knows its line and column.
// The only implementation file that includes toml++ is document.cpp. Deliberately no knowledge of
// what keys mean: that is scenario.h's business.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/spec.h"

namespace sim {

struct Node;
struct Member;                          // one key of a table
using TableNode = std::vector<Member>;  // in the order written
using ArrayNode = std::vector<Node>;

// A date or time of TOML, as written: no value of a scenario is one.
struct DateNode {
  std::string text;
};
// What is no TOML; its problem is known, and whoever reads it says nothing more.
struct BrokenNode {};

struct Node {
  using Value = std::variant<double, std::int64_t, bool, std::string, ArrayNode, TableNode, DateNode, BrokenNode>;
  Mark mark;
  Value value;

  Node();  // an empty table
  Node(Mark place, Value content);

  const TableNode* table() const { return std::get_if<TableNode>(&value); }
  TableNode* table() { return std::get_if<TableNode>(&value); }
  const Node* find(std::string_view key) const;  // direct member, or nullptr
};

struct Member {
  std::string key;
  Mark mark;  // of the key
  Node node;
};

// Not inside Node: a variant can be made only when Member is complete.
inline Node::Node() : value(TableNode{}) {}
inline Node::Node(Mark place, Value content) : mark(std::move(place)), value(std::move(content)) {}

struct Document {
  std::string file;                         // as named by the user; "<stdin>" for '-'
  std::shared_ptr<const std::string> text;  // as read; shared, because every point of an experiment has a document
  Node root;
};

// Parses `text`. What is wrong is added to `problems`, with the parser's line, column and reason; the values of such
// lines are BrokenNodes, so that the rest can be read all the same. Throws ConfigurationError where it cannot: a table
// header that is broken, a text that is no scenario (guard.h). Dotted keys inside `set = { "a.b" = 1 }` stay one key.
// Nesting deeper than 32 levels and texts above 16 MiB are refused.
Document parse_document(std::string file, std::string text, Problems& problems);
// The same, throwing whatever is wrong.
Document parse_document(std::string file, std::string text);

// Reads and parses; throws InputOutputError when the file cannot be read (with the nearest
// existing *.toml in that folder as a suggestion where there is one).
Document read_document(const std::string& path, Problems& problems);
Document read_document(const std::string& path);

// `--set 'machine.*.wear=0.03'`: sets a dotted path, where '*' matches one level and must match at
// least once; a path without '*' may create its last key (tables above must exist or are created).
// VALUE is read as a TOML value, else taken as a string. Marks of new values name "--set".
// Adds a problem with a suggestion when a pattern matches nothing.
// With `specs`, a table with a name of its own (machine.press) is never made on the way to a key, unless it is a copy
// that a `count` makes: a misspelt name would add a machine. Set whole, such a table may be new.
void set_value(Document& document, std::string_view assignment, Problems& problems,
               std::span<const ParameterSpec> specs = {});

}  // namespace sim
