#include "sim/rng/distribution.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/elementary.h"
#include "sim/base/special.h"
#include "sim/rng/quantile_body.h"

namespace sim {

class Quantile::Form {
 public:
  Form(double mean, double low, double high) : mean_(mean), low_(low), high_(high) {}
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  virtual ~Form() = default;
  virtual double at(std::uint32_t word) const = 0;
  virtual void fill(std::span<const std::uint32_t> words, std::span<float> out) const = 0;
  double mean() const { return mean_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double mean_;
  double low_;
  double high_;
};

namespace {

// --- probabilities and forms -----------------------------------------------------------------------

// u and v = 1 - u, both exact, so that either tail keeps its relative precision.
struct Probability {
  double u;
  double v;
};

Probability probability(std::uint32_t word) {
  return {(static_cast<double>(word) + 0.5) * 0x1p-32, (static_cast<double>(~word) + 0.5) * 0x1p-32};
}

double logit(Probability p) { return math::log(p.u / p.v); }
double minus_log_v(Probability p) { return p.u < 0.5 ? -math::log1p(-p.u) : -math::log(p.v); }
double standard_normal(Probability p) { return p.u < 0.5 ? normal_quantile(p.u) : -normal_quantile(p.v); }

// 1 / (1 + exp(-y)), precise also where it is small.
double logistic(double y) {
  const double e = math::exp(y < 0.0 ? y : -y);
  return (y < 0.0 ? e : 1.0) / (1.0 + e);
}

// `Function` is double(Probability) const. With a body, the bulk of its draws comes from cubics: worth it
// where the function is slow and already a table, not where it is a closed form good to all digits.
template <class Function, bool with_body>
class FormOf final : public Quantile::Form {
 public:
  FormOf(Function function, double mean, double low, double high)
      : Form(mean, low, high),
        function_(std::move(function)) {
    if constexpr (with_body)
      body_ = QuantileBody([this](std::uint32_t word) { return function_(probability(word)); }, low, high);
  }
  double at(std::uint32_t word) const override {
    if constexpr (with_body)
      if (body_.covers(word)) return body_(word);
    return function_(probability(word));
  }
  void fill(std::span<const std::uint32_t> words, std::span<float> out) const override {
    constexpr double kMost = std::numeric_limits<float>::max();
    for (std::size_t i = 0; i < words.size(); ++i)
      out[i] = static_cast<float>(std::clamp(at(words[i]), -kMost, kMost));
  }

 private:
  struct NoBody {};
  Function function_;
  [[no_unique_address]] std::conditional_t<with_body, QuantileBody, NoBody> body_;
};

template <class Function>
Quantile quantile_of(Function function, double mean, double low, double high) {
  return Quantile(std::make_shared<const FormOf<Function, false>>(std::move(function), mean, low, high));
}

template <class Function>
Quantile tabulated_quantile_of(Function function, double mean, double low, double high) {
  return Quantile(std::make_shared<const FormOf<Function, true>>(std::move(function), mean, low, high));
}

Quantile constant(double value) {
  return quantile_of([value](Probability) { return value; }, value, value, value);
}

// --- tables of quantiles without a closed form -----------------------------------------------------

// y(t) on equidistant nodes of t = logit u by cubic Hermite interpolation; y = logit Q or log Q.
class Table {
 public:
  struct Node {
    double y;
    double rise;  // dy/dt times the distance of the nodes
  };

  explicit Table(std::vector<Node> nodes)
      : nodes_(std::move(nodes)), scale_(static_cast<double>(nodes_.size() - 1) / (2.0 * reach())) {}

  // logit of the largest u, 1 - 2^-33.
  static double reach() { return math::log(0x1p33 - 1.0); }

  double operator()(double t) const {
    const double position = (t + reach_) * scale_;
    const auto last = static_cast<std::ptrdiff_t>(nodes_.size()) - 2;
    const auto index = std::clamp(static_cast<std::ptrdiff_t>(position), std::ptrdiff_t{0}, last);
    const Node& left = nodes_[static_cast<std::size_t>(index)];
    const Node& right = nodes_[static_cast<std::size_t>(index) + 1];
    const double s = position - static_cast<double>(index);
    const double step = right.y - left.y;
    const double square = 3.0 * step - 2.0 * left.rise - right.rise;
    const double cube = left.rise + right.rise - 2.0 * step;
    return left.y + s * (left.rise + s * (square + s * cube));
  }

