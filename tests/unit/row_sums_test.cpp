// sim/lanes/row_sums.h against a loop, on all instruction sets: the same bits, whatever the padding holds.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "sim/lanes/row_sums.h"

namespace {

// Any spread of values over many magnitudes will do, so that the order of additions shows.
float value_at(std::size_t row, std::size_t lane) {
  const auto word = static_cast<std::uint32_t>((row + 1) * 2654435761U + (lane + 1) * 2246822519U);
  return static_cast<float>(word) * (word % 3 == 0 ? 1e-9f : 1.0f);
}

}  // namespace

TEST_CASE("sums over rows are those of a loop in the order of the rows") {
  for (const std::size_t rows : {0U, 1U, 2U, 13U})
    for (const std::size_t lanes : {1U, 15U, 16U, 17U, 127U, 128U, 129U, 512U, 700U}) {
      CAPTURE(rows);
      CAPTURE(lanes);
      sim::Grid<float> grid(rows, lanes);
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t i = 0; i < grid.stride(); ++i)
          grid.row(r)[i] = i < lanes ? value_at(r, i) : std::numeric_limits<float>::quiet_NaN();
      for (const sim::Isa isa : sim::available_isas()) {
        sim::Lane<double> sums(sim::padded(lanes), -1.0);
        sim::sum_rows(isa, grid, lanes, sums.data());
        bool same = true;
        for (std::size_t i = 0; i < lanes; ++i) {
          double sum = 0.0;
          for (std::size_t r = 0; r < rows; ++r) sum += static_cast<double>(grid.row(r)[i]);
          same = same && sums[i] == sum;
        }
        CHECK(same);
      }
    }
}
