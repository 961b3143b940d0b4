// The validated scenario: every value checked against its ParameterSpec, copies expanded, defaults
// known. Made by `resolve`, which reports *all* problems of a document at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec.h"

namespace sim {

// A law with its arguments as given; a plain number is the law "constant" with one argument "value".
struct Law {
  using Argument = std::variant<double, std::vector<double>, std::string>;
  std::string name = "constant";
  // In the order of the LawSpec. Numbers left out have their fallback; optional lists and texts
  // left out are absent: ask has().
  std::vector<std::pair<std::string, Argument>> arguments;
  Mark mark;

  bool is_constant() const { return name == "constant"; }
  bool same_as(const Law& other) const {
    return name == other.name && arguments == other.arguments;
  }  // wherever written
  bool has(std::string_view argument) const;
  double number(std::string_view argument) const;  // throws std::logic_error when absent
  const std::vector<double>& numbers(std::string_view argument) const;
  const std::string& text(std::string_view argument) const;
};

using Value = std::variant<Law, std::int64_t, bool, std::string, std::vector<double>, std::vector<std::string>,
                           std::vector<std::pair<std::string, double>>, Node>;

struct SpecNode;

class Scenario {
 public:
  struct Resolved;
  explicit Scenario(Resolved resolved);  // resolve makes it

  // Ids of the named tables under `table` ("machine", "shock", "economy.regime"), enabled ones only,
  // copies of `count` expanded (press_1 … press_12), in their natural order: nothing that is simulated depends on
  // where in a file a table stands.
  std::span<const std::string> ids(std::string_view table) const;
  // The same in the order of the file, for what people read in it.
  std::span<const std::string> ids_as_written(std::string_view table) const;
  // True when some named table under `table`, or `table` itself, is written with enabled = false: what only it would
  // use is no mistake.
  bool has_disabled(std::string_view table) const;
  bool has_disabled() const { return !resolved_->all.disabled.empty(); }  // anything at all
  // Those tables by path, copies of a count each.
  std::vector<std::string_view> disabled_tables() const;
  // What is written in them under `key` itself, once for all copies that are alike: "tags" of "machine".
  std::vector<const Value*> disabled_values(std::string_view table, std::string_view key) const;
  // Written in the file (for a copy: on the copy or on its original).
  bool given(std::string_view path) const;
  // True when the table itself is written, e.g. "firm.direct".
  bool has_table(std::string_view path) const;

  // Typed access by concrete path ("machine.press_3.wear"): the given value or the spec's default.
  // Asking for a path without a spec, or with another kind, is a programming error (std::logic_error).
  const Law& law(std::string_view path) const;  // Kind::number
  double number(std::string_view path) const;   // Kind::number that is constant
  std::int64_t integer(std::string_view path) const;
  bool flag(std::string_view path) const;
  const std::string& text(std::string_view path) const;  // text and choice
  const std::vector<double>& numbers(std::string_view path) const;
  const std::vector<std::string>& texts(std::string_view path) const;
  const std::vector<std::pair<std::string, double>>& number_map(std::string_view path) const;
  const Node& tree(std::string_view path) const;

  // Whether there is a value, given or by default.
  bool has_value(std::string_view path) const { return find(path) != nullptr; }
  const ParameterSpec& spec(std::string_view path) const;
  // Where the value or the table is written; for a default, the place of the nearest table above.
  Mark mark(std::string_view path) const;
  // The place of one part of a value, where a complaint about it belongs: a key of a table, a text or a number
  // (as number_text writes it) of an array. The value's own place when it has no such part.
  Mark mark(std::string_view path, std::string_view part) const;
  // The identity of the random numbers of a value drawn once a replication: the path itself, or the
  // original's path ("machine.press.wear") for copies with shared = true.
  std::string draw_id(std::string_view path) const;
  // Of a path in a copy, written or not: the path of the table that was counted, and the copy's id.
  struct CopyName {
    std::string table, copy;  // "machine.press", "press_3"; empty for a path in no copy
  };
  CopyName copy_name(std::string_view path) const;
  // What to call an entity in figures: its `label`, else its id.
  std::string label(std::string_view table, std::string_view id) const;

