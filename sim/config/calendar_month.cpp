#include "sim/config/calendar_month.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace sim {
namespace {

// Runs of digits and runs of letters; what stands between them only parts them.
std::vector<std::string> parts_of(std::string_view text) {
  const auto kind = [](char c) { return c >= '0' && c <= '9' ? 1 : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? 2 : 0; };
  std::vector<std::string> parts;
  int before = 0;
  for (const char c : text) {
    const int now = kind(c);
    if (now != 0 && now != before) parts.emplace_back();
    if (now != 0) parts.back() += now == 2 ? static_cast<char>(c | 0x20) : c;
    before = now;
  }
  return parts;
}

int month_named(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames{"january",   "february", "march",    "april",
                                                    "may",       "june",     "july",     "august",
                                                    "september", "october",  "november", "december"};
  for (std::size_t m = 0; m < kNames.size() && name.size() >= 3; ++m)
    if (kNames[m].starts_with(name)) return static_cast<int>(m) + 1;
  return 0;
}

std::optional<std::string> month_text(const std::string& year, int month) {
  if (year.size() != 4 || month < 1 || month > 12) return std::nullopt;
  return fmt::format("{}-{:02}", year, month);
}

bool is_number(std::string_view part) { return part.front() <= '9'; }
int small_number(const std::string& part) { return is_number(part) && part.size() <= 2 ? std::stoi(part) : 0; }

std::optional<std::string> meant_month(std::string_view text) {
  const std::vector<std::string> parts = parts_of(text);
  if (parts.empty()) return std::nullopt;
  const std::string& first = parts[0];
  if (parts.size() == 1 && first.size() == 6 && is_number(first))
    return month_text(first.substr(0, 4), std::stoi(first.substr(4)));
  if (parts.size() == 2) {
    const std::string& second = parts[1];
    if (!is_number(first)) return month_text(second, month_named(first));
    if (!is_number(second)) return month_text(first, month_named(second));
    return first.size() == 4 ? month_text(first, small_number(second)) : month_text(second, small_number(first));
  }
  // A whole date begins with its year; in others the day and the month could be either.
  if (parts.size() >= 3 && is_number(first) && is_number(parts[1])) return month_text(first, small_number(parts[1]));
  return std::nullopt;
}

}  // namespace

const TextForm kCalendarMonth{"month", "2026-09", meant_month};

}  // namespace sim
