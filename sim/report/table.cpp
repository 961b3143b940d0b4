#include "sim/report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/printable.h"
#include "sim/base/problem.h"

namespace sim::report {
namespace {

std::string separated(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  std::size_t end = std::min(digits.find('.'), digits.size());
  while (end > first + 3) {
    end -= 3;
    digits.insert(end, ",");
  }
  return digits;
}

// `value` in steps of 10^exponent.
std::string in_steps(double value, int exponent) {
  if (exponent >= 0) {
    const double step = std::pow(10.0, exponent);
    return separated(fmt::format("{:.0f}", std::round(value / step) * step + 0.0));
  }
  std::string text = fmt::format("{:.{}f}", value, std::min(-exponent, 12));
  if (text.find_first_not_of("-0.") == std::string::npos && text.starts_with('-')) text.erase(0, 1);
  return separated(text);
}

int error_exponent(double error) { return static_cast<int>(std::floor(std::log10(error))) - 1; }

// Width on a terminal: code points, not bytes.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Format parse_format(const std::string& name) {
  if (name == "table") return Format::table;
  if (name == "csv") return Format::csv;
  if (name == "json") return Format::json;
  throw UsageError(fmt::format("--format {} is unknown. Use table, csv or json", name));
}

std::string rounded(double value, double error) {
  if (!std::isfinite(value)) return kNoFigure;
  constexpr double kRounding = 1e-9;  // of values that are all alike, sums keep an error by rounding: assumed
  if (!(error > kRounding * std::abs(value)) || !std::isfinite(error)) return plain(value);
  return in_steps(value, error_exponent(error));
}

std::string rounded_error(double error) {
  if (!std::isfinite(error)) return kNoFigure;
  if (!(error > 0.0)) return "0";
  return in_steps(error, error_exponent(error));
}

std::string plain(double value) {
  if (!std::isfinite(value)) return kNoFigure;
  if (value == std::round(value) && std::abs(value) < 1e15) return in_steps(value, 0);
  const double size = std::abs(value);
  const int digits = static_cast<int>(std::floor(std::log10(size)));
  return in_steps(value, std::min(0, digits - 5));
}

void TextTable::add(std::vector<std::string> row) {
  constexpr std::size_t kLongestCell = 1000;  // assumed: labels have up to 200 characters
  for (std::string& cell : row) cell = printable(cell, kLongestCell);
  rows_.push_back(std::move(row));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows_[r].size(); ++c) {
      const std::string padding(widths[c] - width(rows_[r][c]), ' ');
      const bool left = c < alignment_.size() && alignment_[c] == 'l';
      line += (c == 0 ? "" : "  ") + (left ? rows_[r][c] + padding : padding + rows_[r][c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    if (r == 0) {
      std::size_t total = 0;
      for (const std::size_t w : widths) total += w + 2;
      for (std::size_t i = 2; i < total; ++i) out += "─";
      out += "\n";
    }
  }
  return out;
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  return out + "\"";
}

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.0f} MB", bytes / 1e6);
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

std::string json_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace sim::report
