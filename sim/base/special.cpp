#include "sim/base/special.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "sim/base/elementary.h"

namespace sim {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;      // log(2 pi) / 2
constexpr double kTwoPi = 6.28318530717958647693;             // 2 pi
constexpr double kInverseSqrtTwoPi = 0.39894228040143267794;  // 1 / sqrt(2 pi)
constexpr double kOneMinusEuler = 0.42278433509846713939;     // 1 - Euler's constant
constexpr double kRelativeStop = 0x1p-54;                     // half a unit in the last place of 1
constexpr double kTiny = 1e-290;                              // stands for 0 in Lentz's method
// Both continued fractions and the series need about 10 sqrt(parameter) terms; a stop for absurd arguments.
constexpr int kMostTerms = 10'000'000;

double magnitude(double x) { return x < 0.0 ? -x : x; }

// c[0] + c[1] x + c[2] x^2 + …
double polynomial(std::span<const double> c, double x) {
  double sum = 0.0;
  for (std::size_t i = c.size(); i-- > 0;) sum = sum * x + c[i];
  return sum;
}

// log Gamma(2 + d) for |d| <= 1/2: d (1 - Euler) + sum over k >= 2 of (-d)^k (zeta(k) - 1) / k.
double log_gamma_near_two(double d) {
  // zeta(k) - 1 for k = 2 … 28 (Abramowitz and Stegun, table 23.3; more digits by direct summation).
  static constexpr std::array<double, 27> kZetaLessOne = {
      0.64493406684822643647,     0.2020569031595942854,      0.082323233711138191516,    0.036927755143369926331,
      0.017343061984449139715,    0.0083492773819228268398,   0.0040773561979443393787,   0.0020083928260822144179,
      0.00099457512781808533715,  0.0004941886041194645587,   0.00024608655330804829864,  0.00012271334757848914675,
      0.000061248135058704829259, 0.000030588236307020493552, 0.000015282259408651871733, 7.6371976378997622736e-6,
      3.8172932649998398565e-6,   1.9082127165539389257e-6,   9.5396203387279611315e-7,   4.7693298678780646312e-7,
      2.3845050272773299e-7,      1.1921992596531107307e-7,   5.9608189051259479612e-8,   2.9803503514652280186e-8,
      1.4901554828365041235e-8,   7.450711789835429492e-9,    3.7253340247884570548e-9};
  double sum = 0.0;
  for (std::size_t i = kZetaLessOne.size(); i-- > 0;) {
    const double order = static_cast<double>(i + 2);
    sum = -d * (sum + kZetaLessOne[i] / order);
  }
  return d * (kOneMinusEuler - sum);
}

// delta(x) = log Gamma(x + 1) - (x + 1/2) log x + x - log(2 pi) / 2, x > 0.
double stirling_error(double x) {
  if (x < 1.0) return log_gamma(x + 1.0) - (x + 0.5) * math::log(x) + x - kHalfLogTwoPi;
  double shift = 0.0;
  for (; x < 10.0; x += 1.0) shift += (x + 0.5) * math::log1p(1.0 / x) - 1.0;  // delta(x) - delta(x + 1)
  // B(2k) / (2k (2k - 1)), k = 1 … 8; the next term is below 2e-17 for x >= 10.
  static constexpr std::array<double, 8> kStirling = {1.0 / 12,   -1.0 / 360,        1.0 / 1260, -1.0 / 1680,
                                                      1.0 / 1188, -691.0 / 360360.0, 1.0 / 156,  -3617.0 / 122400.0};
  return shift + polynomial(kStirling, 1.0 / (x * x)) / x;
}

// x log(x / m) + m - x, without cancellation when x is near m (Loader's bd0). The difference x - m is
// an argument of its own because callers know it better than m.
double deviance(double x, double m, double difference) {
  if (magnitude(difference) >= 0.1 * (x + m)) {
    return (m > 0.5 * x ? -x * math::log1p(-difference / x) : x * math::log(x / m)) - difference;
  }
  const double v = difference / (x + m);
  double sum = difference * v;
  double term = 2.0 * x * v;
  for (int j = 1; j < 100; ++j) {
    term *= v * v;
    const double next = sum + term / (2 * j + 1);
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

// x^a (1-x)^b / B(a, b) with y = 1 - x.
double beta_factor(double a, double b, double x, double y) {
  const double n = a + b;
  const double difference = a * y - b * x;  // a - n x, and b - n y with the other sign
  const double exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x, difference) -
                          deviance(b, n * y, -difference);
  return math::exp(exponent) * std::sqrt(a * (b / (kTwoPi * n)));
}

// x^a exp(-x) / Gamma(a).
double gamma_factor(double a, double x) {
  return math::exp(-stirling_error(a) - deviance(a, x, a - x)) * std::sqrt(a / kTwoPi);
}

double away_from_zero(double x) { return magnitude(x) < kTiny ? kTiny : x; }

// I_x(a, b) = factor / (b_0 + a_1 / (b_1 + a_2 / (b_2 + …))), Didonato and Morris (1992), equation 9: the even
// part of DLMF 8.17.22, which does not cancel for x near 1. Fast for x < (a + 1) / (a + b + 2); y = 1 - x.
double beta_fraction(double a, double b, double x, double y) {
  const double difference = a * y - b * x;
  double c = away_from_zero(a * (difference + 1.0) / (a + 1.0));
  double d = 0.0;
  double product = c;
  for (int i = 1; i < kMostTerms; ++i) {
    const double m = i;
    const double before = a + 2.0 * m - 1.0;
    const double step = m * (b - m) * x / before;
    const double numerator = (a + m - 1.0) * (a + b + m - 1.0) / before * step * x;
    const double denominator = m + step + (a + m) * (difference + 1.0 + m * (1.0 + y)) / (a + 2.0 * m + 1.0);
    d = 1.0 / away_from_zero(denominator + numerator * d);
    c = away_from_zero(denominator + numerator / c);
    const double factor = d * c;
    product *= factor;
    if (magnitude(factor - 1.0) <= 2.0 * kRelativeStop) break;
  }
  return product;
}

struct Tails {
  double lower;
  double upper;
};

Tails beta_tails(double a, double b, double x) {
  if (!(a > 0.0 && b > 0.0 && x >= 0.0 && x <= 1.0)) return {math::detail::kNotANumber, math::detail::kNotANumber};
  if (x == 0.0) return {0.0, 1.0};
  if (x == 1.0) return {1.0, 0.0};
  const double y = 1.0 - x;
  const double factor = beta_factor(a, b, x, y);
  if (x < (a + 1.0) / (a + b + 2.0)) {
    const double lower = factor / beta_fraction(a, b, x, y);
    return {lower, 1.0 - lower};
  }
  const double upper = factor / beta_fraction(b, a, y, x);
  return {1.0 - upper, upper};
}

// Gamma(a, x) x^-a e^x = 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - …)), DLMF 8.9.2.
double gamma_fraction(double a, double x) {
  double b = x + 1.0 - a;
  double c = 1.0 / kTiny;
  double d = 1.0 / away_from_zero(b);
  double product = d;
  for (int i = 1; i < kMostTerms; ++i) {
    const double numerator = -i * (i - a);
    b += 2.0;
    d = 1.0 / away_from_zero(b + numerator * d);
    c = away_from_zero(b + numerator / c);
    const double factor = d * c;
    product *= factor;
    if (magnitude(factor - 1.0) <= 2.0 * kRelativeStop) break;
  }
  return product;
}

Tails gamma_tails(double a, double x) {
  if (!(a > 0.0 && x >= 0.0)) return {math::detail::kNotANumber, math::detail::kNotANumber};
  if (x == 0.0) return {0.0, 1.0};
  if (x == math::detail::kInfinite) return {1.0, 0.0};
  const double factor = gamma_factor(a, x);
  // Below 0.6 the fraction is slow; there Q is a difference, relative error about 1e-16 / Q, hence for a = 0.05 only
  // 1e-15.
  if (x > a + 1.0 || (a < 1.0 && x > 0.6)) {
    const double upper = factor * gamma_fraction(a, x);
    return {1.0 - upper, upper};
  }
  double term = 1.0 / a;
  double sum = term;
  for (int i = 1; i < kMostTerms && term > sum * kRelativeStop; ++i) {
    term *= x / (a + i);
    sum += term;
  }
  const double lower = factor * sum;
  return {lower, 1.0 - lower};
}

// exp(-y^2 / 2), y >= 0, with y cut to sixteenths so that the square of the large part is exact (Cody).
double gaussian(double y) {
  if (y > 40.0) return 0.0;  // below the smallest subnormal
  const double cut = static_cast<double>(static_cast<int>(y * 16.0)) / 16.0;
  const double rest = (y - cut) * (y + cut);
  return math::exp(-0.5 * cut * cut) * math::exp(-0.5 * rest);
}

// Phi(-y) for y > 0.66291 (Cody's second and third interval).
double normal_tail(double y) {
  static constexpr std::array<double, 9> kC = {9842.7148383839780218, 11602.651437647350124, 6848.1904505362823326,
                                               2494.5375852903726711, 597.27027639480026226, 93.506656132177855979,
                                               8.8831497943883759412, .39894151208813466764, 1.0765576773720192317e-8};
  static constexpr std::array<double, 9> kD = {19685.429676859990727, 38912.003286093271411, 34900.952721145977266,
                                               18615.571640885098091, 6485.558298266760755,  1519.377599407554805,
                                               235.38790178262499861, 22.266688044328115691, 1.0};
  static constexpr std::array<double, 6> kP = {2.9112874951168792e-5, .001421619193227893466, .022235277870649807,
                                               .1274011611602473639,  .21589853405795699,     .02307344176494017303};
  static constexpr std::array<double, 6> kQ = {7.29751555083966205e-5, .00378239633202758244, .0659881378689285515,
                                               .468238212480865118,    1.28426009614491121,   1.0};
  constexpr double kRoot32 = 5.656854248;
  if (y <= kRoot32) return gaussian(y) * polynomial(kC, y) / polynomial(kD, y);
  const double w = 1.0 / (y * y);
  const double correction = w * polynomial(kP, w) / polynomial(kQ, w);
  return gaussian(y) * ((kInverseSqrtTwoPi - correction) / y);
}

// The quantile of the tail probability exp(-r^2), as a positive number (AS 241, both outer intervals).
double normal_tail_quantile(double r) {
  static constexpr std::array<double, 8> kC = {1.42343711074968357734,  4.6303378461565452959,   5.7694972214606914055,
                                               3.64784832476320460504,  1.27045825245236838258,  .24178072517745061177,
                                               .0227238449892691845833, 7.7454501427834140764e-4};
  static constexpr std::array<double, 8> kD = {1.0,
                                               2.05319162663775882187,
                                               1.6763848301838038494,
                                               .68976733498510000455,
                                               .14810397642748007459,
                                               .0151986665636164571966,
                                               5.475938084995344946e-4,
                                               1.05075007164441684324e-9};
  static constexpr std::array<double, 8> kE = {
      6.6579046435011037772,  5.4637849111641143699,   1.7848265399172913358,     .29656057182850489123,
      .026532189526576123093, .0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array<double, 8> kF = {1.0,
                                               .59983220655588793769,
                                               .13692988092273580531,
                                               .0148753612908506148525,
                                               7.868691311456132591e-4,
                                               1.8463183175100546818e-5,
                                               1.4215117583164458887e-7,
                                               2.04426310338993978564e-15};
  if (r <= 5.0) return polynomial(kC, r - 1.6) / polynomial(kD, r - 1.6);
  return polynomial(kE, r - 5.0) / polynomial(kF, r - 5.0);
}

}  // namespace

double log_gamma(double x) {
  if (!(x > 0.0)) return x == 0.0 ? math::detail::kInfinite : math::detail::kNotANumber;
  if (x == math::detail::kInfinite) return x;
  if (x < 0.5) return log_gamma_near_two(x) - math::log1p(x) - math::log(x);
  if (x < 1.5) return log_gamma_near_two(x - 1.0) - math::log1p(x - 1.0);
  if (x < 10.0) {
    double product = 1.0;
    for (; x > 2.5; x -= 1.0) product *= x - 1.0;
    return math::log(product) + log_gamma_near_two(x - 2.0);
  }
  return (x - 0.5) * math::log(x) - x + kHalfLogTwoPi + stirling_error(x);
}

double log_beta(double a, double b) {
  const double n = a + b;
  const double ratio = a * math::log1p(b / a) + b * math::log1p(a / b);  // -log of (a/n)^a (b/n)^b
  return stirling_error(a) + stirling_error(b) - stirling_error(n) - ratio - 0.5 * math::log(a / kTwoPi * (b / n));
}

double normal_density(double x) { return kInverseSqrtTwoPi * gaussian(magnitude(x)); }

double normal_cdf(double x) {
  constexpr double kCentre = 0.66291;  // Phi is about 3/4 here
  static constexpr std::array<double, 5> kA = {18154.981253343561249, 1067.6894854603709582, 161.02823106855587881,
                                               2.2352520354606839287, .065682337918207449113};
  static constexpr std::array<double, 5> kB = {45507.789335026729956, 10260.932208618978205, 976.09855173777669322,
                                               47.20258190468824187, 1.0};
  if (magnitude(x) <= kCentre) {
    const double square = x * x;
    return 0.5 + x * polynomial(kA, square) / polynomial(kB, square);
  }
  if (x < 0.0) return normal_tail(-x);
  return x > 0.0 ? 1.0 - normal_tail(x) : x;  // NaN goes through
}

double normal_quantile(double p) {
  static constexpr std::array<double, 8> kA = {3.387132872796366608,  133.14166789178437745, 1971.5909503065514427,
                                               13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                                               33430.575583588128105, 2509.0809287301226727};
  static constexpr std::array<double, 8> kB = {1.0,
                                               42.313330701600911252,
                                               687.1870074920579083,
                                               5394.1960214247511077,
                                               21213.794301586595867,
                                               39307.89580009271061,
                                               28729.085735721942674,
                                               5226.495278852854561};
  if (!(p >= 0.0 && p <= 1.0)) return math::detail::kNotANumber;
  if (p == 0.0) return -math::detail::kInfinite;
  if (p == 1.0) return math::detail::kInfinite;
  const double q = p - 0.5;
  if (magnitude(q) <= 0.425) {
    const double r = 0.180625 - q * q;  // 0.425^2 - q^2
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double tail = normal_tail_quantile(std::sqrt(-math::log(q < 0.0 ? p : 1.0 - p)));
  return q < 0.0 ? -tail : tail;
}

double incomplete_beta(double a, double b, double x) { return beta_tails(a, b, x).lower; }
double incomplete_beta_complement(double a, double b, double x) { return beta_tails(a, b, x).upper; }
double gamma_p(double a, double x) { return gamma_tails(a, x).lower; }
double gamma_q(double a, double x) { return gamma_tails(a, x).upper; }

}  // namespace sim
