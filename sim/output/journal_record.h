// The records of a journal as bytes. One header, then one record for each group of replications:
//
//   header   magic, format, length; draws contract, seed, fingerprint, program version, columns, replications of
//            each point, checkpoints, shard, and the scenario as read, from which a plan can be made again; checksum of
//            all that
//   group    magic, fingerprint, number of segments, bytes of them, bytes of columns, checksum of both, checksum of
//            these fields; then the segments, then the columns [column][row] as float32, of doubles both halves
//            (outputs.h)
//   segment  point, first replication, count, bytes of sums and of the summary; these
//
// Numbers are little-endian. Checksums are XXH3-64: they find torn writes and decay, not forgery. Pure functions of
// bytes; journal.h decides what a damaged record means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/collect/group_store.h"
#include "sim/engine/plan.h"

namespace sim::output {

using namespace collect;  // results are what this module writes

// What a run was asked for, as given.
struct ScenarioSource {
  std::string file;
  std::string text;
  std::vector<std::string> assignments;  // of --set, -n and -s
  std::vector<std::string> vary;         // of --vary
};

// What a journal must have in common with the run that goes on with it; the source is for those who read it alone.
struct RunIdentity {
  std::string fingerprint;  // 32 hexadecimal digits (result_file.h)
  std::string version;
  std::uint32_t draws_contract = 0;
  std::uint64_t seed = 0;
  std::uint32_t columns = 0;
  std::vector<std::uint32_t> replications;  // [point]
  std::vector<std::uint32_t> checkpoints;
  Shard shard;
  ScenarioSource source;
};

struct GroupHeader {
  std::string fingerprint;
  std::uint32_t segments = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t column_bytes = 0;
  std::uint64_t checksum = 0;  // of segments, then columns

  std::uint64_t payload() const { return segment_bytes + column_bytes; }
};

inline constexpr std::size_t kHeaderPrefix = 16;  // magic, format, length
inline constexpr std::size_t kGroupHeader = 80;
inline constexpr std::uint32_t kJournalFormat = 2;
inline constexpr std::string_view kGroupMagic = "PSIMgrp\n";

std::string encode(const RunIdentity& identity);
std::string encode(const GroupHeader& header);
std::string encode(std::span<const Segment> segments);

// What the first kHeaderPrefix bytes of a file say: the length of the whole header, or why there is none.
struct HeaderPrefix {
  std::uint32_t bytes = 0;
  std::string problem;  // "its header is truncated"; empty when fine
};
HeaderPrefix decode_header_prefix(std::string_view bytes);
// Nothing when a checksum or a length is wrong.
std::optional<RunIdentity> decode_identity(std::string_view bytes);
std::optional<GroupHeader> decode_group_header(std::string_view bytes);
std::optional<std::vector<Segment>> decode_segments(std::string_view bytes, std::uint32_t count);

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
