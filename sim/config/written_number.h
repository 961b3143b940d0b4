// Numbers as people write them where TOML wants a plain one: "€10,000", "10 000", "1.5M", "5 %", "20 % a year".
//
// Promise: for remedies, hence right or nothing. A text with two readings has none: "€1.000" is one or a thousand,
// "5m" million or minutes. Deliberately no guess at currencies: their sign is left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/config/spec.h"

namespace sim {

struct WrittenNumber {
  enum class Per : unsigned char { nothing, month, year };
  double value = 0.0;  // of "5 %" 0.05
  bool percent = false;
  bool money = false;   // a currency stands with it
  bool months = false;  // "24 months"
  bool years = false;   // "2 years"
  Per per = Per::nothing;
};

std::optional<WrittenNumber> written_number(std::string_view text);

// "10_000": a number as TOML writes it, thousands apart.
std::string toml_number(double value);

// 0.0184: a probability of an end in a year as that of a month, 1 - (1 - p)^(1/12), to three digits.
double monthly_probability(double yearly);

// The number that a text stands for; with `why` where it is another than the one written. Nothing where the unit does
// not fit. It may be out of range.
struct NumberRemedy {
  double value = 0.0;
  std::string why{};  // "20 % a year is 0.0184 a month, 1 − (1 − 0.2)^(1/12)"
};
struct Quantity;
std::optional<NumberRemedy> remedy_of(std::string_view text, const Quantity& quantity);

}  // namespace sim
