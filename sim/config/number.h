// Numbers read from a document: their kind, their finiteness and their range.
//
// Promise and limits are those of value.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec.h"

namespace sim {

// The number that is written there, whole or not; nothing when it is none.
std::optional<double> number_of(const Node& node);

// A number by its name in messages ("machine.press.wear"), with what it may be.
struct Quantity {
  std::string path;
  Range range{};
  std::string_view unit{};
  double preferred = 0.0;  // for examples
  bool whole = false;
  Yearly yearly = Yearly::unknown;
};

std::optional<double> read_number(const Node& node, const Quantity& quantity, Problems& problems);
std::optional<std::vector<double>> read_numbers(const Node& node, const Quantity& quantity, Problems& problems);
std::optional<std::int64_t> read_integer(const Node& node, const Quantity& quantity, Problems& problems);
// True when finite and in range.
bool check_range(double value, const Quantity& quantity, const Mark& mark, Problems& problems);
// Adds "<path> is <what is there> (<expected> is expected). <hint>".
void add_wrong_kind(const Node& node, const std::string& path, std::string_view expected, std::string hint,
                    Problems& problems);
// "wear" of "machine.press.wear".
std::string last_key(std::string_view path);

}  // namespace sim
