// The law of a user's own values: the quantile is an order statistic, x_(ceil(n u)), so that exactly the values given
// come back, all equally likely. They stand in the scenario, or in one column of a CSV file (csv.h), with a header or,
// where it has one column only, without.
#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/base/printable.h"
#include "sim/base/read_file.h"
#include "sim/rng/csv.h"
#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/quantile_form.h"

namespace sim::laws {
namespace {

constexpr std::size_t kMostValues = 10'000'000;           // assumed: more than anybody has observed
constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // assumed: 100 bytes a value

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t") + 1);
  return text;
}

bool read_number(const std::string& field, double& value) {
  const std::string text = trimmed(field);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

std::filesystem::path path_of(const std::string& name, const std::string& scenario) {
  const std::filesystem::path path = name;
  return path.is_relative() ? std::filesystem::path(scenario).parent_path() / path : path;
}

std::string content_of(const std::string& name, const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    refuse("empirical: " + name + " is no file", path.string() + " is a folder, a pipe or a device",
           "Name a CSV file: it is read more than once.");
  std::string reason;
  auto text = read_file(path.string(), kMostBytes, reason);
  if (!text)
    refuse("empirical: " + name + " cannot be read", reason + "; looked for at " + path.string(),
           "A relative name starts at the scenario's folder.");
  if (text->size() == kMostBytes)
    refuse("empirical: " + name + " is longer than 1 GiB", "at most so much is read", "Use a sample.");
  return std::move(*text);
}

class CsvColumn {
 public:
  CsvColumn(const std::string& name, std::string column, std::string text)
      : name_(name), column_(std::move(column)), csv_(name, std::move(text)) {}

  std::vector<double> read() {
    std::vector<double> values;
    if (!csv_.next()) refuse("empirical: " + name_ + " is empty", "there are no values in it", "Write some into it.");
    if (!read_header()) values.push_back(value());
    while (csv_.next()) {
      values.push_back(value());
      if (values.size() > kMostValues)
        refuse("empirical: " + name_ + " holds more than 10 million values", "at most so many are read",
               "Use a sample.");
    }
    if (values.empty())
      refuse("empirical: " + name_ + " has a header and no values", "its only line is " + header_,
             "Write values below it.");
    return values;
  }

 private:
  // True when the first record is a header: it names the column, or its field is no number.
  bool read_header() {
    double ignored = 0.0;
    const std::vector<std::string>& names = csv_.fields();
    for (const std::string& name : names) header_ += (header_.empty() ? "" : ", ") + printable(trimmed(name), 60);
    if (column_.empty()) {
      const bool is_header = !read_number(names[0], ignored);
      if (!is_header && names.size() > 1)
        refuse("empirical: " + csv_.place() + " has " + std::to_string(names.size()) + " fields and no header",
               "which of them holds the values?",
               "Write numbers with a decimal point, or put a header above and name its column.");
      return is_header;
    }
    const auto is_it = [this](const std::string& name) { return trimmed(name) == column_; };
    const auto found = std::find_if(names.begin(), names.end(), is_it);
    if (found == names.end())
      refuse("empirical: " + name_ + " has no column " + column_, "its first line is " + header_, "Name one of them.");
    if (std::find_if(found + 1, names.end(), is_it) != names.end())
      refuse("empirical: " + name_ + " has two columns " + column_, "its first line is " + header_, "Rename one.");
    index_ = static_cast<std::size_t>(found - names.begin());
    return true;
  }

  double value() const {
    const std::string& field = csv_.fields()[index_];
    double value = 0.0;
    if (read_number(field, value)) return value;
    if (trimmed(field).empty())
      refuse("empirical: " + csv_.place() + " holds no number", "the field is empty",
             "Leave the line out, or write a number.");
    refuse("empirical: " + csv_.place() + " holds no number", "found \"" + printable(field, 60) + "\"",
           "Write numbers with a decimal point and without thousands separators or units, as in 1234.5.");
  }

  std::string name_, column_;
  CsvText csv_;
  std::string header_;  // or what stands in its place
  std::size_t index_ = 0;
};

}  // namespace

Quantile make_empirical(const Law& law, Support) {
  const bool from_file = law.has("file");
  if (from_file == law.has("values"))
    refuse("empirical needs a file or values, and not both", "they are where the values come from",
           "Write { empirical = { file = \"values.csv\" } }.");
  std::vector<double> values;
  if (from_file) {
    const std::string& name = law.text("file");
    const std::string column = law.has("column") ? law.text("column") : "";
    values = CsvColumn(name, column, content_of(name, path_of(name, law.mark.file))).read();
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

namespace sim {

std::string digest_of_values(const std::string& name, const std::string& scenario) {
  try {
    const std::string content = laws::content_of(name, laws::path_of(name, scenario));
    const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  } catch (const std::invalid_argument&) {
    return {};  // whoever draws by it says why
  }
}

}  // namespace sim
