#include "sim/output/journal_record.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstring>

#include "sim/base/counted.h"

namespace sim::output {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

constexpr std::string_view kHeaderMagic = "PSIMjrn\n";
constexpr std::uint32_t kLongestHeader = 1 << 26;  // assumed: a scenario text of 16 MB and a million points
constexpr std::size_t kFingerprint = 32;

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Callers have checked the length.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string text(std::size_t length) {
    std::string value(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }
  std::size_t left() const { return rest_.size(); }

  // The same where lengths come from the bytes themselves: after the first that is too long, nothing and not whole().
  std::string counted_text() {
    const auto length = guarded<std::uint32_t>();
    if (length > left()) whole_ = false;
    return whole_ ? text(length) : std::string();
  }
  template <class T>
  T guarded() {
    if (left() < sizeof(T)) whole_ = false;
    return whole_ ? number<T>() : T{};
  }
  template <class Read>
  auto list(const Read& read) {
    std::vector<decltype(read())> items;
    for (auto count = guarded<std::uint32_t>(); count != 0 && whole_; --count) items.push_back(read());
    return items;
  }
  bool whole() const { return whole_; }

 private:
  std::string_view rest_;
  bool whole_ = true;
};

void put_text(std::string& out, const std::string& text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put_list(std::string& out, const std::vector<std::uint32_t>& list) {
  put(out, static_cast<std::uint32_t>(list.size()));
  for (const std::uint32_t item : list) put(out, item);
}

void put_list(std::string& out, const std::vector<std::string>& list) {
  put(out, static_cast<std::uint32_t>(list.size()));
  for (const std::string& item : list) put_text(out, item);
}

std::uint64_t checksum_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

// The bytes before a checksum in the last eight, if it is right.
std::optional<std::string_view> checked(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint64_t)) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (Reader(bytes.substr(body.size())).number<std::uint64_t>() != checksum_of(body)) return std::nullopt;
  return body;
}

}  // namespace

std::string encode(const RunIdentity& identity) {
  std::string body;
  put(body, identity.draws_contract);
  put(body, identity.seed);
  body += identity.fingerprint;
  put_text(body, identity.version);
  put(body, identity.columns);
  put_list(body, identity.replications);
  put_list(body, identity.checkpoints);
  put(body, identity.shard.number);
  put(body, identity.shard.of);
  put_text(body, identity.source.file);
  put_text(body, identity.source.text);
  put_list(body, identity.source.assignments);
  put_list(body, identity.source.vary);

  std::string out(kHeaderMagic);
  put(out, kJournalFormat);
  put(out, static_cast<std::uint32_t>(kHeaderPrefix + body.size() + sizeof(std::uint64_t)));
  out += body;
  put(out, checksum_of(out));
  return out;
}

std::string encode(const GroupHeader& header) {
  std::string out(kGroupMagic);
  out += header.fingerprint;
  put(out, header.segments);
  put(out, std::uint32_t{0});
  put(out, header.segment_bytes);
  put(out, header.column_bytes);
  put(out, header.checksum);
  put(out, checksum_of(out));
  return out;
}

std::string encode(std::span<const Segment> segments) {
  std::string out;
  for (const Segment& segment : segments) {
    put(out, segment.range.point);
    put(out, segment.range.first_replication);
    put(out, segment.range.replications);
    put_text(out, segment.sums);
    put_text(out, segment.summary);
  }
  return out;
}

HeaderPrefix decode_header_prefix(std::string_view bytes) {
  if (!bytes.starts_with(kHeaderMagic.substr(0, bytes.size()))) return {0, "it is not a journal of partnersim"};
  if (bytes.size() < kHeaderPrefix) return {0, "its header is truncated"};
  Reader reader(bytes.substr(kHeaderMagic.size()));
  const auto format = reader.number<std::uint32_t>();
  const auto length = reader.number<std::uint32_t>();
  if (format != kJournalFormat)
    return {0, fmt::format("its format is number {}, and this version reads {}", format, kJournalFormat)};
  if (length < kHeaderPrefix || length > kLongestHeader) return {0, "its header is damaged"};
  return {length, {}};
}

