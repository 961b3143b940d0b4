// Special functions of probability with the same bits on every x86-64 machine and compiler: they stand
// on sim/base/elementary.h and std::sqrt, never on the C library or Boost.Math (which the tests use as oracle).
//
//   log_gamma            Taylor series about 2 (Abramowitz and Stegun 6.1.33) and Stirling's series (6.1.41)
//   normal_cdf           Cody, Rational Chebyshev approximations for the error function (1969), in the form of
//                        Cody, Algorithm 715 (1993), function ANORM
//   normal_quantile      Wichura, Algorithm AS 241, PPND16 (1988)
//   incomplete_beta      continued fraction of Didonato and Morris, Algorithm 708 (1992)
//   gamma_p, gamma_q     series DLMF 8.11.4 and continued fraction 8.9.2
//                        (both fractions by Lentz's method as modified by Thompson and Barnett)
//   the factors x^a (1-x)^b / B(a,b) and x^a e^-x / Gamma(a) in the saddle-point form of
//                        Loader, Fast and accurate computation of binomial probabilities (2000)
//
// Promise: relative error below 2e-13 for parameters up to 1e4 (1e-11 up to 1e7) and results above 1e-60, tested
// against Boost.Math, in both tails: the one that is small near its end of the range is computed directly (with a
// parameter below 0.05 the other may be smaller still, and then has an absolute error of about 1e-16). log_gamma keeps
// its relative error near its zeros. Cost of the incomplete functions grows with the square root of the parameters. A
// number outside the domain gives NaN; nothing here throws.
//
// Not here: negative arguments of log_gamma, quantiles of beta and gamma (sim/rng/distribution.h tabulates them).
#pragma once

namespace sim {

double log_gamma(double x);           // log Gamma(x), x > 0
double log_beta(double a, double b);  // log B(a, b), a, b > 0

double normal_density(double x);   // phi(x)
double normal_cdf(double x);       // Phi(x); the upper tail is normal_cdf(-x)
double normal_quantile(double p);  // x with Phi(x) = p; 0 and 1 give the infinities

// I_x(a, b) and 1 - I_x(a, b). For x near 1 use incomplete_beta(b, a, 1 - x) with an accurate 1 - x.
double incomplete_beta(double a, double b, double x);
double incomplete_beta_complement(double a, double b, double x);

// The regularized P(a, x) and Q(a, x) = 1 - P(a, x).
double gamma_p(double a, double x);
double gamma_q(double a, double x);

}  // namespace sim
