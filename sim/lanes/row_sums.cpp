#include "sim/lanes/row_sums.h"

namespace sim {
namespace {

SIM_INLINE double as_double(double sum) { return sum; }
SIM_INLINE double as_double(std::uint32_t sum) { return static_cast<double>(static_cast<std::int32_t>(sum)); }

template <class Sum, class T>
void sum_rows_as(Isa isa, const Grid<T>& grid, std::size_t lanes, double* sums) {
  on_lanes(isa, [=, first = grid.rows() == 0 ? nullptr : grid.row(0), rows = grid.rows(), stride = grid.stride()]()
                    SIM_LANES {
                      alignas(kCacheLine) Sum sum[kStage];
                      for (std::size_t begin = 0; begin < lanes; begin += kStage) {
                        const std::size_t n = overrun(lanes - begin < kStage ? lanes - begin : kStage);
                        for (std::size_t i = 0; i < n; ++i) sum[i] = Sum{};
                        for (std::size_t r = 0; r < rows; ++r) {
                          const T* row = first + r * stride + begin;
                          for (std::size_t i = 0; i < n; ++i) sum[i] += static_cast<Sum>(row[i]);
                        }
                        for (std::size_t i = 0; i < n; ++i) sums[begin + i] = as_double(sum[i]);
                      }
                    });
}

}  // namespace

void sum_rows(Isa isa, const Grid<float>& rows, std::size_t lanes, double* sums) {
  sum_rows_as<double>(isa, rows, lanes, sums);
}

void sum_rows(Isa isa, const Grid<std::uint32_t>& rows, std::size_t lanes, double* sums) {
  sum_rows_as<std::uint32_t>(isa, rows, lanes, sums);
}

}  // namespace sim
