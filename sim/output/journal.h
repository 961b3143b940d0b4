// The journal of a run, RESULT.journal: where columns wait for the result to be written, and what survives a crash.
//
// One header, then one record for each finished group of replications, appended and synced (journal_record.h). So after
// a kill or a loss of power all records but the last are whole, and the last is whole or recognisably torn.
//
// Promises
//  - What append() has returned from is on the disk; what it has thrown at is cut off again, and everything before
//  stays.
//  - The file appears under its name with a whole header or not at all, and is locked while it is used.
//  - recover() takes records of this very run only, in order and without a gap. A torn end is cut off; anything else
//    that does not fit is refused, and the file is left as it is.
//  - A journal without any record holds nobody's work: it is removed when it is closed. Others only by remove().
// It does not compress, does not keep what a run needs beyond its replications, and is read by one version only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/collect/group_store.h"
#include "sim/engine/runner.h"
#include "sim/output/journal_record.h"
#include "sim/output/locked_file.h"

namespace sim::output {

// The journal is another run's, or damaged: "<file>: cannot be resumed (<reason>)".
class JournalRefused : public InputOutputError {
 public:
  JournalRefused(const std::filesystem::path& file, const std::string& reason)
      : InputOutputError(file.string() + ": cannot be resumed (" + reason + ")"), reason_(reason) {}
  const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

class Journal final : public GroupStore {
 public:
  static std::filesystem::path path_for(const std::filesystem::path& result) { return result.string() + ".journal"; }

  // `replace`: may take the place of another journal, though not of one that a process is writing.
  static std::unique_ptr<Journal> create(const std::filesystem::path& path, const RunIdentity& run, bool replace);
  // Throws FileBusy, JournalRefused, or InputOutputError when it cannot be read.
  static std::unique_ptr<Journal> open(const std::filesystem::path& path, const RunIdentity& run);
  // The same of whatever run it is.
  static std::unique_ptr<Journal> open_any(const std::filesystem::path& path);
  ~Journal() override;

  // Shows every group in order, and gives back how many bytes of a torn one were cut off. Once, after open(). The
  // visitor says whether it could use a group (Collector::restore).
  using Visitor = std::function<bool(std::span<const Segment> segments)>;
  std::uint64_t recover(const ExperimentPlan& plan, const Visitor& visit);

  void append(std::span<const Segment> segments, std::span<const float> columns) override;
  void read(std::size_t group, std::size_t column, std::size_t first_row, std::span<float> out) const override;
  Segment segment(std::size_t group, std::size_t segment) const override;
  bool due(std::chrono::duration<double> since_last, std::size_t column_bytes) const override;

  const std::filesystem::path& path() const { return file_->path(); }
  const RunIdentity& run() const { return run_; }
  // Gives a journal that is complete another name, durably: that of a shard.
  void finish_as(const std::filesystem::path& path);
  // The errno of a failure, else 0: a finished result is no less finished for a journal that stays behind.
  int remove() noexcept { return file_->remove_quietly(); }

 private:
  struct Place {  // of a segment
    Block range;
    std::uint64_t sums_at;
    std::uint32_t sums, summary;  // bytes
  };
  struct Group {
    std::uint64_t columns_at;
    std::uint64_t rows;
    std::vector<Place> segments;
  };
  Journal(std::unique_ptr<LockedFile> file, RunIdentity run, std::uint64_t end);
  [[noreturn]] void refuse(const std::string& reason) const;
  bool payload_is_whole(const GroupHeader& header, std::string& segments) const;
  bool group_follows(std::uint64_t offset, std::uint64_t size) const;
  Position after(const GroupHeader& header, std::span<const Segment> segments, const PlanOrder& order,
                 Position next) const;
  void note(std::span<const Segment> segments, std::uint64_t begin, std::uint64_t segment_bytes);

  std::unique_ptr<LockedFile> file_;
  RunIdentity run_;
  std::uint64_t end_;  // of the last whole record
  std::vector<Group> groups_;
  std::size_t last_segment_bytes_ = 0;
  bool may_be_removed_ = false;  // known to hold no group
};

}  // namespace sim::output
