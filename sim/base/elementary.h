// exp, log, log1p, expm1 and pow with the same bits on every x86-64 machine and compiler.
//
// A C library may change the last digit of exp or log from one version to the next; these functions are
// made of IEEE additions, multiplications, divisions and integer operations only, each correctly rounded, so a
// result depends on nothing but its argument (compile with -ffp-contract=off). Method: reduction of the
// argument as in Cody and Waite, Software Manual for the Elementary Functions (1980); then the Taylor
// series of exp, and of log through 2 atanh(f / (2 + f)), which need no table.
//
// Promise: exp and log within 1.5 units in the last place, log1p and expm1 within 2 (tested against long double);
// pow within 1e-14 relative while |log(x^y)| <= 200, 4e-14 beyond. exp saturates to 0 and infinity; log(0) is
// -infinity, the log of a negative number is NaN, NaN goes through. exp and log have no branch and no gather: a loop
// over an array vectorises (GCC 12 from AVX2 on, Clang 14 already with SSE2). All are constexpr.
//
// Not here: the sign of a zero result, floating-point exceptions, rounding modes other than to nearest,
// pow of a negative base (NaN), float32 versions (sim/lanes has its own).
#pragma once

#include <bit>
#include <cstdint>

namespace sim::math {
namespace detail {

// Adding 1.5 * 2^52 and taking it away again rounds |x| < 2^51 to an integer; in between, the low bits of the
// sum hold that integer.
inline constexpr double kRound = 0x1.8p52;
// log 2 = kLn2High + kLn2Low; the first has 32 trailing zero bits, so that k * kLn2High is exact for |k| < 2^20.
inline constexpr double kLn2High = 0x1.62e42feep-1;
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
inline constexpr double kLn2Inverse = 0x1.71547652b82fep+0;  // 1 / log 2
inline constexpr double kInfinite = std::bit_cast<double>(0x7ff0000000000000U);
inline constexpr double kNotANumber = std::bit_cast<double>(0x7ff8000000000000U);

// condition ? yes : no as a mask, because a compiler may turn a chain of conditions into jumps (GCC does), and
// then the loop around it is not vectorised.
constexpr double select(bool condition, double yes, double no) {
  const std::uint64_t mask = std::uint64_t{0} - static_cast<std::uint64_t>(condition);
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(yes) & mask) | (std::bit_cast<std::uint64_t>(no) & ~mask));
}

// 2^k for an integral k between -1022 and 1023.
constexpr double power_of_two(double k) {
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(k + kRound) + 1023U) << 52U);
}

constexpr double nearest_integer(double x) { return (x + kRound) - kRound; }

// x = k log 2 + r with integral k and |r| <= log(2) / 2.
struct ExpParts {
  double k;
  double r;
};

// The bounds lie beyond overflow (709.79) and below the smallest subnormal (-745.14); NaN passes.
constexpr ExpParts split_exponent(double x) {
  x = select(x < -746.0, -746.0, x);
  x = select(x > 710.0, 710.0, x);
  const double k = nearest_integer(x * kLn2Inverse);
  return {k, (x - k * kLn2High) - k * kLn2Low};
}

// exp(r) - 1 for |r| <= log(2) / 2: Taylor to r^13 (the rest is below 5e-18), in Estrin's order.
constexpr double expm1_reduced(double r) {
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double c2 = 1.0 / 2 + r * (1.0 / 6);
  const double c4 = 1.0 / 24 + r * (1.0 / 120);
  const double c6 = 1.0 / 720 + r * (1.0 / 5040);
  const double c8 = 1.0 / 40320 + r * (1.0 / 362880);
  const double c10 = 1.0 / 3628800 + r * (1.0 / 39916800);
  const double c12 = 1.0 / 479001600 + r * (1.0 / 6227020800);
  const double tail = (c2 + r2 * c4) + r4 * ((c6 + r2 * c8) + r4 * (c10 + r2 * c12));
  return r + r2 * tail;
}

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); square and product are the terms of
// log(1 + f) = f - (square - product): square = f^2 / 2, product = s (square + R), s = f / (2 + f),
// R = 2 atanh(s) / s - 2 = 2 s^2 / 3 + 2 s^4 / 5 + …, cut after s^20 (the rest is below 1e-18).
struct LogParts {
  double k;
  double f;
  double square;
  double product;
};

