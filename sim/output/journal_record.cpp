#include "sim/output/journal_record.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstring>

namespace sim::output {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

constexpr std::string_view kHeaderMagic = "PSIMjrn\n";
constexpr std::uint32_t kLongestHeader = 1 << 24;  // assumed: a million points need 4 MB
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

 private:
  std::string_view rest_;
};

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
  put(body, static_cast<std::uint32_t>(identity.version.size()));
  body += identity.version;
  put(body, identity.columns);
  put(body, static_cast<std::uint32_t>(identity.replications.size()));
  for (const std::uint32_t count : identity.replications) put(body, count);

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
  put(out, header.range.point);
  put(out, header.range.first_replication);
  put(out, header.range.replications);
  put(out, std::uint32_t{0});
  put(out, header.sums_bytes);
  put(out, header.column_bytes);
  put(out, header.checksum);
  put(out, checksum_of(out));
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
  const auto version = reader.number<std::uint32_t>();
  if (reader.left() < std::size_t{version} + 8) return std::nullopt;
  identity.version = reader.text(version);
  identity.columns = reader.number<std::uint32_t>();
  const auto points = reader.number<std::uint32_t>();
  if (reader.left() != std::size_t{points} * 4) return std::nullopt;
  for (std::uint32_t p = 0; p < points; ++p) identity.replications.push_back(reader.number<std::uint32_t>());
  return identity;
}

std::optional<GroupHeader> decode_group_header(std::string_view bytes) {
  if (bytes.size() != kGroupHeader || !bytes.starts_with(kGroupMagic)) return std::nullopt;
  const auto body = checked(bytes);
  if (!body) return std::nullopt;
  Reader reader(body->substr(kGroupMagic.size()));
  GroupHeader header;
  header.fingerprint = reader.text(kFingerprint);
  header.range.point = reader.number<std::uint32_t>();
  header.range.first_replication = reader.number<std::uint32_t>();
  header.range.replications = reader.number<std::uint32_t>();
  reader.number<std::uint32_t>();
  header.sums_bytes = reader.number<std::uint64_t>();
  header.column_bytes = reader.number<std::uint64_t>();
  header.checksum = reader.number<std::uint64_t>();
  return header;
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
    return fmt::format("it belongs to another run: of {} replications, not {}", journal.replications.front(),
                       run.replications.front());
  if (journal.fingerprint != run.fingerprint || journal.replications != run.replications ||
      journal.columns != run.columns)
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
