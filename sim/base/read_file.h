// A whole text, from a file, a pipe or standard input: scenarios, and the data they name.
//
// Promise: an error is never taken for an end, and nobody is waited for who does not come: a named pipe that no process
// writes to is refused after a second. One that a process holds open is waited for, as in `check <(make_scenario)`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace sim {

// Up to `most` bytes, so that an endless file ends too; nothing, and the reason ("it is a folder"), when it cannot be
// read.
std::optional<std::string> read_file(const std::string& path, std::size_t most, std::string& reason);
std::optional<std::string> read_standard_input(std::size_t most, std::string& reason);

}  // namespace sim