std::optional<RunIdentity> decode_identity(std::string_view bytes) {
  constexpr std::size_t kFixed = 4 + 8 + kFingerprint + 4;
  const auto body = checked(bytes);
  if (!body || body->size() < kHeaderPrefix + kFixed) return std::nullopt;
  Reader reader(body->substr(kHeaderPrefix));
  RunIdentity identity;
  identity.draws_contract = reader.number<std::uint32_t>();
  identity.seed = reader.number<std::uint64_t>();
  identity.fingerprint = reader.text(kFingerprint);
  identity.version = reader.counted_text();
  identity.columns = reader.guarded<std::uint32_t>();
  const auto number = [&] { return reader.guarded<std::uint32_t>(); };
  const auto text = [&] { return reader.counted_text(); };
  identity.replications = reader.list(number);
  identity.checkpoints = reader.list(number);
  identity.shard.number = number();
  identity.shard.of = number();
  identity.source.file = text();
  identity.source.text = text();
  identity.source.assignments = reader.list(text);
  identity.source.vary = reader.list(text);
  if (!reader.whole() || reader.left() != 0) return std::nullopt;
  return identity;
}

std::optional<GroupHeader> decode_group_header(std::string_view bytes) {
  if (bytes.size() != kGroupHeader || !bytes.starts_with(kGroupMagic)) return std::nullopt;
  const auto body = checked(bytes);
  if (!body) return std::nullopt;
  Reader reader(body->substr(kGroupMagic.size()));
  GroupHeader header;
  header.fingerprint = reader.text(kFingerprint);
  header.segments = reader.number<std::uint32_t>();
  reader.number<std::uint32_t>();
  header.segment_bytes = reader.number<std::uint64_t>();
  header.column_bytes = reader.number<std::uint64_t>();
  header.checksum = reader.number<std::uint64_t>();
  return header;
}

std::optional<std::vector<Segment>> decode_segments(std::string_view bytes, std::uint32_t count) {
  Reader reader(bytes);
  std::vector<Segment> segments;
  for (std::uint32_t s = 0; s < count && reader.whole(); ++s) {
    Segment segment;
    segment.range.point = reader.guarded<std::uint32_t>();
    segment.range.first_replication = reader.guarded<std::uint32_t>();
    segment.range.replications = reader.guarded<std::uint32_t>();
    segment.sums = reader.counted_text();
    segment.summary = reader.counted_text();
    segments.push_back(std::move(segment));
  }
  if (!reader.whole() || reader.left() != 0) return std::nullopt;
  return segments;
}

std::string difference(const RunIdentity& journal, const RunIdentity& run) {
  if (journal.version != run.version)
    return fmt::format("it was written by version {}, and this is {}", journal.version, run.version);
  if (journal.draws_contract != run.draws_contract)
    return fmt::format("its draws contract is number {}, and that of this version {}", journal.draws_contract,
                       run.draws_contract);
  if (journal.seed != run.seed)
    return fmt::format("it belongs to another run: its seed is {}, not {}", journal.seed, run.seed);
  if (journal.replications != run.replications && journal.replications.size() == 1 && run.replications.size() == 1)
    return fmt::format("it belongs to another run: of {}, not {}", counted(journal.replications.front(), "replication"),
                       whole(run.replications.front()));
  if (journal.shard != run.shard) return fmt::format("it is of shard {} of {}", journal.shard.number, journal.shard.of);
  if (journal.fingerprint != run.fingerprint || journal.checkpoints != run.checkpoints ||
      journal.replications != run.replications || journal.columns != run.columns)
    return "it belongs to another run: a value of the scenario differs";
  return {};
}

struct Checksum::State {
  XXH3_state_t state;
};

Checksum::Checksum() : state_(std::make_unique<State>()) { XXH3_64bits_reset(&state_->state); }
Checksum::~Checksum() = default;
void Checksum::add(const void* data, std::size_t bytes) { XXH3_64bits_update(&state_->state, data, bytes); }
std::uint64_t Checksum::value() const { return XXH3_64bits_digest(&state_->state); }

}  // namespace sim::output
