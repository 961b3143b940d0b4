#include "sim/lanes/row_sums.h"

namespace sim {

void sum_rows(Isa isa, const Grid<float>& grid, std::size_t lanes, double* sums) {
  on_lanes(isa, [=, first = grid.data(), rows = grid.rows(), stride = grid.stride()]() SIM_LANES {
    alignas(kCacheLine) double sum[kStage];
    for (std::size_t begin = 0; begin < lanes; begin += kStage) {
      const std::size_t n = overrun(lanes - begin < kStage ? lanes - begin : kStage);
      for (std::size_t i = 0; i < n; ++i) sum[i] = 0.0;
      for (std::size_t r = 0; r < rows; ++r) {
        const float* row = first + r * stride + begin;
        for (std::size_t i = 0; i < n; ++i) sum[i] += static_cast<double>(row[i]);
      }
      for (std::size_t i = 0; i < n; ++i) sums[begin + i] = sum[i];
    }
  });
}

}  // namespace sim
