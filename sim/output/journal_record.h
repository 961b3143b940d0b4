// The records of a journal as bytes. One header, then one record for each group of replications:
//
//   header   magic, format, length; draws contract, seed, fingerprint, program version, columns, replications of
//            each point; checksum of all that
//   group    magic, fingerprint, point, first replication, count, bytes of sums, bytes of columns, checksum of both,
//            checksum of these fields; then the sums (sums_codec.h), then the columns [column][row] as float32
//
// Numbers are little-endian. Checksums are XXH3-64: they find torn writes and decay, not forgery. Pure functions of
// bytes; journal.h decides what a damaged record means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/model.h"

namespace sim::output {

// What a journal must have in common with the run that goes on with it.
struct RunIdentity {
  std::string fingerprint;  // 32 hexadecimal digits (result_file.h)
  std::string version;
  std::uint32_t draws_contract = 0;
  std::uint64_t seed = 0;
  std::uint32_t columns = 0;
  std::vector<std::uint32_t> replications;  // [point]
};

struct GroupHeader {
  std::string fingerprint;
  Block range;
  std::uint64_t sums_bytes = 0;
  std::uint64_t column_bytes = 0;
  std::uint64_t checksum = 0;  // of sums, then columns

  std::uint64_t payload() const { return sums_bytes + column_bytes; }
};

inline constexpr std::size_t kHeaderPrefix = 16;  // magic, format, length
inline constexpr std::size_t kGroupHeader = 88;
inline constexpr std::uint32_t kJournalFormat = 1;
inline constexpr std::string_view kGroupMagic = "PSIMgrp\n";

std::string encode(const RunIdentity& identity);
std::string encode(const GroupHeader& header);

// What the first kHeaderPrefix bytes of a file say: the length of the whole header, or why there is none.
struct HeaderPrefix {
  std::uint32_t bytes = 0;
  std::string problem;  // "its header is truncated"; empty when fine
};
HeaderPrefix decode_header_prefix(std::string_view bytes);
// Nothing when a checksum or a length is wrong.
std::optional<RunIdentity> decode_identity(std::string_view bytes);
std::optional<GroupHeader> decode_group_header(std::string_view bytes);

// "it belongs to another run: seed 7, not 1"; empty when the journal is of `run`.
std::string difference(const RunIdentity& journal, const RunIdentity& run);

// XXH3-64 of what is fed in pieces.
class Checksum {
 public:
  Checksum();
  ~Checksum();
  void add(const void* data, std::size_t bytes);
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sim::output
