// The law of a user's own values: the quantile is an order statistic, x_(ceil(n u)), so that exactly the values given
// come back, all equally likely. They stand in the scenario, or in one column of a CSV file (RFC 4180 without line
// breaks inside quotes; comma, semicolon or tab).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "sim/base/read_file.h"
#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/quantile_form.h"

namespace sim::laws {
namespace {

constexpr std::size_t kMostValues = 10'000'000;           // assumed: more than anybody has deals
constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // the same, in bytes

std::vector<std::string> cells_of(const std::string& line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == separator && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

bool read_cell(std::string text, double& value) {
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t") + 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

class CsvColumn {
 public:
  CsvColumn(std::string name, std::string column) : name_(std::move(name)), column_(std::move(column)) {}

  std::vector<double> read(const std::filesystem::path& path) {
    std::string reason;
    const auto text = read_file(path.string(), kMostBytes, reason);
    if (!text)
      refuse("empirical: " + name_ + " cannot be read", reason + "; looked for at " + path.string(),
             "A relative name starts at the scenario's folder.");
    std::istringstream file(*text);
    std::string line;
    std::vector<double> values;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
      if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
      if (line.find_first_not_of(" \t\r,;") == std::string::npos) continue;
      if (first_) {
        first_ = false;
        if (read_header(line)) continue;
      }
      values.push_back(value_at(line, number));
      if (values.size() > kMostValues)
        refuse("empirical: " + name_ + " holds more than 10 million values", "at most so many are read",
               "Use a sample.");
    }
    if (text->size() == kMostBytes)
      refuse("empirical: " + name_ + " is longer than 1 GB", "at most so much is read", "Use a sample.");
    return values;
  }

 private:
  // True when the line was a header: it names the column, or its cell is no number.
  bool read_header(const std::string& line) {
    for (const char c : {',', ';', '\t'})
      if (line.find(c) != std::string::npos) {
        separator_ = c;
        break;
      }
    const auto cells = cells_of(line, separator_);
    double ignored = 0.0;
    if (column_.empty()) return !read_cell(cells[0], ignored);
    const auto found = std::find(cells.begin(), cells.end(), column_);
    if (found == cells.end()) {
      std::string all;
      for (const std::string& cell : cells) all += (all.empty() ? "" : ", ") + cell;
      refuse("empirical: " + name_ + " has no column " + column_, "its first line is " + all, "Name one of them.");
    }
    index_ = static_cast<std::size_t>(found - cells.begin());
    return true;
  }

  double value_at(const std::string& line, std::size_t number) const {
    const auto cells = cells_of(line, separator_);
    double value = 0.0;
    if (index_ >= cells.size() || !read_cell(cells[index_], value))
      refuse("empirical: " + name_ + ":" + std::to_string(number) + " holds no number",
             "found \"" + (index_ < cells.size() ? cells[index_] : std::string()) + "\"",
             "Write numbers with a point and without thousands separators.");
    return value;
  }

  std::string name_, column_;
  char separator_ = ',';
  std::size_t index_ = 0;
  bool first_ = true;
};

}  // namespace

Quantile make_empirical(const Law& law, Support) {
  const bool from_file = law.has("file");
  if (from_file == law.has("values"))
    refuse("empirical needs a file or values, and not both", "they are where the values come from",
           "Write { empirical = { file = \"deals.csv\" } }.");
  std::vector<double> values;
  if (from_file) {
    std::filesystem::path path = law.text("file");
    if (path.is_relative()) path = std::filesystem::path(law.mark.file).parent_path() / path;
    values = CsvColumn(law.text("file"), law.has("column") ? law.text("column") : "").read(path);
  } else {
    values = law.numbers("values");
  }
  if (values.empty()) refuse("empirical: there are no values", "a law needs at least one", "Give some.");
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  const double low = values.front(), high = values.back();
  if (low == high) return constant(low);
  const auto q = [values = std::move(values), n](Probability p) {
    return values[static_cast<std::size_t>(std::min(p.u * n, n - 1.0))];
  };
  return quantile_of(q, mean, low, high);
}

}  // namespace sim::laws