 private:
  std::vector<Node> nodes_;
  double reach_ = reach();
  double scale_;
};

// The density of y = logit X, X ~ beta(a, b): x^a (1 - x)^b / B(a, b). Log-concave.
struct BetaDensity {
  double a;
  double b;
  double log_scale;
  BetaDensity(double a_, double b_) : a(a_), b(b_), log_scale(log_beta(a_, b_)) {}
  double log_density(double y) const {
    const double far = math::log(1.0 + math::exp(y < 0.0 ? y : -y));  // of log(1 + e^y) beyond max(y, 0)
    return (y < 0.0 ? a : -b) * y - (a + b) * far - log_scale;
  }
  double slope(double y) const { return a - (a + b) * logistic(y); }  // of log_density
};

// The density of y = log X, X ~ gamma(a): x^a exp(-x) / Gamma(a). Log-concave.
struct GammaDensity {
  double a;
  double log_scale;
  explicit GammaDensity(double a_) : a(a_), log_scale(log_gamma(a_)) {}
  double log_density(double y) const { return a * y - math::exp(y) - log_scale; }
  double slope(double y) const { return a - math::exp(y); }
};

// The density of -y.
template <class Density>
struct Mirrored {
  const Density& density;
  double log_density(double z) const { return density.log_density(-z); }
  double slope(double z) const { return -density.slope(-z); }
};

// y with tail(y) = 2^-33, tail the integral of the density up to y. The logarithm of such an integral of a
// log-concave density is concave, so Newton's method on it converges from everywhere; where the tail
// underflows, density / slope bounds it from above and is as good a guide.
template <class Density, class Tail>
double lowest(const Density& density, Tail tail, double start) {
  const double target = -33.0 * math::log(2.0);
  double y = start;
  for (int i = 0; i < 300; ++i) {
    const double mass = tail(y);
    const double height = density.log_density(y);
    const bool lost = mass < 1e-280;
    const double gradient = lost ? density.slope(y) : math::exp(height) / mass;
    const double miss = (lost ? height - math::log(gradient) : math::log(mass)) - target;
    if (!lost && -1e-11 < miss && miss < 1e-11) break;
    y -= std::clamp(miss / gradient, -100.0, 100.0);
  }
  return y;
}

// For x so small that I_x(a, b) = x^a / (a B(a, b)) to all digits, the root is explicit.
double lowest_logit(const BetaDensity& d) {
  const double explicit_root = (-33.0 * math::log(2.0) + math::log(d.a) + d.log_scale) / d.a;
  if (explicit_root < -40.0 - math::log(1.0 + d.b)) return explicit_root;
  const double start = math::log(d.a / d.b) - 6.2 * std::sqrt(1.0 / d.a + 1.0 / d.b);  // the normal approximation
  return lowest(
      d, [&d](double y) { return incomplete_beta(d.a, d.b, logistic(y)); }, start);
}

// Wilson and Hilferty (1931): the quantile of gamma(a) for the standard normal z, good for large a.
double wilson_hilferty(double a, double z) {
  const double root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * std::sqrt(a));
  return a * root * root * root;
}

double lowest_log(const GammaDensity& d) {
  const double explicit_root = (-33.0 * math::log(2.0) + math::log(d.a) + d.log_scale) / d.a;
  if (explicit_root < -40.0) return explicit_root;
  const double start = d.a < 20.0 ? explicit_root : math::log(wilson_hilferty(d.a, -6.2));
  return lowest(
      d, [&d](double y) { return gamma_p(d.a, math::exp(y)); }, start);
}

double highest_log(const GammaDensity& d) {
  const double start = d.a < 1.0 ? 3.0 : math::log(wilson_hilferty(d.a, 6.2));
  return -lowest(
      Mirrored<GammaDensity>{d}, [&d](double z) { return gamma_q(d.a, math::exp(-z)); }, -start);
}

// The integral of the density over [from, to] by Gauss and Legendre with five points (Abramowitz and Stegun 25.4.30).
template <class Density>
double integral(const Density& density, double from, double to) {
  constexpr std::array<std::pair<double, double>, 2> kPairs = {
      {{0.90617984593866399280, 0.23692688505618908751}, {0.53846931010568309104, 0.47862867049936646804}}};
  constexpr double kMiddle = 0.56888888888888888889;
  const double centre = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  double sum = kMiddle * math::exp(density.log_density(centre));
  for (const auto& [node, weight] : kPairs) {
    sum += weight * (math::exp(density.log_density(centre - half * node)) +
                     math::exp(density.log_density(centre + half * node)));
  }
  return half * sum;
}

// The y with `target` more probability than `from`, starting at the guess `to`: Halley's method, the probability
// in between by quadrature. `unit` is dy/dt; a correction below 1e-4 units leaves 1e-12.
template <class Density>
double advance(const Density& density, double from, double to, double target, double unit) {
  double mass = integral(density, from, to);
  for (int i = 0; i < 50; ++i) {
    const double newton = (mass - target) / math::exp(density.log_density(to));
    const double bend = std::clamp(0.5 * newton * density.slope(to), -0.5, 0.5);
    const double correction = std::clamp(-newton / (1.0 - bend), -10.0 * unit, 10.0 * unit);
    const double next = to + correction;
    if (-1e-4 * unit < correction && correction < 1e-4 * unit) return next;
    mass += integral(density, to, next);
    to = next;
  }
  return to;
}

// Nodes from t = -reach to 0, `intervals` of them, from y = start. Marching away from the tail is stable: the
// error made in u stays, while u grows.
template <class Density>
std::vector<Table::Node> march(const Density& density, double start, std::size_t intervals) {
  const double reach = Table::reach();
  const double h = reach / static_cast<double>(intervals);
  std::vector<Table::Node> nodes;
  nodes.reserve(intervals + 1);
  double y = start;
  double u = logistic(-reach);
  for (std::size_t i = 0;; ++i) {
    const double first = u * (1.0 - u) / math::exp(density.log_density(y));  // dy/dt
    nodes.push_back({y, first * h});
    if (i == intervals) return nodes;
    const double second = first * ((1.0 - 2.0 * u) - density.slope(y) * first);
    const double next = logistic(-reach + h * static_cast<double>(i + 1));
    const double guess = y + h * std::clamp(first + 0.5 * h * second, 0.2 * first, 5.0 * first);
    y = advance(density, y, guess, next - u, first);
    u = next;
  }
}

// An estimate of the largest interpolation error: every second node against the interpolation of its
// neighbours, a sixteenth of that for half the distance; infinite where the cubic could fall (de Boor and Swartz 1977).
double table_error(const std::vector<Table::Node>& nodes) {
  double worst = 0.0;
  for (std::size_t i = 1; i + 1 < nodes.size(); ++i) {
    const double between = 0.5 * (nodes[i - 1].y + nodes[i + 1].y) + 0.25 * (nodes[i - 1].rise - nodes[i + 1].rise);
    const double error = between - nodes[i].y;
    worst = std::max(worst, error < 0.0 ? -error : error);
  }
  worst /= 16.0;
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    const double step = nodes[i + 1].y - nodes[i].y;
    if (!(nodes[i].rise <= 3.0 * step && nodes[i + 1].rise <= 3.0 * step)) return kInfinity;
  }
  return worst;
}

// Marches from both ends, with more nodes until the estimated error of y is small enough.
template <class Density>
Table build_table(const Density& density, double low, double high) {
  constexpr double kTolerance = 3e-7;  // the promise is 1e-6
  constexpr std::size_t kMostIntervals = 1U << 16U;
  for (std::size_t intervals = 64;;) {
    std::vector<Table::Node> nodes = march(density, low, intervals);
    const std::vector<Table::Node> upper = march(Mirrored<Density>{density}, -high, intervals);
    const double gap = nodes.back().y + upper.back().y;
    for (std::size_t i = intervals; i-- > 0;) nodes.push_back({-upper[i].y, upper[i].rise});
    const double error = std::max(table_error(nodes), gap < 0.0 ? -gap : gap);
    if (error <= kTolerance || intervals >= kMostIntervals) return Table(std::move(nodes));
    const double growth = std::sqrt(std::sqrt(error / kTolerance));  // the error falls with the fourth power
    intervals = static_cast<std::size_t>(static_cast<double>(intervals) * std::clamp(1.1 * growth, 1.3, 6.0));
  }
}

using TableKey = std::tuple<int, std::uint64_t, std::uint64_t>;  // family and arguments

// Points of a sweep and copies of a partner ask for the same tables again and again. Two threads may build the
// same table at the same time; both get the same bits. When full the cache starts afresh; tables in use live on.
template <class Build>
std::shared_ptr<const Table> cached(int family, double a, double b, Build build) {
  constexpr std::size_t kMostTables = 512;
  static std::mutex mutex;
  static std::map<TableKey, std::shared_ptr<const Table>> tables;
  const TableKey key{family, std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)};
  {
    const std::scoped_lock lock(mutex);
    if (const auto found = tables.find(key); found != tables.end()) return found->second;
  }
  auto table = std::make_shared<const Table>(build());
  const std::scoped_lock lock(mutex);
  if (tables.size() >= kMostTables) tables.clear();
  return tables.try_emplace(key, std::move(table)).first->second;
}

