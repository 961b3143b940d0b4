// One portable binary, three instruction sets, the same bits.
//
// A hot loop is written once, as plain C++ over arrays, inside a lambda:
//
//     on_lanes(isa, [=]() SIM_LANES { for (std::size_t i = 0; i < n; ++i) out[i] = a[i] * b[i]; });
//
// (captured by value, so that the compiler knows its pointers and constants do not change) and is compiled three times:
// the lambda is inlined into a function for each instruction set, where the vectoriser sees it. Helpers called from it
// must be SIM_INLINE, otherwise they stay baseline code. Only IEEE + - * / sqrt, integer operations and bit casts may
// appear inside, and the project is compiled with -ffp-contract=off, so that every instruction set gives the same bits.
//
// Deliberately not function multiversioning by the loader: the choice must be possible at run time,
// so that one test process can compare instruction sets.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#define SIM_INLINE [[gnu::always_inline]] inline
#define SIM_LANES __attribute__((always_inline))
// Before a loop whose iterations touch different elements, though a compiler cannot see it: rows that are the same or
// do not overlap.
#if defined(__clang__)
#define SIM_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define SIM_INDEPENDENT _Pragma("GCC ivdep")
#endif

#if defined(__x86_64__)
#if defined(__clang__)
#define SIM_TARGET_AVX512 [[gnu::target("arch=x86-64-v4")]]
#else
#define SIM_TARGET_AVX512 [[gnu::target("arch=x86-64-v4,prefer-vector-width=512")]]
#endif
#define SIM_TARGET_AVX2 [[gnu::target("arch=x86-64-v3")]]
#endif

namespace sim {

enum class Isa : std::uint8_t { baseline, avx2, avx512 };

std::string_view to_string(Isa isa);
// The instruction sets this machine can run, from baseline upwards.
std::vector<Isa> available_isas();
// The best available one, or what PARTNERSIM_ISA (baseline, avx2, avx512) names.
// Throws UsageError when the name is unknown or the machine lacks it.
Isa default_isa();

namespace detail {
template <class Body>
void run_baseline(Body body) {
  body();
}
#if defined(__x86_64__)
template <class Body>
SIM_TARGET_AVX2 void run_avx2(Body body) {
  body();
}
template <class Body>
SIM_TARGET_AVX512 void run_avx512(Body body) {
  body();
}
#endif
}  // namespace detail

template <class Body>
inline void on_lanes([[maybe_unused]] Isa isa, Body body) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return detail::run_avx512(body);
  if (isa == Isa::avx2) return detail::run_avx2(body);
#endif
  detail::run_baseline(body);
}

}  // namespace sim
