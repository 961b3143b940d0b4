// What the user sees while a run lasts, on stderr: one line redrawn on a terminal, sparse lines
// elsewhere. And the flag that Ctrl-C and SIGTERM set.
#pragma once

#include <atomic>
#include <chrono>
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

// Set by the first SIGINT or SIGTERM; a second one ends the program at once.
const std::atomic<bool>& stop_requested();
void install_signal_handlers();

// Writes to stdout; a closed pipe is quiet, any other failure an InputOutputError.
void print_result(const std::string& text);
void print_message(const std::string& text);  // a line on stderr

}  // namespace sim::cli