std::shared_ptr<const Table> beta_table(double a, double b) {
  return cached(0, a, b, [a, b] {
    const BetaDensity density(a, b);
    return build_table(density, lowest_logit(density), -lowest_logit(BetaDensity(b, a)));
  });
}

std::shared_ptr<const Table> gamma_table(double a) {
  return cached(1, a, 0.0, [a] {
    const GammaDensity density(a);
    return build_table(density, lowest_log(density), highest_log(density));
  });
}

// --- the arguments of a law ------------------------------------------------------------------------

[[noreturn]] void refuse(const std::string& problem, const std::string& reason, const std::string& hint) {
  throw std::invalid_argument(problem + (reason.empty() ? "" : " (" + reason + ")") + ". " + hint);
}

std::string shown(double x) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x);
  return {text.data(), end.ptr};
}

std::string shown(const Range& range) {
  return std::string(range.open_low ? "above " : "") + shown(range.low) + (range.open_high ? " to below " : " to ") +
         shown(range.high);
}

bool inside(double x, const Range& range) {
  return (range.open_low ? x > range.low : x >= range.low) && (range.open_high ? x < range.high : x <= range.high);
}

const LawSpec& spec_of(const Law& law) {
  std::string names;
  for (const LawSpec& spec : distribution_laws()) {
    if (spec.name == law.name) return spec;
    names += (names.empty() ? "" : ", ") + std::string(spec.name);
  }
  refuse("unknown law " + law.name, "", "The laws are: " + names + ".");
}

const Law::Argument* find(const Law& law, std::string_view name) {
  for (const auto& [key, argument] : law.arguments) {
    if (key == name) return &argument;
  }
  return nullptr;
}

// The number, or the fallback where it is absent or NaN.
double number(const Law& law, const ArgumentSpec& spec) {
  const Law::Argument* argument = find(law, spec.name);
  const double* value = argument == nullptr ? nullptr : std::get_if<double>(argument);
  return value == nullptr || std::isnan(*value) ? spec.fallback : *value;
}

