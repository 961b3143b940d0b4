// models/whole_months.h: many months at once are those of each word, for every law, horizon and instruction set; and
// the months of a word are the inversion of its law.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "models/whole_months.h"
#include "sim/rng/draws.h"

namespace {

using partnersim::WholeMonths;

struct Example {
  std::string name;
  WholeMonths months;
};

// Short and long tails: thresholds closer than a slice of the guide, one a slice, and many in the first slice.
std::vector<Example> examples(int horizon) {
  const auto law = [](const char* name, const char* first, double a, const char* second = nullptr, double b = 0.0) {
    sim::Law made{name, {{first, a}}, {}};
    if (second != nullptr) made.arguments.emplace_back(second, b);
    return made;
  };
  return {
      {"geometric lag of mean 0.05", WholeMonths::lag(law("geometric", "mean", 0.05), horizon)},
      {"geometric lag of mean 2", WholeMonths::lag(law("geometric", "mean", 2.0), horizon)},
      {"geometric lag of mean 500", WholeMonths::lag(law("geometric", "mean", 500.0), horizon)},
      {"negative binomial lag", WholeMonths::lag(law("negative_binomial", "mean", 3.0, "shape", 0.3), horizon)},
      {"gamma lag", WholeMonths::lag(law("gamma", "mean", 30.0, "cv", 0.01), horizon)},
      {"lognormal lag", WholeMonths::lag(law("lognormal", "mean", 2.0, "cv", 5.0), horizon)},
      {"geometric duration", WholeMonths::duration(law("geometric", "mean", 4.0), horizon)},
      {"life of a customer", WholeMonths::retained(0.999, horizon)},
  };
}

std::vector<std::uint32_t> words() {
  std::vector<std::uint32_t> all{0,          1,          0x00ffffff, 0x01000000, 0x01ffffff,
                                 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  std::mt19937_64 engine{5};
  while (all.size() < 3000) {
    const auto word = static_cast<std::uint32_t>(engine() >> 32U);
    all.push_back(engine() % 4 == 0 ? word >> 9U : word);  // a quarter of them in the tail
  }
  return all;
}

}  // namespace

TEST_CASE("months of many words are those of each, on all instruction sets") {
  const std::vector<std::uint32_t> all = words();
  for (const int horizon : {1, 12, 36, 600})
    for (const Example& example : examples(horizon)) {
      if (example.months.is_constant()) continue;  // takes no words
      CAPTURE(horizon);
      CAPTURE(example.name);
      for (const sim::Isa isa : sim::available_isas())
        for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{17}, all.size()}) {
          std::vector<std::uint32_t> months(n);
          example.months.fill(isa, all.data(), n, months.data());
          bool same = true;
          for (std::size_t i = 0; i < n; ++i) same = same && months[i] == example.months(all[i]);
          CHECK(same);
        }
    }
}

TEST_CASE("the months of a word are the number of survival probabilities above it") {
  for (const int horizon : {1, 12, 36, 600})
    for (const Example& example : examples(horizon)) {
      if (example.months.is_constant()) continue;
      CAPTURE(horizon);
      CAPTURE(example.name);
      bool same = true;
      for (const std::uint32_t word : words()) {
        std::uint32_t months = 0;
        while (static_cast<int>(months) <= horizon && sim::coin(word) < sim::threshold(example.months.exceeds(months)))
          ++months;
        same = same && example.months(word) == months;
      }
      CHECK(same);
    }
}
