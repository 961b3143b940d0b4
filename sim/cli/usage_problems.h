// What is wrong with the options of a command, told at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/base/problem.h"

namespace sim::cli {

class UsageProblems {
 public:
  void add(std::string problem) { list_.push_back(std::move(problem)); }
  bool empty() const { return list_.empty(); }
  // Throws UsageError when there are some, with what is wrong besides behind them, a line each.
  void raise(const std::string& besides = {}) const {
    if (list_.empty()) return;
    std::string text;
    for (const std::string& problem : list_) text += (text.empty() ? "" : "\n") + problem;
    throw UsageError(besides.empty() ? text : text + "\n" + besides);
  }

 private:
  std::vector<std::string> list_;
};

}  // namespace sim::cli