double number(const Law& law, std::string_view name) {
  for (const ArgumentSpec& spec : spec_of(law).arguments) {
    if (spec.name == name) return number(law, spec);
  }
  throw std::logic_error("the law " + law.name + " has no argument " + std::string(name));
}

bool given(const Law& law, std::string_view name) { return !std::isnan(number(law, name)); }

void check_argument(const Law& law, const ArgumentSpec& spec, const Law::Argument& argument) {
  const std::string name = law.name + ": " + std::string(spec.name);
  const auto check = [&](double x) {
    if (!inside(x, spec.range)) {
      refuse(name + " is " + shown(x), "the range is " + shown(spec.range), "Choose a value inside the range.");
    }
    if (std::isinf(x) && x != spec.fallback) refuse(name + " is " + shown(x), "", "Choose a finite number.");
  };
  if (spec.kind == ArgumentSpec::Kind::number) {
    const double* value = std::get_if<double>(&argument);
    if (value == nullptr) refuse(name + " is not a number", "", "Write it as " + std::string(spec.name) + " = 1.");
    if (!std::isnan(*value))
      check(*value);
    else if (spec.required)
      refuse(name + " is not a number", "it is NaN", "Choose a finite number.");
  } else {
    const auto* values = std::get_if<std::vector<double>>(&argument);
    if (values == nullptr) refuse(name + " is not a list of numbers", "", "Write it as [1, 2, 3].");
    for (const double x : *values) check(x);
  }
}

void check_arguments(const Law& law) {
  const LawSpec& spec = spec_of(law);
  for (const ArgumentSpec& wanted : spec.arguments) {
    const Law::Argument* argument = find(law, wanted.name);
    if (argument != nullptr)
      check_argument(law, wanted, *argument);
    else if (wanted.required) {
      refuse(law.name + " needs " + std::string(wanted.name), std::string(wanted.doc), "Add it.");
    }
  }
  for (const auto& [name, argument] : law.arguments) {
    const bool known = std::any_of(spec.arguments.begin(), spec.arguments.end(),
                                   [&name = name](const ArgumentSpec& wanted) { return wanted.name == name; });
    if (!known) refuse(law.name + " has no argument " + name, "", std::string(spec.doc) + ".");
  }
}

// --- the families ----------------------------------------------------------------------------------

Quantile make_constant(const Law& law, Support) { return constant(number(law, "value")); }

Quantile make_uniform(const Law& law, Support) {
  const double low = number(law, "low");
  const double high = number(law, "high");
  if (low > high) refuse("uniform: low is " + shown(low), "it is above high, " + shown(high), "Exchange them.");
  if (low == high) return constant(low);
  // From the nearer end, so that the distance to either bound is precise.
  const auto q = [low, high](Probability p) {
    return p.u < 0.5 ? low + (high - low) * p.u : high - (high - low) * p.v;
  };
  return quantile_of(q, low + 0.5 * (high - low), low, high);
}

void check_mode(const Law& law, double low, double mode, double high) {
  if (low <= mode && mode <= high) return;
  refuse(law.name + ": mode is " + shown(mode), "low is " + shown(low) + ", high is " + shown(high),
         "Keep low <= mode <= high.");
}

Quantile make_triangular(const Law& law, Support) {
  const double low = number(law, "low");
  const double mode = number(law, "mode");
  const double high = number(law, "high");
  check_mode(law, low, mode, high);
  if (low == high) return constant(low);
  const double width = high - low;
  const auto q = [=](Probability p) {
    if (p.u * width < mode - low) return std::min(mode, low + std::sqrt(p.u * width * (mode - low)));
    return std::max(mode, high - std::sqrt(p.v * width * (high - mode)));
  };
  return quantile_of(q, (low + mode + high) / 3.0, low, high);
}

Quantile beta_between(double a, double b, double low, double high, double mean) {
  const auto q = [table = beta_table(a, b), low, high](Probability p) {
    const double y = (*table)(logit(p));
    return y < 0.0 ? low + (high - low) * logistic(y) : high - (high - low) * logistic(-y);
  };
  return tabulated_quantile_of(q, mean, low, high);
}

Quantile make_pert(const Law& law, Support) {
  const double low = number(law, "low");
  const double mode = number(law, "mode");
  const double high = number(law, "high");
  check_mode(law, low, mode, high);
  if (low == high) return constant(low);
  const double a = 1.0 + 4.0 * ((mode - low) / (high - low));
  const double b = 1.0 + 4.0 * ((high - mode) / (high - low));
  return beta_between(a, b, low, high, (low + 4.0 * mode + high) / 6.0);
}

Quantile make_normal(const Law& law, Support) {
  const double mean = number(law, "mean");
  const double sd = number(law, "sd");
  if (sd == 0.0) return constant(mean);
  return quantile_of([=](Probability p) { return mean + sd * standard_normal(p); }, mean, -kInfinity, kInfinity);
}

// The standard normal between alpha and beta.
struct TruncatedNormal {
  double mean, sd, low, high;
  double alpha = (low - mean) / sd;
  double beta = (high - mean) / sd;
  double below = normal_cdf(alpha);
  double above = normal_cdf(-beta);
  double mass = alpha > 0.0 ? normal_cdf(-alpha) - above : normal_cdf(beta) - below;
  double low_scale = mass / normal_density(alpha);  // infinite at an infinite bound
  double high_scale = mass / normal_density(beta);

