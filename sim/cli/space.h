// What the files of a run still need on the disk, in words: before it starts, and behind the message of a disk that is
// full or fails. Estimates (disk_need.h); it reserves nothing.
#pragma once

#include <filesystem>
#include <string>

#include "sim/collect/results.h"

namespace sim::cli {

// Throws Refusal, with the size, when the least that a plan can take is more than there is: its columns, once in the
// journal (unless points are reduced there) and, with samples and no shard, once more in the result.
struct DiskPlan {
  bool samples = true;
  std::uint32_t shards = 1;
};
void refuse_what_does_not_fit(const std::filesystem::path& result, const ExperimentPlan& plan, const DiskPlan& disk);

class Space {
 public:
  // `collector`: what is finished; null before anything is.
  Space(std::filesystem::path result, const ExperimentPlan& plan, const collect::Collector* collector);

  // "Warning: the run needs about 24 MB of disk, and 1 MB are free."; empty when there is enough.
  std::string warning() const;
  // " 131,072 of 300,000 replications are safe in <journal>: --resume goes on from there. It needs about …"
  std::string advice() const;

 private:
  std::string text() const;

  std::filesystem::path result_;
  std::uint64_t total_;
  std::uint64_t finished_ = 0;
  double needed_ = 0.0;
};

}  // namespace sim::cli
