#include "sim/output/journal.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/output/file_place.h"

namespace sim::output {
namespace {

// A crash loses a second's work. Where the sums of a group weigh more than its columns (large networks, slow
// replications), groups wait until they do not, but not longer than half a minute. Both assumed.
constexpr std::chrono::duration<double> kCommitAfter{1.0};
constexpr std::chrono::duration<double> kCommitAtLast{30.0};

std::string text_of(const LockedFile& file, std::uint64_t offset, std::size_t most) {
  std::string text(std::min<std::uint64_t>(most, file.size() - std::min(offset, file.size())), '\0');
  if (!file.read(text.data(), text.size(), offset)) text.clear();
  return text;
}

}  // namespace

Journal::Journal(std::unique_ptr<LockedFile> file, RunIdentity run, std::uint64_t end)
    : file_(std::move(file)), run_(std::move(run)), end_(end) {}

Journal::~Journal() {
  if (may_be_removed_ && groups_.empty()) file_->remove_quietly();
}

std::unique_ptr<Journal> Journal::create(const std::filesystem::path& name, const RunIdentity& run, bool replace) {
  using Open = LockedFile::Open;
  const std::filesystem::path path = file_place(name);
  const std::string header = encode(run);
  // All who begin meet at this lock; the one who comes second finds the journal there.
  auto file = std::make_unique<LockedFile>(path.string() + ".partial", path, Open::create);
  std::unique_ptr<LockedFile> old;
  std::error_code ignored;
  try {
    if (std::filesystem::exists(path, ignored)) {
      old = std::make_unique<LockedFile>(path, path, Open::existing);
      if (!replace) throw InputOutputError(path.string() + ": cannot create the file (it exists).");
    }
    file->truncate(0);
    file->write(header.data(), header.size(), 0, "create the file");
    file->sync("create the file");
    file->rename(path, "create the file");
  } catch (const InputOutputError&) {
    file->remove_quietly();
    throw;
  }
  std::unique_ptr<Journal> journal(new Journal(std::move(file), run, header.size()));
  journal->may_be_removed_ = true;
  return journal;
}

std::unique_ptr<Journal> Journal::open(const std::filesystem::path& path, const RunIdentity& run) {
  std::unique_ptr<Journal> journal = open_any(path);
  if (const std::string reason = difference(journal->run_, run); !reason.empty()) journal->refuse(reason);
  return journal;
}

std::unique_ptr<Journal> Journal::open_any(const std::filesystem::path& name) {
  const std::filesystem::path path = file_place(name);
  auto file = std::make_unique<LockedFile>(path, path, LockedFile::Open::existing);
  const HeaderPrefix prefix = decode_header_prefix(text_of(*file, 0, kHeaderPrefix));
  std::unique_ptr<Journal> journal(new Journal(std::move(file), {}, prefix.bytes));
  if (!prefix.problem.empty()) journal->refuse(prefix.problem);
  const std::string header = text_of(*journal->file_, 0, prefix.bytes);
  if (header.size() < prefix.bytes) journal->refuse("its header is truncated");
  std::optional<RunIdentity> identity = decode_identity(header);
  if (!identity) journal->refuse("its header is damaged");
  journal->run_ = std::move(*identity);
  return journal;
}

void Journal::finish_as(const std::filesystem::path& path) {
  may_be_removed_ = false;
  file_->rename(path, "give the shard its name");
}

void Journal::refuse(const std::string& reason) const { throw JournalRefused(path(), reason); }

std::uint64_t Journal::recover(const ExperimentPlan& plan, const Visitor& visit) {
  const std::uint64_t size = file_->size();
  const PlanOrder order(plan);
  Position next = order.begin_of(run_.shard);
  std::string coded;
  while (end_ < size) {
    const auto header = decode_group_header(text_of(*file_, end_, kGroupHeader));
    const std::uint64_t room = size - std::min(size, end_ + kGroupHeader);
    if (!header || header->payload() > room || !payload_is_whole(*header, coded)) {
      // Only the last record can be torn, because each was synced before the next was begun.
      const bool ends_early = header && header->payload() < room;
      if (ends_early || group_follows(end_ + 1, size)) refuse(fmt::format("its record at byte {} is damaged", end_));
      break;
    }
    const auto segments = decode_segments(coded, header->segments);
    if (!segments) refuse(fmt::format("its record at byte {} is damaged", end_));
    next = after(*header, *segments, order, next);
    if (!visit(*segments)) refuse(fmt::format("the sums of its record at byte {} are of another shape", end_));
    note(*segments, end_ + kGroupHeader, header->segment_bytes);
    end_ += kGroupHeader + header->payload();
  }
  if (end_ < size) file_->truncate(end_);
  may_be_removed_ = true;
  return size - std::min(end_, size);
}

bool Journal::payload_is_whole(const GroupHeader& header, std::string& segments) const {
  std::uint64_t at = end_ + kGroupHeader;
  segments.resize(header.segment_bytes);
  if (!file_->read(segments.data(), segments.size(), at)) return false;
  Checksum checksum;
  checksum.add(segments.data(), segments.size());
  at += segments.size();
  std::vector<char> piece(std::size_t{1} << 20);
  for (std::uint64_t left = header.column_bytes; left > 0;) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    if (!file_->read(piece.data(), part, at)) return false;
    checksum.add(piece.data(), part);
    at += part;
    left -= part;
  }
  return checksum.value() == header.checksum;
}

