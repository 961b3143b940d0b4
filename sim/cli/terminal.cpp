#include "sim/cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/base/printable.h"
#include "sim/base/problem.h"
#include "sim/cli/process.h"
#include "sim/report/table.h"

namespace sim::cli {

using report::plain;

namespace {

std::string duration(double seconds) {
  if (seconds < 10.0) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120.0) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.1f} h", seconds / 3600.0);
}

}  // namespace

ProgressLine::ProgressLine(bool quiet, std::string note)
    : quiet_(quiet),
      note_(note.empty() ? "" : "; " + note),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + std::chrono::milliseconds(300)) {}

void ProgressLine::show(const RunProgress& p) {
  if (quiet_ || p.done == p.earlier || p.total == 0) return;
  const auto now = Clock::now();
  if (now < next_) return;
  const double share = static_cast<double>(p.done) / static_cast<double>(p.total);
  const std::string line = fmt::format("{:3.0f} %  {} of {} replications, {} left", 100.0 * share,
                                       plain(static_cast<double>(p.done)), plain(static_cast<double>(p.total)),
                                       duration(p.seconds * static_cast<double>(p.total - p.done) /
                                                static_cast<double>(p.done - p.earlier))) +
                           note_;
  if (terminal_) {
    next_ = now + std::chrono::milliseconds(100);
    std::fputs(("\r" + line + "\033[K").c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
    return;
  }
  const int tenth = static_cast<int>(share * 10.0);
  if (tenth <= shown_tenth_ || tenth >= 10) return;
  shown_tenth_ = tenth;
  next_ = now + std::chrono::seconds(1);
  print_message(line);
}

void ProgressLine::finish() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

void print_result(const std::string& result) {
  const std::string text = printable_lines(result);
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  const bool terminal_is_lost = errno == EIO && stop_requested();
  if (errno != EPIPE && !terminal_is_lost)
    throw InputOutputError(fmt::format("standard output: cannot write ({})", std::strerror(errno)));
  std::clearerr(stdout);
}

void print_table(const std::string& text, const std::filesystem::path& result) {
  try {
    print_result(text);
  } catch (const InputOutputError& error) {
    if (result.empty()) throw;
    throw InputOutputError(fmt::format("{}. {} is written: partnersim summary {} shows its table", error.what(),
                                       result.string(), result.string()));
  }
}

void print_message(const std::string& text) { std::fputs((printable_lines(text) + "\n").c_str(), stderr); }

}  // namespace sim::cli
