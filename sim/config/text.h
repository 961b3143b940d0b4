// How names, strings and numbers of a scenario are written in messages and in resolved text.
//
// Promise: the same bytes whatever the locale; nothing a user wrote can send control characters to
// a terminal. Deliberately no knowledge of specs.
#pragma once

#include <string>
#include <string_view>

#include "sim/config/document.h"

namespace sim {

// Shortest decimal that reads back as the same double: 60000, 0.1, 1e+20.
std::string number_text(double value);
// A TOML basic string with its quotes.
std::string quoted(std::string_view text);
// A key as TOML writes it: bare where possible, else quoted.
std::string key_text(std::string_view key);
// The same for messages: control characters escaped, cut after 60 characters.
std::string shown_key(std::string_view key);
std::string shown_text(std::string_view text);
// "machine" and "press" give "machine.press"; an empty table gives the key alone.
std::string joined_path(std::string_view table, std::string_view key);
// Letters, digits, '_' and '-' only, at least one.
bool is_bare_key(std::string_view key);
// What stands there, for "expected … but found …": "the number 3", "a table".
std::string found_text(const Node& node);
// Any located value as one line of TOML.
std::string toml_text(const Node& node);

}  // namespace sim
