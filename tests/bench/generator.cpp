// How fast is the generator alone on this machine? Philox4x32-10 for listed lanes, as the kernels call it, on each
// instruction set: words a second of the best of many short turns, as JSON. Nothing whose draws have addresses can be
// faster than this allows, so that it tells machines apart: bench.py prints it beside the speed of whole runs.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "sim/lanes/dispatch.h"
#include "sim/lanes/lane.h"
#include "sim/rng/philox.h"

namespace {

constexpr std::uint32_t kLanes = 256;  // about what is left of a block half way through the reference workload
constexpr std::uint32_t kCalls = 200, kTurns = 200;

double words_a_second(sim::Isa isa, std::uint32_t& used) {
  const sim::Philox philox(1);
  sim::Lane<std::uint32_t> lanes(kLanes);
  std::iota(lanes.begin(), lanes.end(), 0u);
  sim::Grid<std::uint32_t> words(4, kLanes);
  double best = 0.0;
  for (std::uint32_t turn = 0; turn < kTurns; ++turn) {
    const auto began = std::chrono::steady_clock::now();
    for (std::uint32_t call = 0; call < kCalls; ++call) {
      philox.words(isa, {lanes.data(), kLanes, kLanes * turn}, {call, 0, 1, 0}, sim::Philox::Words::in(words));
      used ^= words.row(0)[call % kLanes];
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    best = std::max(best, 4.0 * kLanes * kCalls / seconds.count());
  }
  return best;
}

}  // namespace

int main() {
  std::uint32_t used = 0;
  fmt::print("{{");
  for (const sim::Isa isa : sim::available_isas())
    fmt::print("\"{}\": {:.4g}, ", sim::to_string(isa), words_a_second(isa, used));
  fmt::print("\"used\": {}}}\n", used);
}