  // d with Phi(edge + d) - Phi(edge) = s phi(edge): the series that keeps the distance to the edge precise.
  static double distance(double s, double edge) {
    return s * (1.0 + s * (0.5 * edge + s * (1.0 + 2.0 * edge * edge) / 6.0));
  }
  static bool is_near(double s, double edge) { return s * (1.0 + (edge < 0.0 ? -edge : edge)) < 1e-3; }

  double operator()(Probability p) const {
    const double s_low = p.u * low_scale;
    const double s_high = p.v * high_scale;
    if (is_near(s_low, alpha)) return low + sd * distance(s_low, alpha);
    if (is_near(s_high, beta)) return high - sd * distance(s_high, -beta);
    const double lower = below + p.u * mass;
    const double upper = above + p.v * mass;
    const double z = lower < upper ? normal_quantile(lower) : -normal_quantile(upper);
    return std::clamp(mean + sd * z, low, high);
  }

  double expectation() const {
    const double width = beta - alpha;
    const double centre = 0.5 * (alpha + beta);
    // In a narrow window the density is nearly a line; there the general formula would cancel.
    const bool narrow = width * (1.0 + (centre < 0.0 ? -centre : centre)) < 1e-3;
    const double z =
        narrow ? centre * (1.0 - width * width / 12.0) : (normal_density(alpha) - normal_density(beta)) / mass;
    return std::clamp(mean + sd * z, low, high);
  }
};

Quantile make_truncated_normal(const Law& law, Support) {
  const double low = number(law, "low");
  const double high = number(law, "high");
  if (!(low < high)) {
    refuse("truncated_normal: low is " + shown(low), "high is " + shown(high), "Keep low < high.");
  }
  const TruncatedNormal q{number(law, "mean"), number(law, "sd"), low, high};
  if (!(q.mass > 1e-200)) {  // 30 standard deviations; beyond, the tail leaves the range of a double
    refuse("truncated_normal: nothing of the normal law lies between " + shown(low) + " and " + shown(high),
           "mean " + shown(q.mean) + ", sd " + shown(q.sd), "Move the mean towards the interval or widen sd.");
  }
  return quantile_of(q, q.expectation(), low, high);
}

Quantile make_lognormal(const Law& law, Support) {
  const double mean = number(law, "mean");
  const double cv = number(law, "cv");
  if (cv == 0.0) return constant(mean);
  const double variance = math::log1p(cv * cv);  // of the logarithm
  const double sigma = std::sqrt(variance);
  const auto q = [=](Probability p) { return mean * math::exp(sigma * standard_normal(p) - 0.5 * variance); };
  return quantile_of(q, mean, 0.0, kInfinity);
}

Quantile gamma_with(double shape, double scale, double mean) {
  if (shape > 1e6) {  // the relative error of Wilson and Hilferty is then below 1e-7
    const auto q = [=](Probability p) { return scale * wilson_hilferty(shape, standard_normal(p)); };
    return quantile_of(q, mean, 0.0, kInfinity);
  }
  const auto q = [table = gamma_table(shape), scale](Probability p) { return scale * math::exp((*table)(logit(p))); };
  return tabulated_quantile_of(q, mean, 0.0, kInfinity);
}

Quantile make_gamma(const Law& law, Support) {
  const double mean = number(law, "mean");
  const double cv = number(law, "cv");
  if (cv == 0.0) return constant(mean);
  const double shape = 1.0 / (cv * cv);
  return gamma_with(shape, mean / shape, mean);
}

Quantile make_beta(const Law& law, Support) {
  const bool by_mean = given(law, "mean") && given(law, "concentration");
  const bool by_shapes = given(law, "a") && given(law, "b");
  const bool mixed = (given(law, "mean") || given(law, "concentration")) && (given(law, "a") || given(law, "b"));
  if (mixed || by_mean == by_shapes) {
    refuse("beta needs mean and concentration, or a and b", "mean = a / (a + b), concentration = a + b",
           "Write { beta = { mean = 0.4, concentration = 25 } }.");
  }
  const double mean = by_mean ? number(law, "mean") : number(law, "a") / (number(law, "a") + number(law, "b"));
  const double a = by_mean ? mean * number(law, "concentration") : number(law, "a");
  const double b = by_mean ? (1.0 - mean) * number(law, "concentration") : number(law, "b");
  if (!(a >= 0.01 && b >= 0.01)) {  // the table would be large, and nearly all values 0 or 1
    refuse("beta: the shapes are a = " + shown(a) + " and b = " + shown(b), "both must be at least 0.01",
           "Raise the concentration, or use discrete = { values = [0, 1], weights = [" + shown(1.0 - mean) + ", " +
               shown(mean) + "] }.");
  }
  return beta_between(a, b, 0.0, 1.0, mean);
}

Quantile make_weibull(const Law& law, Support) {
  const double scale = number(law, "scale");
  const double power = 1.0 / number(law, "shape");
  const auto q = [=](Probability p) { return scale * math::pow(minus_log_v(p), power); };
  return quantile_of(q, scale * math::exp(log_gamma(1.0 + power)), 0.0, kInfinity);
}

