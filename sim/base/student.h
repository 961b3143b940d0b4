// The quantile of Student's t law, which intervals from few independent units need.
//
//   P(T > t) = I_x(v/2, 1/2) / 2 with x = v / (v + t^2) (Abramowitz and Stegun 26.7.1, 26.5.27), solved by Newton's
//   method on its logarithm inside a bracket; from 1e5 degrees of freedom on the expansion about the normal quantile
//   (Abramowitz and Stegun 26.7.5), whose next term is below 1e-14 for |t| < 10.
//
// Promise: relative error below 1e-12 for tails above 1e-12, tested against Boost.Math; the same bits on every x86-64
// machine and compiler (see special.h). Degrees of freedom need not be whole; infinity gives the normal quantile. A
// number outside the domain gives NaN; nothing here throws.
#pragma once

namespace sim {

double student_quantile(double freedom, double p);  // t with P(T <= t) = p; 0 and 1 give the infinities

}  // namespace sim
