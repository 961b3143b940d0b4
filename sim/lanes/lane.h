// Storage for replications side by side: a Lane holds one value for each replication of a block, a
// Grid one Lane for each entity (row). Lanes are padded to whole cache lines, so that vector loops may
// run over the padding; what stands there is never read into a result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sim {

// Loops may overrun `count` up to the next multiple of this many elements: a vector of the widest instruction set.
inline constexpr std::size_t kLanePadding = 16;
inline constexpr std::size_t kCacheLine = 64;

// The number of iterations of a vector loop that may overrun `count` lanes: whole vectors of every instruction set, so
// that the compiler leaves no remainder to be done lane by lane. Not for loops whose padding could reach a result.
constexpr std::size_t overrun(std::size_t count) { return (count + 15) & ~std::size_t{15}; }

// Lanes that a kernel with long chains of dependent operations, or with many rows, works on at a time: what it keeps of
// them between its stages lies on the stack and stays in the first-level cache. Assumed.
inline constexpr std::size_t kStage = 128;

constexpr std::size_t padded(std::size_t lanes) { return (lanes + kLanePadding - 1) / kLanePadding * kLanePadding; }

// Aligned to cache lines; large ones to the pages that spare the processor most look-ups of addresses, where the system
// has such.
void* allocate_lanes(std::size_t bytes);
void release_lanes(void* lanes, std::size_t bytes);

template <class T>
struct CacheAligned {
  using value_type = T;
  CacheAligned() = default;
  template <class U>
  CacheAligned(const CacheAligned<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_lanes(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { release_lanes(p, n * sizeof(T)); }
  bool operator==(const CacheAligned&) const = default;
};

template <class T>
using Lane = std::vector<T, CacheAligned<T>>;

template <class T>
class Grid {
 public:
  Grid() = default;
  Grid(std::size_t rows, std::size_t lanes) : stride_(padded(lanes)), data_(rows * stride_) {}
  T* row(std::size_t i) { return data_.data() + i * stride_; }
  const T* row(std::size_t i) const { return data_.data() + i * stride_; }
  T* data() { return data_.data(); }  // row i starts at i * stride()
  const T* data() const { return data_.data(); }
  std::size_t stride() const { return stride_; }
  std::size_t rows() const { return stride_ == 0 ? 0 : data_.size() / stride_; }
  void fill(T value) { data_.assign(data_.size(), value); }
  std::size_t bytes() const { return data_.size() * sizeof(T); }

 private:
  std::size_t stride_ = 0;
  Lane<T> data_;
};

}  // namespace sim
