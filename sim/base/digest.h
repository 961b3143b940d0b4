// XXH3-128 of data that comes piece by piece.
#pragma once

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sim {

using Hash = std::array<std::uint64_t, 2>;  // XXH3-128, low half first

inline std::string hex(const Hash& hash) { return fmt::format("{:016x}{:016x}", hash[1], hash[0]); }

class Digest {
 public:
  Digest() { XXH3_128bits_reset(&state_); }
  void add(const void* data, std::size_t bytes) { XXH3_128bits_update(&state_, data, bytes); }
  template <class T>
  void add_value(T value) {
    add(&value, sizeof value);
  }
  std::string text() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return hex({hash.low64, hash.high64});
  }

 private:
  XXH3_state_t state_{};
};

}  // namespace sim
