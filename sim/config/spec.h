// What may be written in a scenario: one ParameterSpec for each key, written once, from which
// validation, `describe`, `check` and the reference are all made. Specs are constants that the
// processes of a model own (engine/process.h); this header knows no parameter by name.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim {

// How often a value is drawn: never, once a replication (parameter uncertainty), or per event (luck).
enum class Frequency : std::uint8_t { constant, once_a_replication, per_event };

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Range {
  double low = -kInfinity;
  double high = kInfinity;
  bool open_low = false;   // low itself is excluded
  bool open_high = false;  // high itself is excluded
  // The end is as much as can be simulated, not as much as can be: a law through percentiles is open there.
  bool limit_low = false;
  bool limit_high = false;
};

// Amounts, which nothing bounds above, and what may be negative as well, as far as they can be simulated.
constexpr Range up_to(double most) { return {.low = 0.0, .high = most, .limit_high = true}; }
constexpr Range either_way(double most) { return {.low = -most, .high = most, .limit_low = true, .limit_high = true}; }
// What is drawn where a number is only an argument of the law: the shape of how good a machine turns out.
struct DrawnBy {
  std::string_view how_often{};  // "once a replication"; empty: nothing is drawn by it
  std::string_view law{};        // "gamma(mean 1, shape {})", with the number in place of {}
};

// One argument of a law: { lognormal = { mean = 2_000, cv = 0.6 } } has "mean" and "cv".
struct ArgumentSpec {
  enum class Kind : std::uint8_t { number, numbers, text };
  std::string_view name;
  Range range{};
  std::string_view doc{};
  Kind kind = Kind::number;
  bool required = true;
  double fallback = 0.0;  // used when not required and not given
  DrawnBy drawn{};
};

// A named law with its arguments: a distribution family, a lifetime law, a duration law.
// Written { name = { argument = value, … } }, or { name = value } for the first argument alone,
// or, when `flat`, with the arguments as keys of the outer table: { p10 = 3, p50 = 6, p90 = 12 }.
struct LawSpec {
  std::string_view name;
  std::span<const ArgumentSpec> arguments;
  std::string_view doc;
  bool flat = false;
  std::string_view example{};    // where required arguments alone do not make one
  std::string_view how_often{};  // it is drawn; empty: as its parameter says; kNeverDrawn: it is a fixed law
};
inline constexpr std::string_view kNeverDrawn = "never";

struct Law;
// What ties the arguments of a law together, and to the range of its parameter: empty when all is
// well, else "problem (reason). hint".
using LawCheck = std::string (*)(const Law&, const Range&);
// What a value means to a reader of it, "half end within 3.1 months"; may be empty.
using LawMeaning = std::string (*)(const Law&);

// How a text must be written, and what people mean by texts that are written otherwise.
struct TextForm {
  std::string_view noun;     // "month"
  std::string_view example;  // "2026-09"
  // The text as it must be, the same where it is so already; nothing where it could mean several or none.
  std::optional<std::string> (*meant)(std::string_view text);
};

// What a share p a year is a month: 1 - (1 - p)^(1/12) where it is the probability of an end or event, p^(1/12) where
// it is the share that stays.
enum class Yearly : std::uint8_t { unknown, probability, share_that_stays };

enum class Kind : std::uint8_t {
  number,      // a double, or one of `laws` where the spec has some
  integer,     // a whole number
  boolean,     // true or false
  text,        // any string
  choice,      // a string out of `choices`
  numbers,     // an array of numbers
  texts,       // an array of strings
  number_map,  // a table of numbers under free keys: to = { recession = 0.02 }
  tree,        // any TOML value: the owning process reads the located node itself
};

struct ParameterSpec {
  std::string_view path;  // "machine.*.wear"; '*' stands for exactly one id
  Kind kind = Kind::number;
  std::string_view unit{};                     // "leads a month", "currency", "1" for a pure number
  Range range{};                               // of a number, an integer, or each element
  Range usual{};                               // outside, a note asks whether the unit was meant
  double fallback = 0.0;                       // default of number, integer and boolean (0 or 1)
  std::string_view fallback_text{};            // default of text and choice
  bool required = false;                       // must be given whenever its table is
  Frequency frequency = Frequency::constant;   // how often a law given here is drawn
  std::span<const LawSpec> laws{};             // laws accepted beside a plain number
  LawCheck check = nullptr;                    // of a law whose arguments are each in range
  std::span<const ArgumentSpec> companions{};  // optional arguments that may stand beside any law
  std::span<const std::string_view> choices{};
  std::string_view doc{};     // one line
  std::string_view source{};  // of the default: seed, literature, practitioner, assumption, neutral
  // What must be present for the key to have an effect: a table ("health") or a value ("firm.cash").
  std::string_view needs{};
  const TextForm* form = nullptr;   // of a text that is not free
  Yearly yearly = Yearly::unknown;  // for remedies: "20 % a year"
  DrawnBy drawn{};                  // by a plain number
  LawMeaning meaning = nullptr;     // of a number or law, for `check`
  // As --vary or --set take it: messages show that of the first key that has one for its kind (spec_tree.h).
  std::string_view example{};
};

// What every table with a name takes: "shock.*.label" and "shock.*.enabled".
constexpr ParameterSpec label_spec(std::string_view path) {
  return {.path = path, .kind = Kind::text, .doc = "what figures and tables call it", .source = "neutral"};
}
constexpr ParameterSpec enabled_spec(std::string_view path, std::string_view example = {}) {
  return {.path = path,
          .kind = Kind::boolean,
          .fallback = 1.0,
          .doc = "false leaves it out",
          .source = "neutral",
          .example = example};
}

}  // namespace sim