  const std::string& file() const { return resolved_->file; }
  const std::string& source_text() const { return *resolved_->source_text; }
  // Every value in effect, defaults included, one `path = value  # unit, source` a line, sorted by table. Copies that
  // are alike come once, under the path of the table that was counted; those that differ each for itself.
  std::string resolved_text() const;

  using Parts = std::vector<std::pair<std::string, Mark>>;
  struct Entry {  // one value in effect
    Value value;
    Mark mark;
    const ParameterSpec* spec = nullptr;
    bool given = false;
    std::string draw_id;                           // empty: its own path
    std::shared_ptr<const Parts> parts = nullptr;  // of tables and arrays; copies share them
  };
  using Entries = std::map<std::string, Entry, std::less<>>;
  // All of them, sorted by path; a path lasts as long as its call. `visit` says whether to go on.
  void each(const std::function<bool(std::string_view path, const Entry& entry)>& visit) const;
  // The same, but copies that are alike in everything come once, with the path of the first of `count`.
  void each_unlike(
      const std::function<void(std::string_view path, const Entry& entry, std::size_t count)>& visit) const;

  // The same scenario with other values, as given, at paths that have one; what is not replaced is shared.
  struct NewValue {
    std::string path;
    Value value;
    Mark mark;
  };
  Scenario with(std::vector<NewValue> values) const;
  // The paths whose values differ; nothing when the scenarios differ in more than values: in what exists, is enabled,
  // given, named, or drawn together. Of scenarios as `resolve` makes them.
  static std::optional<std::vector<std::string>> differing_values(const Scenario& a, const Scenario& b);

  // What is written in a table and below, by path from there.
  struct Contents {
    Entries entries;
    using Ids = std::map<std::string, std::vector<std::string>, std::less<>>;
    Ids ids, ids_as_written;                                         // of the second only where it differs
    std::set<std::string, std::less<>> disabled;                     // disabled tables, and those that hold some
    std::multimap<std::string, Value, std::less<>> disabled_values;  // by holder and key: "machine.tags"
    std::map<std::string, Mark, std::less<>> tables;
    std::map<std::string, std::string, std::less<>> labels;  // "machine.press" -> label
  };
  // Copies of one table. Those that override nothing are alike: a hundred thousand take the room of one.
  struct Copies {
    Contents contents;  // of those that are alike
    Mark mark;
    std::string label;        // of the original: copies are told apart by their number
    std::vector<bool> alike;  // [number]; others have tables of their own
    bool is_alike(std::size_t number) const { return number < alike.size() && alike[number]; }
  };
  struct Resolved {
    std::string file;
    std::shared_ptr<const std::string> source_text;
    Contents all;                                       // but these:
    std::map<std::string, Copies, std::less<>> copies;  // by the original's path, "machine.press"
  };

 private:
  // Where "machine.press_3.wear" stands among copies.
  struct OfCopy {
    const Copies* copies = nullptr;
    std::string_view table, copy, below;  // "machine.press", "machine.press_3", "wear"
    std::size_t number = 0;
  };
  OfCopy of_copy(std::string_view path) const;
  OfCopy of_alike(std::string_view path) const;  // only where copies are alike
  struct Copy {                                  // one of them, for walks in order of paths
    std::string path;
    const Copies* copies;
  };
  std::vector<Copy> sorted_copies(bool first_ones) const;
  std::optional<Entries> replaced_alike(const std::string& original, const Copies& copies) const;
  const Mark* table_mark(std::string_view path) const;  // null when there is no such table
  const Entry* find(std::string_view path) const;
  const Entry& at(std::string_view path) const;
  template <class T>
  const T& value(std::string_view path, const char* kind) const;

  std::shared_ptr<const Resolved> resolved_;  // points of an experiment share it
  Entries replaced_;                          // few, in place of what stands there
};

// Checks `document` against `specs` and fills in defaults. Every problem is added to `problems`
// with place, value, range, unit and a suggestion that, applied, works; the returned scenario is
// meaningful only when none was added.
Scenario resolve(const Document& document, std::span<const ParameterSpec> specs, Problems& problems);
// The same with the tree of the specs (spec_tree.h) made before, for many documents.
Scenario resolve(const Document& document, const SpecNode& tree, Problems& problems);

}  // namespace sim