Quantile make_exponential(const Law& law, Support) {
  const double mean = number(law, "mean");
  return quantile_of([=](Probability p) { return mean * minus_log_v(p); }, mean, 0.0, kInfinity);
}

Quantile make_discrete(const Law& law, Support) {
  const auto& values = std::get<std::vector<double>>(*find(law, "values"));
  const auto& weights = std::get<std::vector<double>>(*find(law, "weights"));
  if (values.empty() || values.size() != weights.size()) {
    refuse("discrete: " + std::to_string(values.size()) + " values and " + std::to_string(weights.size()) + " weights",
           "each value has one weight", "Give as many weights as values, at least one.");
  }
  // In increasing order, as a quantile must be; equal values keep the order written.
  std::vector<std::pair<double, double>> sorted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights[i] > 0.0) sorted.emplace_back(values[i], weights[i]);
  }
  if (sorted.empty()) refuse("discrete: all weights are 0", "", "Give at least one positive weight.");
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<double> support, reached;
  double total = 0.0;
  double weighted = 0.0;
  for (const auto& [value, weight] : sorted) {
    total += weight;
    weighted += weight * value;
    support.push_back(value);
    reached.push_back(total);
  }
  const double low = support.front();
  const double high = support.back();
  const auto q = [support = std::move(support), reached = std::move(reached), total](Probability p) {
    const auto found = std::lower_bound(reached.begin(), reached.end() - 1, p.u * total);
    return support[static_cast<std::size_t>(found - reached.begin())];
  };
  return quantile_of(q, std::clamp(weighted / total, low, high), low, high);
}

// Three-term metalog M(u) = a1 + (a2 + a3 (u - 1/2)) logit u of the parameter, of the logarithm of its distance to a
// bound, or of its logit between two bounds (Keelin 2016, sections 3 and 4).
struct Metalog {
  enum class Kind { unbounded, above, below, between };
  Kind kind;
  double low, high;
  double a1 = 0.0, a2 = 0.0, a3 = 0.0;

  static Kind kind_for(Support support) {
    if (std::isinf(support.low)) return std::isinf(support.high) ? Kind::unbounded : Kind::below;
    return std::isinf(support.high) ? Kind::above : Kind::between;
  }
  double inner(double x) const {
    switch (kind) {
      case Kind::above:
        return math::log(x - low);
      case Kind::below:
        return -math::log(high - x);
      case Kind::between:
        return math::log((x - low) / (high - x));
      case Kind::unbounded:
        break;
    }
    return x;
  }
  double outer(double m) const {
    switch (kind) {
      case Kind::above:
        return low + math::exp(m);
      case Kind::below:
        return high - math::exp(-m);
      case Kind::between:
        return m < 0.0 ? low + (high - low) * logistic(m) : high - (high - low) * logistic(-m);
      case Kind::unbounded:
        break;
    }
    return m;
  }
  double at(double u, double t) const { return a1 + (a2 + a3 * (u - 0.5)) * t; }
  double operator()(Probability p) const { return outer(at(p.u, logit(p))); }

  // The growth of the exponential tail of the log forms: the mean is finite when it is below 1.
  double tail() const { return kind == Kind::above ? a2 + 0.5 * a3 : kind == Kind::below ? a2 - 0.5 * a3 : 0.0; }
  double expectation() const;
};

// The mean is the integral of outer(M) u (1 - u) over t = logit u; the trapezoidal rule converges geometrically on
// it. Beyond |t| = 40 u is 0 or 1 to all digits and the log forms are exponentials, whose sum is known.
double Metalog::expectation() const {
  if (kind == Kind::unbounded) return a1 + 0.5 * a3;  // the integral of (u - 1/2) logit u is 1/2
  constexpr double kStep = 1.0 / 32;
  constexpr int kSteps = 40 * 32;
  const double end = tail();
  double sum = 0.0;
  for (int i = -kSteps; i <= kSteps; ++i) {
    const double t = kStep * i;
    const double u = logistic(t);
    const double m = at(u, t);
    const double part = kind == Kind::above ? math::exp(m) : kind == Kind::below ? math::exp(-m) : logistic(m);
    sum += part * u * logistic(-t);
  }
  if (kind == Kind::between) return std::clamp(low + (high - low) * sum * kStep, low, high);
  const double sign = kind == Kind::above ? 1.0 : -1.0;
  const double decay = math::exp(-(1.0 - end) * kStep);
  sum += math::exp(sign * a1 - (1.0 - end) * 40.0) * decay / -math::expm1(-(1.0 - end) * kStep);
  return kind == Kind::above ? low + sum * kStep : high - sum * kStep;
}

