#include "sim/config/written_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "sim/base/elementary.h"
#include "sim/config/number.h"
#include "sim/config/text.h"

namespace sim {
namespace {

// Whatever the locale; nothing where more than a number stands there.
std::optional<double> parsed(std::string_view digits) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

double to_digits(double value, int digits) { return parsed(fmt::format("{:.{}g}", value, digits)).value_or(value); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Takes what is written at the front, blanks before it included.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  bool done() {
    skip_blanks();
    return rest_.empty();
  }
  bool take(std::string_view wanted) {
    skip_blanks();
    if (!rest_.starts_with(wanted)) return false;
    // Of a word, the whole.
    if (is_letter(wanted.back()) && rest_.size() > wanted.size() && is_letter(rest_[wanted.size()])) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  template <std::size_t N>
  bool take_one(const std::array<std::string_view, N>& words) {
    for (const std::string_view word : words)
      if (take(word)) return true;
    return false;
  }
  bool take_currency_code() {
    skip_blanks();
    std::size_t n = 0;
    while (n < rest_.size() && rest_[n] >= 'A' && rest_[n] <= 'Z') ++n;
    if (n != 3) return false;
    rest_.remove_prefix(n);
    return true;
  }
  // Digits with whatever may stand between them.
  std::string take_digits() {
    skip_blanks();
    std::string digits;
    while (!rest_.empty()) {
      const std::size_t blank = blank_length();
      const bool group = blank > 0 && rest_.size() > blank + 2 && is_digit(rest_[blank]) && !digits.empty();
      if (group) {
        digits += ' ';
        rest_.remove_prefix(blank);
      } else if (is_digit(rest_[0]) || ((rest_[0] == '.' || rest_[0] == ',' || rest_[0] == '\'' || rest_[0] == '_') &&
                                        rest_.size() > 1 && is_digit(rest_[1]))) {
        digits += rest_[0];
        rest_.remove_prefix(1);
      } else {
        break;
      }
    }
    return digits;
  }

 private:
  // Of a blank in front: ASCII, no-break, thin or narrow.
  std::size_t blank_length() const {
    for (const std::string_view blank : {" ", "\t", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF"})
      if (rest_.starts_with(blank)) return blank.size();
    return 0;
  }
  void skip_blanks() {
    while (const std::size_t length = blank_length()) rest_.remove_prefix(length);
  }

  std::string_view rest_;
};

// "10,000" in groups of three behind one to three digits.
bool is_grouped(std::string_view digits, char separator) {
  std::size_t group = 0, groups = 0;
  for (const char c : digits) {
    if (c != separator) {
      if (!is_digit(c)) return false;
      ++group;
      continue;
    }
    if (groups == 0 ? group < 1 || group > 3 : group != 3) return false;
    ++groups;
    group = 0;
  }
  return groups > 0 && group == 3 && digits[0] != '0';
}

std::string without(std::string digits, char separator) {
  std::erase(digits, separator);
  return digits;
}

// The digits as a plain number; `foreign`: more stands around them, so that a point need not be TOML's.
std::optional<std::string> plain_digits(const std::string& written, bool foreign) {
  std::string digits = written;
  for (const char separator : {' ', '\'', '_'}) {
    if (digits.find(separator) == std::string::npos) continue;
    const std::size_t mark = digits.find_first_of(".,");
    if (separator != '_' && !is_grouped(std::string_view(digits).substr(0, mark), separator)) return std::nullopt;
    digits = without(digits, separator);
    foreign = false;  // thousands are marked otherwise
  }
  const auto points = std::count(digits.begin(), digits.end(), '.'),
             commas = std::count(digits.begin(), digits.end(), ',');
  if (points > 0 && commas > 0) {
    const char last = digits[digits.find_last_of(".,")], other = last == '.' ? ',' : '.';
    const std::size_t mark = digits.rfind(last);
    if (digits.find(last) != mark || !is_grouped(std::string_view(digits).substr(0, mark), other)) return std::nullopt;
    digits = without(digits, other);
  } else if (points > 1 || commas > 1) {
    const char separator = points > 1 ? '.' : ',';
    if (!is_grouped(digits, separator)) return std::nullopt;
    digits = without(digits, separator);
  } else if (commas == 1 && is_grouped(digits, ',')) {
    digits = without(digits, ',');
  } else if (commas == 1 && digits.size() == digits.find(',') + 4 && !digits.starts_with("0,")) {
    return std::nullopt;  // "01,000", "1234,500": neither thousands nor quite a decimal
  } else if (points == 1 && foreign && is_grouped(digits, '.')) {
    return std::nullopt;  // thousands where the comma is the decimal mark
  }
  if (const std::size_t comma = digits.find(','); comma != std::string::npos) digits[comma] = '.';
  return digits;
}

constexpr std::array<std::string_view, 5> kCurrencySigns{"€", "$", "£", "¥", "₹"};
constexpr std::array<std::string_view, 6> kCurrencyWords{"euro", "euros", "Euro", "dollar", "dollars", "pounds"};
constexpr std::array<std::string_view, 3> kPercent{"%", "percent", "per cent"};
constexpr std::array<std::string_view, 15> kYearly{"a year",    "per year", "/year",  "/ year",    "/yr",
                                                   "/ yr",      "/y",       "yearly", "p.a.",      "p.a",
                                                   "per annum", "annually", "annual", "each year", "every year"};
constexpr std::array<std::string_view, 11> kMonthly{
    "a month", "per month", "/month", "/ month", "/mo", "/ mo", "/m", "monthly", "p.m.", "each month", "every month"};

bool take_money(Cursor& cursor) {
  return cursor.take_one(kCurrencySigns) || cursor.take_currency_code() || cursor.take_one(kCurrencyWords);
}

double take_multiple(Cursor& cursor) {
  if (cursor.take("k") || cursor.take("K") || cursor.take("thousand")) return 1e3;
  if (cursor.take("M") || cursor.take("mn") || cursor.take("million")) return 1e6;
  return 1.0;
}

void take_time(Cursor& cursor, WrittenNumber& number) {
  if (cursor.take_one(kYearly)) {
    number.per = WrittenNumber::Per::year;
  } else if (cursor.take_one(kMonthly)) {
    number.per = WrittenNumber::Per::month;
  } else if (cursor.take("months") || cursor.take("month")) {
    number.months = true;
  } else if (cursor.take("years") || cursor.take("year")) {
    number.years = true;
  }
}

// The number a month of one a year.
std::optional<NumberRemedy> from_year(const WrittenNumber& written, const Quantity& quantity) {
  const double p = written.value;
  const std::string said = written.percent ? number_text(100.0 * p) + " %" : number_text(p);
  if (quantity.unit.ends_with(" a month") && quantity.unit != "1 a month" && !written.percent)
    return NumberRemedy{to_digits(p / 12.0, 3),
                        fmt::format("{} a year is {} a month", said, number_text(to_digits(p / 12.0, 3)))};
  if (!(p >= 0.0 && p < 1.0)) return std::nullopt;
  if (quantity.yearly == Yearly::probability) {
    const double monthly = monthly_probability(p);
    return NumberRemedy{monthly, fmt::format("{} a year is {} a month, 1 − (1 − {})^(1/12)", said, number_text(monthly),
                                             number_text(p))};
  }
  if (quantity.yearly == Yearly::share_that_stays && p > 0.0) {
    const double monthly = to_digits(math::pow(p, 1.0 / 12.0), 3);
    return NumberRemedy{monthly,
                        fmt::format("{} a year is {} a month, {}^(1/12)", said, number_text(monthly), number_text(p))};
  }
  return std::nullopt;
}

bool fits(const WrittenNumber& written, const Quantity& quantity) {
  const std::string_view unit = quantity.unit;
  const bool share = unit == "1" || unit == "1 a month" || (unit.empty() && quantity.range.high <= 1.0);
  if (written.percent) return share && (written.per != WrittenNumber::Per::month || unit == "1 a month");
  if (written.money) return (unit == "currency" || unit.empty()) && written.per == WrittenNumber::Per::nothing;
  if (written.months || written.years) return unit == "months" || unit == "month";
  return written.per != WrittenNumber::Per::month || unit.ends_with("a month");
}

}  // namespace

std::optional<WrittenNumber> written_number(std::string_view text) {
  WrittenNumber number;
  Cursor cursor(text);
  double sign = 1.0;
  if (cursor.take("-") || cursor.take("−"))
    sign = -1.0;
  else
    cursor.take("+");
  number.money = take_money(cursor);
  const std::string written = cursor.take_digits();
  if (written.empty()) return std::nullopt;
  const double multiple = take_multiple(cursor);
  number.percent = cursor.take_one(kPercent);
  number.money = take_money(cursor) || number.money;
  const auto digits = plain_digits(written, number.money || multiple != 1.0 || !cursor.done());
  if (!digits) return std::nullopt;
  const std::optional<double> value = parsed(*digits);
  if (!value) return std::nullopt;
  // 7 % is 0.07, not 0.07000000000000001.
  number.value = to_digits(sign * multiple * *value * (number.percent ? 0.01 : 1.0), 15);
  take_time(cursor, number);
  const bool mixed = number.percent && (number.money || number.months || number.years);
  return cursor.done() && !mixed ? std::optional(number) : std::nullopt;
}

std::string toml_number(double value) {
  std::string text = number_text(value);
  if (text.find_first_not_of("-0123456789.") != std::string::npos) return text;
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t end = std::min(text.find('.'), text.size()); end > first + 3;) text.insert(end -= 3, "_");
  return text;
}

double monthly_probability(double yearly) { return to_digits(-math::expm1(math::log1p(-yearly) / 12.0), 3); }

std::optional<NumberRemedy> remedy_of(std::string_view text, const Quantity& quantity) {
  std::string plain(text);
  std::erase(plain, '_');
  std::optional<WrittenNumber> written = written_number(text);
  if (const auto number = parsed(plain)) written = WrittenNumber{*number};  // only the quotes are too many
  if (!written || !fits(*written, quantity)) return std::nullopt;
  std::optional<NumberRemedy> remedy = written->per == WrittenNumber::Per::year
                                           ? from_year(*written, quantity)
                                           : NumberRemedy{written->value * (written->years ? 12.0 : 1.0)};
  return remedy && quantity.whole && std::floor(remedy->value) != remedy->value ? std::nullopt : remedy;
}

}  // namespace sim