constexpr LogParts split_logarithm(double x) {
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcdU;
  constexpr std::uint64_t kOne = 0x3ff0000000000000U;
  const bool subnormal = x < 0x1p-1022;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x * select(subnormal, 0x1p54, 1.0)) + (kOne - kSqrtHalf);
  // The biased exponent as a double without an integer conversion, which AVX2 lacks for 64 bits.
  const double biased = std::bit_cast<double>((bits >> 52U) | 0x4330000000000000U) - 0x1p52;
  const double f = std::bit_cast<double>((bits & 0x000fffffffffffffU) + kSqrtHalf) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double c1 = 2.0 / 3 + z * (2.0 / 5);
  const double c3 = 2.0 / 7 + z * (2.0 / 9);
  const double c5 = 2.0 / 11 + z * (2.0 / 13);
  const double c7 = 2.0 / 15 + z * (2.0 / 17);
  const double c9 = 2.0 / 19 + z * (2.0 / 21);
  const double series = z * ((c1 + z2 * c3) + z4 * ((c5 + z2 * c7) + z4 * c9));
  const double square = 0.5 * f * f;
  return {biased - select(subnormal, 1077.0, 1023.0), f, square, s * (square + series)};
}

// The values of log outside (0, infinity); `inside` elsewhere.
constexpr double log_or_limit(double x, double inside) {
  double result = select(x < kInfinite, inside, x);  // infinity and NaN
  result = select(x < 0.0, kNotANumber, result);
  return select(x == 0.0, -kInfinite, result);
}

}  // namespace detail

constexpr double exp(double x) {
  const auto [k, r] = detail::split_exponent(x);
  // Two factors, because 2^k alone overflows at 1024 and is subnormal below -1022.
  const double half = detail::nearest_integer(0.5 * k);
  return ((1.0 + detail::expm1_reduced(r)) * detail::power_of_two(half)) * detail::power_of_two(k - half);
}

constexpr double log(double x) {
  const detail::LogParts parts = detail::split_logarithm(x);
  const double low = parts.product + parts.k * detail::kLn2Low;
  return detail::log_or_limit(x, parts.k * detail::kLn2High - ((parts.square - low) - parts.f));
}

// log(1 + x): the rounding error of 1 + x is known exactly and given back to first order.
constexpr double log1p(double x) {
  const double sum = 1.0 + x;
  const bool correct = sum > 0.0 && sum < 0x1p54;
  const double error = correct ? x - (sum - 1.0) : 0.0;
  return log(sum) + error / (correct ? sum : 1.0);
}

// exp(x) - 1 = 2^k (exp(r) - 1) + (2^k - 1).
constexpr double expm1(double x) {
  const auto [k, r] = detail::split_exponent(x);
  const double bounded = k < -60.0 ? -60.0 : (k > 60.0 ? 60.0 : k);
  const double scale = detail::power_of_two(bounded);
  return k > 60.0 ? exp(x) : scale * detail::expm1_reduced(r) + (scale - 1.0);
}

// x^y = exp(y log x), with log x and the product carried as sums of two doubles (Dekker 1971).
constexpr double pow(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (!(x > 0.0) || x == detail::kInfinite) {
    if (x == 0.0 || x == detail::kInfinite) return (x == 0.0) == (y > 0.0) ? 0.0 : detail::kInfinite;
    return detail::kNotANumber;
  }
  // Beyond 1e20 every x but 1 has over- or underflowed; the bound keeps the splitting below from overflowing.
  y = y < -1e20 ? -1e20 : (y > 1e20 ? 1e20 : y);
  const detail::LogParts parts = detail::split_logarithm(x);
  const double whole = parts.k * detail::kLn2High;  // exact
  const double sum = whole + parts.f;
  const double part = sum - whole;
  const double lost = (whole - (sum - part)) + (parts.f - part);
  const double rest = lost - (parts.square - (parts.product + parts.k * detail::kLn2Low));
  const double high = sum + rest;
  const double low = rest - (high - sum);

  constexpr double kSplit = 0x1p27 + 1.0;  // cuts 53 bits into 26 and 27 (Veltkamp)
  const double high_1 = kSplit * high - (kSplit * high - high);
  const double high_2 = high - high_1;
  const double y_1 = kSplit * y - (kSplit * y - y);
  const double y_2 = y - y_1;
  const double product = y * high;
  const double error = ((y_1 * high_1 - product) + y_1 * high_2 + y_2 * high_1) + y_2 * high_2;
  const double result = exp(product);
  const bool ordinary = product > -746.0 && product < 710.0;
  return ordinary ? result * (1.0 + (error + y * low)) : result;
}

}  // namespace sim::math
