#include "sim/collect/sums_codec.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace sim::collect {
namespace {

using Int128 = ExactMoments::Int128;
__extension__ using Uint128 = unsigned __int128;

class Encoder {
 public:
  void number(Uint128 value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(static_cast<unsigned char>(value) | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void signed_number(Int128 value) { number((static_cast<Uint128>(value) << 1) ^ static_cast<Uint128>(value >> 127)); }
  void moments(const std::vector<ExactMoments>& list) {
    for (const ExactMoments& m : list) {
      signed_number(m.parts().sum);
      signed_number(m.parts().squares);
      number(m.parts().count);
      number(m.parts().squares_high);
    }
  }
  void band(const LogHistogram& band) {
    std::uint64_t filled = 0;
    band.each([&](std::int32_t, std::uint32_t) { ++filled; });
    number(filled);
    std::int64_t before = 0;
    band.each([&](std::int32_t bin, std::uint32_t count) {
      signed_number(bin - before);
      number(count);
      before = bin;
    });
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// After the first failure everything reads as 0 and ok() is false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && at_ == bytes_.size(); }

  Uint128 number() {
    Uint128 value = 0;
    for (unsigned shift = 0; ok_ && shift < 128; shift += 7) {
      if (at_ == bytes_.size()) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<Uint128>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  Int128 signed_number() {
    const Uint128 coded = number();
    return static_cast<Int128>(coded >> 1) ^ -static_cast<Int128>(coded & 1);
  }
  template <class T>
  T within(Int128 value, T low, T high) {
    ok_ = ok_ && value >= static_cast<Int128>(low) && value <= static_cast<Int128>(high);
    return ok_ ? static_cast<T>(value) : T{};
  }
  template <class T>
  T count() {
    return within<T>(static_cast<Int128>(number()), 0, std::numeric_limits<T>::max());
  }
  void moments(std::vector<ExactMoments>& list) {
    for (ExactMoments& m : list) {
      ExactMoments::Parts parts;
      parts.sum = signed_number();
      parts.squares = within<Int128>(signed_number(), 0, std::numeric_limits<Int128>::max());
      parts.count = count<std::uint64_t>();
      parts.squares_high = number();
      m = ExactMoments(parts);
    }
  }
  void band(LogHistogram& band) {
    constexpr std::int32_t kFarthestBin = 1 << 16;  // float32 without its lower 16 bits has no more
    band.clear();
    const auto filled = count<std::uint32_t>();
    std::int32_t bin = 0;
    for (std::uint32_t k = 0; ok_ && k < filled; ++k) {
      bin =
          within<std::int32_t>(bin + signed_number() % (4 * kFarthestBin), k == 0 ? -kFarthestBin : bin, kFarthestBin);
      if (!ok_) return;
      band.add(bin, count<std::uint32_t>());
    }
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

std::string encode(const Accumulators& sums) {
  Encoder encoder;
  encoder.number(sums.replications);
  encoder.moments(sums.trajectory_moments);
  for (const LogHistogram& band : sums.bands) encoder.band(band);
  encoder.moments(sums.member_totals);
  for (std::size_t member = 0; member < sums.members; ++member)
    for (const std::uint32_t alive : sums.survivors(member)) encoder.number(alive);
  return encoder.take();
}

bool decode(std::string_view bytes, Accumulators& sums) {
  Decoder decoder(bytes);
  sums.replications = decoder.count<std::uint64_t>();
  decoder.moments(sums.trajectory_moments);
  for (LogHistogram& band : sums.bands) decoder.band(band);
  decoder.moments(sums.member_totals);
  std::vector<std::uint32_t> survivors(sums.months);
  for (std::size_t member = 0; member < sums.members && !sums.alive_changes.empty(); ++member) {
    for (std::uint32_t& alive : survivors) alive = decoder.count<std::uint32_t>();
    sums.set_survivors(member, survivors);
  }
  return decoder.at_end();
}

}  // namespace sim::collect
