// Keys that sources of sales share: "partner.*", "firm.direct" and "acquisition.*" have the same ones for conversion.
#pragma once

#include "models/scenario/relation.h"
#include "models/sources/deal_values.h"
#include "models/whole_months.h"
#include "sim/rng/distribution.h"

namespace partnersim {

// Of one source in a month; assumed: as many deals take a second or so in one replication (load_limit.cpp).
inline constexpr sim::Range kLeads = sim::up_to(1e7);

// clang-format off
inline const sim::ParameterSpec close_rate_spec(std::string_view path) {
  return {.path = path, .unit = "1", .range = {0, 1}, .required = true, .frequency = sim::Frequency::once_a_replication,
          .laws = number_laws(), .check = number_problem, .doc = "share of the leads that become deals"};
}
inline const sim::ParameterSpec deal_value_spec(std::string_view path) {
  return {.path = path, .unit = "currency", .range = kDealValues, .required = true,
          .frequency = sim::Frequency::per_event, .laws = sim::distribution_laws(), .check = sim::distribution_problem,
          .doc = "value of one deal"};
}
inline const sim::ParameterSpec lag_spec(std::string_view path) {
  return {.path = path, .unit = "months", .range = {0, 1e6}, .fallback = 0.0, .frequency = sim::Frequency::per_event,
          .laws = lag_laws(), .check = whole_months_problem, .doc = "from the lead to the deal, in whole months",
          .source = "neutral"};
}
inline const sim::ParameterSpec fee_spec(std::string_view path) {
  return {.path = path, .unit = "currency", .range = sim::up_to(1e9), .required = true,
          .frequency = sim::Frequency::once_a_replication, .laws = number_laws(), .check = number_problem,
          .doc = "what a customer pays a month, on top of the deal value"};
}
inline const sim::ParameterSpec retention_spec(std::string_view path) {
  return {.path = path, .unit = "1 a month", .range = {0, 1}, .required = true,
          .doc = "probability that a paying customer stays another month", .yearly = sim::Yearly::share_that_stays};
}
inline const sim::ParameterSpec month_shape_spec(std::string_view path) {
  return {.path = path, .unit = "1", .range = {0.01, 1e6},
          .doc = "gamma shape of how good a month is, mean 1; none: Poisson months",
          .drawn = {"once a month", "gamma(mean 1, shape {})"}};
}
inline const sim::ParameterSpec customers_spec(std::string_view path) {
  return {.path = path, .kind = sim::Kind::integer, .unit = "customers", .range = {0, 1e6}, .fallback = 0.0,
          .doc = "customers who are there, and pay, when month 1 begins", .source = "neutral"};
}
// An intensity, cost or share that may be drawn once a replication.
inline const sim::ParameterSpec drawn_spec(std::string_view path, std::string_view unit, sim::Range range,
                                           std::string_view doc) {
  return {.path = path, .unit = unit, .range = range, .frequency = sim::Frequency::once_a_replication,
          .laws = number_laws(), .check = number_problem, .doc = doc, .source = "neutral"};
}
// Not given is not the same as any number.
inline const sim::ParameterSpec without_default(sim::ParameterSpec spec) {
  spec.source = {};
  return spec;
}
inline const sim::ParameterSpec required(sim::ParameterSpec spec) {
  spec.required = true;
  spec.source = {};
  return spec;
}
inline const sim::ParameterSpec mostly(sim::Range usual, sim::ParameterSpec spec) {
  spec.usual = usual;
  return spec;
}
// clang-format on

}  // namespace partnersim
