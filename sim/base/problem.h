// Errors a user can act on: what is wrong, why, what to do instead, and where.
//
// Grammar of a line:  <place>: <problem> (<reason>). <hint>
// Library code never prints and never exits: it collects Problems or throws one of the
// classes below, and sim/cli turns each class into an exit code.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sim {

// A place in a text; line and column count from 1, 0 means "the whole file".
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;
};

struct Problem {
  Mark mark;
  std::string problem;  // "machine.press: waer is not a parameter"
  std::string reason;   // "the range is 0 to 1"; may be empty
  std::string hint;     // "Did you mean close_rate?"; may be empty
};

std::string to_string(const Mark& mark);
// One line, whatever the names and values in it hold (printable.h).
std::string to_string(const Problem& problem);

// Collects all problems of one input, so that they are reported in one go. A text that is wrong
// throughout must not fill the memory: beyond kMostKept problems only their number is kept.
class Problems {
 public:
  static constexpr std::size_t kMostKept = 1000;  // assumed: more than anybody reads
  void add(Mark mark, std::string problem, std::string reason = {}, std::string hint = {});
  bool empty() const { return list_.empty(); }
  const std::vector<Problem>& list() const { return list_; }
  // Throws ConfigurationError holding everything collected, in order of place; else does nothing.
  void raise() const;

 private:
  std::vector<Problem> list_;
  std::size_t left_out_ = 0;
};

// Exit code 3: the scenario cannot be run as written.
class ConfigurationError : public std::runtime_error {
 public:
  explicit ConfigurationError(std::vector<Problem> problems);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// Exit code 2: the command line cannot be understood.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Exit code 5: a file cannot be read, written or trusted.
class InputOutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sim
