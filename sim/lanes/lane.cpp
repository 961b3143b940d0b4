#include "sim/lanes/lane.h"

#include <sys/mman.h>

#include <new>

namespace sim {
namespace {

constexpr std::size_t kLargePage = std::size_t{1} << 21;
// Rows of a large network are read one after the other, month by month: far more than the processor keeps addresses of.
constexpr std::size_t kLarge = 2 * kLargePage;

constexpr std::align_val_t alignment_of(std::size_t bytes) {
  return std::align_val_t{bytes < kLarge ? kCacheLine : kLargePage};
}

}  // namespace

void* allocate_lanes(std::size_t bytes) {
  void* lanes = ::operator new(bytes, alignment_of(bytes));
  if (bytes >= kLarge) madvise(lanes, bytes, MADV_HUGEPAGE);  // advice: nothing is lost where it is not taken
  return lanes;
}

void release_lanes(void* lanes, std::size_t bytes) { ::operator delete(lanes, alignment_of(bytes)); }

}  // namespace sim
