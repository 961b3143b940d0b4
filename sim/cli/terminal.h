// What the user sees while a run lasts, on stderr: one line redrawn on a terminal, sparse lines
// elsewhere.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "sim/engine/runner.h"

namespace sim::cli {

class ProgressLine {
 public:
  // `note` stands behind every line: what a run is waiting for.
  explicit ProgressLine(bool quiet, std::string note = {});
  void show(const RunProgress& progress);
  void finish();  // clears the line on a terminal

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_;
  std::string note_;
  bool terminal_;
  Clock::time_point next_;
  int shown_tenth_ = 0;
  bool drawn_ = false;
};

// Both escape, line by line, what could move a cursor or reorder a text (sim/base/printable.h).
// Writes to stdout; a closed pipe is quiet, so is a terminal whose loss ended the run, any other failure an
// InputOutputError.
void print_result(const std::string& result);
// The same of a result's table: a failure says that the file is whole all the same. Empty path: there is none.
void print_table(const std::string& text, const std::filesystem::path& result);
void print_message(const std::string& text);  // a line on stderr

}  // namespace sim::cli
