// A column of values as statistics read it: stored in single or in double precision, each value as a double. Looks at
// them, does not own them.
//
// Promise: a column of singles and one of the same values as doubles have the same statistics, to the last bit.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

namespace sim {

class Values {
 public:
  Values() = default;
  // Of spans, vectors and arrays of either.
  template <class Range>
  requires std::convertible_to<const Range&, std::span<const float>> Values(const Range& range)
      : size_(range.size()), singles_(std::span<const float>(range).data()) {}
  template <class Range>
  requires std::convertible_to<const Range&, std::span<const double>> Values(const Range& range)
      : size_(range.size()), doubles_(std::span<const double>(range).data()) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  double operator[](std::size_t i) const {
    return doubles_ != nullptr ? doubles_[i] : static_cast<double>(singles_[i]);
  }
  Values subspan(std::size_t first, std::size_t count) const {
    Values part;
    part.size_ = count;
    part.singles_ = singles_ != nullptr ? singles_ + first : nullptr;
    part.doubles_ = doubles_ != nullptr ? doubles_ + first : nullptr;
    return part;
  }
  Values first(std::size_t count) const { return subspan(0, count); }

  // As they are stored: one of the two is empty.
  std::span<const float> singles() const { return {singles_, singles_ != nullptr ? size_ : 0}; }
  std::span<const double> doubles() const { return {doubles_, doubles_ != nullptr ? size_ : 0}; }

 private:
  std::size_t size_ = 0;
  const float* singles_ = nullptr;
  const double* doubles_ = nullptr;
};

// The same with the memory it lies in.
struct OwnValues {
  std::vector<float> singles;
  std::vector<double> doubles;  // empty but in double precision

  Values view() const { return doubles.empty() ? Values(singles) : Values(doubles); }
};

}  // namespace sim
