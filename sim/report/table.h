// Text tables, CSV and JSON of summaries. Numbers ignore the locale.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/counted.h"

namespace sim::report {

enum class Format { table, csv, json };
Format parse_format(const std::string& name);

inline constexpr const char* kNoFigure = "–";  // what stands where there is none

// "7,386,000" for 7385982.6 with error 1,800: rounded to two digits of its error, thousands separated.
std::string rounded(double value, double error);
// The error itself, to two digits.
std::string rounded_error(double error);
// A plain number for a table without an error: at most six significant digits.
std::string plain(double value);
// "5.8 MB", for forecasts.
std::string bytes_text(double bytes);

// Columns as wide as their widest cell, each cell on one line (sim/base/printable.h). `alignment` has an 'l' or 'r' for
// each column; columns beyond it, and all but the first without it, stand to the right, where numbers belong.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header, std::string alignment = "l")
      : alignment_(std::move(alignment)), rows_{std::move(header)} {}
  void add(std::vector<std::string> row);
  std::string text() const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

std::string json_text(const std::string& text);  // quoted and escaped
std::string json_number(double value);           // null when not finite
std::string csv_text(const std::string& text);

}  // namespace sim::report