Quantile make_percentiles(const Law& law, Support support) {
  const double p10 = number(law, "p10");
  const double p50 = number(law, "p50");
  const double p90 = number(law, "p90");
  const std::string problem = "percentiles: p10 = " + shown(p10) + ", p50 = " + shown(p50) + ", p90 = " + shown(p90);
  if (p10 == p90 && p10 == p50) return constant(p10);
  if (!(p10 < p50 && p50 < p90)) refuse(problem, "they must increase", "Order them.");
  if (!(support.low < p10 && p90 < support.high)) {
    refuse(problem, "the parameter lies between " + shown(support.low) + " and " + shown(support.high),
           "Choose percentiles strictly inside.");
  }
  Metalog q{Metalog::kind_for(support), support.low, support.high};
  const double low = q.inner(p10);
  const double range = q.inner(p90) - low;
  const double share = (q.inner(p50) - low) / range;
  // M increases everywhere when |a3| < 1.66711 a2 (1 over the maximum of |u - 1/2 + u (1 - u) logit u|), that is
  // when the median divides the range between p10 and p90 in shares above this (Keelin 2016, proposition 1).
  constexpr double kLeastShare = 0.5 * (1.0 - 1.667113119201929 * 0.4);
  if (!(share > kLeastShare && share < 1.0 - kLeastShare)) {
    refuse(problem, "too skewed for a smooth law",
           "Choose p50 between " + shown(q.outer(low + kLeastShare * range)) + " and " +
               shown(q.outer(low + (1.0 - kLeastShare) * range)) + ", or use discrete.");
  }
  const double log_9 = math::log(9.0);  // logit of 0.9
  q.a1 = q.inner(p50);
  q.a2 = 0.5 * range / log_9;
  q.a3 = (1.0 - 2.0 * share) * range / (0.8 * log_9);
  if (q.tail() >= 1.0) {
    refuse(problem, "so wide a law has no finite mean", "Bring p10 and p90 closer together, or use lognormal.");
  }
  return quantile_of(q, q.expectation(), support.low, support.high);
}

Quantile make_observed(const Law& law, Support) {
  const bool counts = given(law, "wins") && given(law, "leads");
  const bool rate = given(law, "count") && given(law, "months");
  const bool mixed = (given(law, "wins") || given(law, "leads")) && (given(law, "count") || given(law, "months"));
  if (mixed || counts == rate) {
    refuse("observed needs wins and leads (a probability), or count and months (a monthly rate)", "",
           "Write { observed = { wins = 14, leads = 180 } } or { observed = { count = 9, months = 12 } }.");
  }
  if (rate) {
    const double shape = number(law, "count") + 0.5;
    const double months = number(law, "months");
    return gamma_with(shape, 1.0 / months, shape / months);
  }
  const double wins = number(law, "wins");
  const double leads = number(law, "leads");
  if (wins > leads) refuse("observed: wins is " + shown(wins), "leads is " + shown(leads), "Exchange them.");
  return beta_between(wins + 0.5, leads - wins + 0.5, 0.0, 1.0, (wins + 0.5) / (leads + 1.0));
}

// --- the table of laws -----------------------------------------------------------------------------

constexpr Range kAny{};
constexpr Range kPositive{.low = 0.0, .open_low = true};
constexpr Range kNotNegative{.low = 0.0};
constexpr Range kOpenUnit{.low = 0.0, .high = 1.0, .open_low = true, .open_high = true};
constexpr Range kConcentration{.low = 0.0, .high = 1e7, .open_low = true};  // the range the tables are tested in
constexpr Range kShape{.low = 0.01, .high = 1e7};
constexpr Range kCount{.low = 0.0, .high = 1e7};
constexpr auto kNumber = ArgumentSpec::Kind::number;
constexpr auto kNumbers = ArgumentSpec::Kind::numbers;

constexpr ArgumentSpec kConstant[] = {{"value", kAny, "the value"}};
constexpr ArgumentSpec kUniform[] = {{"low", kAny, "smallest value"}, {"high", kAny, "largest value"}};
constexpr ArgumentSpec kTriangular[] = {
    {"low", kAny, "smallest value"}, {"mode", kAny, "most likely value"}, {"high", kAny, "largest value"}};
constexpr ArgumentSpec kNormal[] = {{"mean", kAny, "mean"}, {"sd", kNotNegative, "standard deviation"}};
constexpr ArgumentSpec kTruncatedNormal[] = {{"mean", kAny, "mean before truncation"},
                                             {"sd", kPositive, "standard deviation before truncation"},
                                             {"low", kAny, "smallest value", kNumber, false, -kInfinity},
                                             {"high", kAny, "largest value", kNumber, false, kInfinity}};
constexpr ArgumentSpec kLognormal[] = {{"mean", kPositive, "mean of the values, not of their logarithm"},
                                       {"cv", {.low = 0.0, .high = 100.0}, "standard deviation over mean"}};
constexpr ArgumentSpec kGamma[] = {{"mean", kPositive, "mean"},
                                   {"cv", {.low = 0.0, .high = 10.0}, "standard deviation over mean"}};
constexpr ArgumentSpec kBeta[] = {
    {"mean", kOpenUnit, "mean", kNumber, false, kNotGiven},
    {"concentration", kConcentration, "as many observations as the belief is worth", kNumber, false, kNotGiven},
    {"a", kShape, "first shape, instead of mean and concentration", kNumber, false, kNotGiven},
    {"b", kShape, "second shape", kNumber, false, kNotGiven}};
constexpr ArgumentSpec kWeibull[] = {{"shape", {.low = 0.05, .high = 1000.0}, "shape; below 1 heavy-tailed"},
                                     {"scale", kPositive, "the 63rd percentile"}};
constexpr ArgumentSpec kExponential[] = {{"mean", kPositive, "mean"}};
constexpr ArgumentSpec kDiscrete[] = {{"values", kAny, "the possible values", kNumbers},
                                      {"weights", kNotNegative, "their weights, in any unit", kNumbers}};
