#include "sim/base/problem.h"

#include <algorithm>
#include <tuple>

#include "sim/base/counted.h"
#include "sim/base/printable.h"

namespace sim {
namespace {

auto place(const Problem& problem) { return std::tie(problem.mark.file, problem.mark.line, problem.mark.column); }

// Assumed: room for the longest list of names, and an end to a name of a megabyte.
constexpr std::size_t kLongestPart = 2000;

bool same(const Problem& a, const Problem& b) {
  return place(a) == place(b) && std::tie(a.problem, a.reason, a.hint) == std::tie(b.problem, b.reason, b.hint);
}

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_string(problem);
  }
  return text;
}

}  // namespace

std::string to_string(const Mark& mark) {
  std::string text = mark.file;
  if (mark.line <= 0) return text;
  if (!text.empty()) text += ':';
  text += std::to_string(mark.line);
  if (mark.column > 0) text += ':' + std::to_string(mark.column);
  return text;
}

std::string to_string(const Problem& problem) {
  std::string text = printable(to_string(problem.mark), kLongestPart);
  if (!text.empty()) text += ": ";
  text += printable(problem.problem, kLongestPart);
  if (!problem.reason.empty()) text += " (" + printable(problem.reason, kLongestPart) + ")";
  if (!problem.hint.empty()) text += ". " + printable(problem.hint, kLongestPart);
  return text;
}

void Problems::add(Mark mark, std::string problem, std::string reason, std::string hint) {
  if (list_.size() >= kMostKept) {
    ++left_out_;
    return;
  }
  list_.push_back({std::move(mark), std::move(problem), std::move(reason), std::move(hint)});
}

void Problems::raise() const {
  if (list_.empty()) return;
  std::vector<Problem> ordered = list_;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Problem& a, const Problem& b) { return place(a) < place(b); });
  // Equal places need not be neighbours of equal text, hence the look back over the whole place.
  std::vector<Problem> distinct;
  for (Problem& problem : ordered) {
    bool seen = false;
    for (auto it = distinct.rbegin(); it != distinct.rend() && place(*it) == place(problem) && !seen; ++it) {
      seen = same(*it, problem);
    }
    if (!seen) distinct.push_back(std::move(problem));
  }
  if (left_out_ > 0) {
    distinct.push_back({Mark{},
                        counted(left_out_, "more problem") + (left_out_ == 1 ? " is" : " are") + " not shown",
                        {},
                        "Mend these first"});
  }
  throw ConfigurationError(std::move(distinct));
}

ConfigurationError::ConfigurationError(std::vector<Problem> problems)
    : std::runtime_error(joined(problems)), problems_(std::move(problems)) {}

}  // namespace sim
