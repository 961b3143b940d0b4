#include "sim/lanes/dispatch.h"

#include <fmt/format.h>

#include <cstdlib>

#include "sim/base/problem.h"

namespace sim {

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    case Isa::baseline:
      break;
  }
  return "baseline";
}

std::vector<Isa> available_isas() {
  std::vector<Isa> isas{Isa::baseline};
#if defined(__x86_64__)
  // The feature lists of the x86-64-v3 and -v4 levels as far as compilers use them.
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                  __builtin_cpu_supports("fma");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v3) isas.push_back(Isa::avx2);
  if (v4) isas.push_back(Isa::avx512);
#endif
  return isas;
}

Isa default_isa() {
  const std::vector<Isa> isas = available_isas();
  const char* wanted = std::getenv("PARTNERSIM_ISA");
  if (wanted == nullptr || *wanted == '\0') return isas.back();
  std::string names;
  for (const Isa isa : isas) {
    if (to_string(isa) == wanted) return isa;
    names += (names.empty() ? "" : ", ") + std::string(to_string(isa));
  }
  throw UsageError(fmt::format("PARTNERSIM_ISA={} cannot be used (this machine has {}). Unset it", wanted, names));
}

}  // namespace sim