constexpr ArgumentSpec kPercentiles[] = {{"p10", kAny, "one time in ten it is lower"},
                                         {"p50", kAny, "the median"},
                                         {"p90", kAny, "one time in ten it is higher"}};
constexpr ArgumentSpec kObserved[] = {
    {"wins", kCount, "leads that became customers", kNumber, false, kNotGiven},
    {"leads", kCount, "all leads whose outcome is known", kNumber, false, kNotGiven},
    {"count", kCount, "events counted, instead of wins and leads", kNumber, false, kNotGiven},
    {"months", kPositive, "months they were counted over", kNumber, false, kNotGiven}};

constexpr LawSpec kLaws[] = {
    {"constant", kConstant, "The number itself"},
    {"uniform", kUniform, "Any value between low and high, equally likely"},
    {"triangular", kTriangular, "Between low and high, most likely at mode, straight in between"},
    {"pert", kTriangular, "Between low and high, most likely about mode, smooth; mean (low + 4 mode + high) / 6"},
    {"normal", kNormal, "Bell curve, unbounded on both sides"},
    {"truncated_normal", kTruncatedNormal, "Bell curve restricted to low … high"},
    {"lognormal", kLognormal, "Positive, skewed to the right: many small effects multiplied"},
    {"gamma", kGamma, "Positive, skewed to the right, tail thinner than lognormal"},
    {"beta", kBeta, "A probability: mean and concentration, or the shapes a and b", false,
     "{ beta = { mean = 0.4, concentration = 25 } }"},
    {"weibull", kWeibull, "A positive time or size with shape and scale"},
    {"exponential", kExponential, "Positive, most likely near 0, with the given mean"},
    {"discrete", kDiscrete, "One of the values, with the given weights"},
    {"percentiles", kPercentiles, "A smooth law through three percentiles (metalog), inside the range of the parameter",
     true},
    {"observed", kObserved, "What your own counts tell: wins of leads for a probability, count in months for a rate",
     false, "{ observed = { wins = 14, leads = 180 } }"},
};

using Maker = Quantile (*)(const Law&, Support);

// In the order of kLaws.
constexpr Maker kMakers[] = {make_constant,         make_uniform,   make_triangular,  make_pert,    make_normal,
                             make_truncated_normal, make_lognormal, make_gamma,       make_beta,    make_weibull,
                             make_exponential,      make_discrete,  make_percentiles, make_observed};
static_assert(std::size(kLaws) == std::size(kMakers));

std::string shown(const Law::Argument& argument) {
  if (const auto* text = std::get_if<std::string>(&argument)) return *text;
  if (const auto* value = std::get_if<double>(&argument)) return shown(*value);
  std::string list;
  for (const double x : std::get<std::vector<double>>(argument)) list += (list.empty() ? "" : ", ") + shown(x);
  return "[" + list + "]";
}

}  // namespace

Quantile::Quantile() : Quantile(constant(0.0)) {}
double Quantile::operator()(std::uint32_t word) const { return form_->at(word); }
double Quantile::mean() const { return form_->mean(); }
double Quantile::lower() const { return form_->low(); }
double Quantile::upper() const { return form_->high(); }

void Quantile::fill(std::span<const std::uint32_t> words, std::span<float> out) const {
  if (words.size() != out.size()) throw std::logic_error("Quantile::fill: as many values as words");
  form_->fill(words, out);
}

std::span<const LawSpec> distribution_laws() { return kLaws; }

Quantile make_quantile(const Law& law, Support support) {
  check_arguments(law);
  // Copies of a partner and points of a sweep ask for the same law again and again.
  constexpr std::size_t kMostQuantiles = 512;
  static std::mutex mutex;
  static std::map<std::string, Quantile> quantiles;
  const std::string key = describe(law) + " on " + shown(support.low) + " to " + shown(support.high);
  {
    const std::scoped_lock lock(mutex);
    if (const auto found = quantiles.find(key); found != quantiles.end()) return found->second;
  }
  const auto index = static_cast<std::size_t>(&spec_of(law) - kLaws);
  Quantile quantile = kMakers[index](law, support);
  const std::scoped_lock lock(mutex);
  if (quantiles.size() >= kMostQuantiles) quantiles.clear();
  return quantiles.try_emplace(key, std::move(quantile)).first->second;
}

std::string distribution_problem(const Law& law, const Range& range) {
  try {
    const Quantile quantile = make_quantile(law, {range.low, range.high});
    const double low = quantile(0), high = quantile(0xffffffffU);
    if (low >= range.low && high <= range.high) return {};
    return describe(law) + " can be " + shown(low < range.low ? low : high) + " (values must be from " + shown(range.low) +
           " to " + shown(range.high) + "). Use truncated_normal, or a law that stays inside.";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string describe(const Law& law) {
  if (law.is_constant() && law.arguments.size() == 1) return shown(law.arguments.front().second);
  std::string list;
  for (const auto& [name, argument] : law.arguments) {
    const double* value = std::get_if<double>(&argument);
    if (value != nullptr && std::isnan(*value)) continue;  // not given
    list += (list.empty() ? "" : ", ") + name + " " + shown(argument);
  }
  return law.name + "(" + list + ")";
}

}  // namespace sim
