// Families that are a beta or a gamma law in other words: PERT, observed counts, and the two themselves.
#include "sim/base/elementary.h"
#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/log_densities.h"
#include "sim/rng/quantile_form.h"
#include "sim/rng/quantile_table.h"

namespace sim::laws {
namespace {

Quantile beta_between(double a, double b, double low, double high, double mean) {
  const auto q = [table = beta_table(a, b), low, high](Probability p) {
    const double y = (*table)(logit(p));
    return y < 0.0 ? low + (high - low) * logistic(y) : high - (high - low) * logistic(-y);
  };
  return tabulated_quantile_of(q, mean, low, high);
}

Quantile gamma_with(double shape, double scale, double mean) {
  if (shape > 1e6) {  // the relative error of Wilson and Hilferty is then below 1e-7
    const auto q = [=](Probability p) { return scale * wilson_hilferty(shape, standard_normal(p)); };
    return quantile_of(q, mean, 0.0, kInfinity);
  }
  const auto q = [table = gamma_table(shape), scale](Probability p) { return scale * math::exp((*table)(logit(p))); };
  return tabulated_quantile_of(q, mean, 0.0, kInfinity);
}

}  // namespace

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

}  // namespace sim::laws
