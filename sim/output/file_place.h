// Where a file really lies, and that it is one. Results, journals, shards and logs are regular files: a device would be
// replaced by a file, a pipe would hang, and neither can be read again.
#pragma once

#include <filesystem>
#include <string>

#include "sim/base/problem.h"

namespace sim::output {

// There is something else than a file at the place, or no file can be made there; no failure of the disk.
class NoFilePlace : public InputOutputError {
 public:
  using InputOutputError::InputOutputError;
};

// "a device", "a named pipe", "a socket", "a folder" when that is at the path, symbolic links followed; empty when it
// is a file, or nothing. Opens nothing.
std::string what_else(const std::filesystem::path& path);

// The path, or where it leads to when it is a symbolic link: there a file is written, beside it its journal, and the
// link stays. A link may lead to a file that is not there yet, though not to a folder that is not there: that is what
// is left of a disk that is not mounted. Throws NoFilePlace for those, for circles, and for what is no file.
std::filesystem::path file_place(const std::filesystem::path& path);

}  // namespace sim::output
