// An ascending list of the lanes that have work, kept twice: as numbers, which generators and loops over the list take,
// and as bits, by which rows of a block are packed to the list and spread again. Vector units do that faster than they
// gather and scatter by number, unless few lanes are left: packing and adding spread rows go by number then. Both give
// the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "sim/lanes/dispatch.h"
#include "sim/lanes/lane.h"

namespace sim {

class LaneList {
 public:
  explicit LaneList(std::size_t room = 0);  // of the largest block, in lanes
  // The same lanes as another, which has no more room.
  LaneList& operator=(const LaneList& other);
  LaneList(LaneList&&) = default;

  // Lists of a block of so many lanes: none, all, or those whose value is above the limit.
  void none(std::size_t lanes);
  void all(std::size_t lanes);
  void above(Isa isa, const std::uint32_t* values, std::size_t lanes, std::uint32_t limit);
  // Those of another list of the block as well.
  void add(const LaneList& other);
  bool has(std::size_t lane) const { return (bits_[lane / kGroup] >> lane % kGroup & 1) != 0; }
  // Lists a lane of the block that it has not, and the other way round.
  void toggle(std::size_t lane);
  // Those of `base`, which may be this list, whose flag (flags[lane]) is not 0, or is.
  void flagged(Isa isa, const LaneList& base, const std::uint32_t* flags) { select_from(isa, base, flags, false); }
  void unflagged(Isa isa, const LaneList& base, const std::uint32_t* flags) { select_from(isa, base, flags, true); }

  // Those whose flag is not 0 leave this list for `dropped`, which has as much room. False where there are none, and
  // `dropped` is not to be used then.
  bool drop_flagged(Isa isa, const std::uint32_t* flags, LaneList& dropped);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::uint32_t* data() const { return lanes_; }
  const std::uint32_t* begin() const { return lanes_; }
  const std::uint32_t* end() const { return lanes_ + size_; }
  std::uint32_t operator[](std::size_t k) const { return lanes_[k]; }

  // Bit l % 16 of group l / 16 stands for lane l of the block.
  static constexpr std::size_t kGroup = 16;
  const std::uint16_t* bits() const { return bits_; }
  std::size_t groups() const { return groups_; }

 private:
  friend class LaneLists;
  LaneList(std::uint32_t* lanes, std::uint16_t* bits) : lanes_(lanes), bits_(bits) {}
  void list_bits();
  void select_from(Isa isa, const LaneList& base, const std::uint32_t* flags, bool inverted);

  struct Storage {
    Lane<std::uint32_t> lanes;
    Lane<std::uint16_t> bits;
  };
  std::unique_ptr<Storage> own_;  // null where it lies among others
  std::uint32_t* lanes_;
  std::uint16_t* bits_;
  std::uint32_t size_ = 0, groups_ = 0;
};

// Many lists whose lanes lie side by side, so that walking over them reads memory in its order.
class LaneLists {
 public:
  LaneLists(std::size_t lists, std::size_t room);
  LaneList& operator[](std::size_t k) { return lists_[k]; }
  const LaneList& operator[](std::size_t k) const { return lists_[k]; }
  std::span<const LaneList> all() const { return lists_; }
  std::size_t size() const { return lists_.size(); }

 private:
  Lane<std::uint32_t> lanes_;
  Lane<std::uint16_t> bits_;
  Lane<LaneList> lists_;
};

// Rows have room for the block, with padding; what is beyond the list, or beyond the block, may be overwritten.
//
//   compress             to[k] = from[list[k]]
//   compress_product     to[k] = a[list[k]] * b[list[k]]
//   expand               to[list[k]] = from[k], and 0 in the other lanes of the block
//   expand_add           to[list[k]] += from[k]; no lane of `to` may be -0, for others may gain 0
//   expand_add_product   to[list[k]] += from[k] * times[list[k]]; the same holds, and `times` is finite and not
//   negative add_to               to[list[k]] += value; the same holds
void compress(Isa isa, const float* from, const LaneList& list, float* to);
void compress(Isa isa, const std::uint32_t* from, const LaneList& list, std::uint32_t* to);
void compress_product(Isa isa, const float* a, const float* b, const LaneList& list, float* to);
void expand(Isa isa, const float* from, const LaneList& list, float* to);
void expand(Isa isa, const std::uint32_t* from, const LaneList& list, std::uint32_t* to);
void expand_add(Isa isa, const float* from, const LaneList& list, float* to);
void expand_add_product(Isa isa, const float* from, const float* times, const LaneList& list, float* to);
void add_to(Isa isa, float value, const LaneList& list, float* to);

}  // namespace sim