// Whether a whole header of a group begins anywhere from `offset` on.
bool Journal::group_follows(std::uint64_t offset, std::uint64_t size) const {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  for (; offset + kGroupHeader <= size; offset += kPiece) {
    const std::string piece = text_of(*file_, offset, kPiece + kGroupHeader);  // so that none hides between two pieces
    for (std::size_t at = piece.find(kGroupMagic); at != std::string::npos; at = piece.find(kGroupMagic, at + 1))
      if (decode_group_header(std::string_view(piece).substr(at, kGroupHeader))) return true;
  }
  return false;
}

// The position behind a group, when it follows the one before.
Position Journal::after(const GroupHeader& header, std::span<const Segment> segments, const PlanOrder& order,
                        Position next) const {
  if (header.fingerprint != run_.fingerprint) refuse(fmt::format("its record at byte {} is of another run", end_));
  std::uint64_t rows = 0;
  bool fits = !segments.empty();
  for (const Segment& segment : segments) {
    const Block leg = order.rest_of_leg(next);
    fits = fits && segment.range.point == leg.point && segment.range.first_replication == leg.first_replication &&
           segment.range.replications > 0 && segment.range.replications <= leg.replications;
    if (!fits) break;
    next = order.advanced(next, segment.range.replications);
    rows += segment.range.replications;
  }
  const bool reduced = header.column_bytes == 0;
  if (!fits || (!reduced && header.column_bytes != std::uint64_t{run_.columns} * rows * sizeof(float)))
    refuse(fmt::format("its record at byte {} does not follow the one before", end_));
  return next;
}

void Journal::note(std::span<const Segment> segments, std::uint64_t begin, std::uint64_t segment_bytes) {
  constexpr std::uint64_t kFields = 3 * sizeof(std::uint32_t), kLength = sizeof(std::uint32_t);
  Group group{begin + segment_bytes, 0, {}};
  for (const Segment& segment : segments) {
    group.rows += segment.range.replications;
    group.segments.push_back({segment.range, begin + kFields + kLength, static_cast<std::uint32_t>(segment.sums.size()),
                              static_cast<std::uint32_t>(segment.summary.size())});
    begin += kFields + kLength + segment.sums.size() + kLength + segment.summary.size();
  }
  groups_.push_back(std::move(group));
}

void Journal::append(std::span<const Segment> segments, std::span<const float> columns) {
  const std::string coded = encode(segments);
  GroupHeader header{run_.fingerprint, static_cast<std::uint32_t>(segments.size()), coded.size(), columns.size_bytes(),
                     0};
  Checksum checksum;
  checksum.add(coded.data(), coded.size());
  checksum.add(columns.data(), columns.size_bytes());
  header.checksum = checksum.value();
  const std::string head = encode(header) + coded;
  try {
    file_->write(head.data(), head.size(), end_);
    if (!columns.empty()) file_->write(columns.data(), columns.size_bytes(), end_ + head.size());
    file_->sync();
  } catch (const InputOutputError&) {
    file_->truncate_quietly(end_);  // gives the space back; a torn end would be cut off by recover() as well
    throw;
  }
  note(segments, end_ + kGroupHeader, coded.size());
  last_segment_bytes_ = coded.size();
  end_ += head.size() + columns.size_bytes();
}

void Journal::read(std::size_t group, std::size_t column, std::size_t first_row, std::span<float> out) const {
  const Group& from = groups_[group];
  if (!file_->read(out.data(), out.size_bytes(), from.columns_at + (column * from.rows + first_row) * sizeof(float)))
    throw InputOutputError(path().string() + ": cannot read (it has become shorter)");
}

Segment Journal::segment(std::size_t group, std::size_t segment) const {
  const Place& place = groups_[group].segments[segment];
  Segment out{place.range, std::string(place.sums, '\0'), std::string(place.summary, '\0')};
  const bool read =
      file_->read(out.sums.data(), out.sums.size(), place.sums_at) &&
      file_->read(out.summary.data(), out.summary.size(), place.sums_at + place.sums + sizeof(std::uint32_t));
  if (!read) throw InputOutputError(path().string() + ": cannot read (it has become shorter)");
  return out;
}

bool Journal::due(std::chrono::duration<double> since_last, std::size_t column_bytes) const {
  return since_last >= kCommitAtLast || (since_last >= kCommitAfter && column_bytes >= last_segment_bytes_);
}

}  // namespace sim::output
