// Runs an experiment: cuts points into blocks, simulates them in parallel, hands finished blocks to a
// sink in order. The result does not depend on threads, block size or instruction set.
//
// A pipeline with a fixed number of tokens bounds memory; the runner never touches files and never
// prints. runner.cpp is the one file that includes TBB.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/model.h"
#include "sim/engine/plan.h"
#include "sim/engine/profile.h"

namespace sim {

// Receives blocks in the order of the plan, from one thread at a time.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual void commit(const BlockResult& result) = 0;
};

struct RunProgress {
  std::uint64_t done = 0;  // of the whole plan, what an earlier run finished included
  std::uint64_t total = 0;
  std::uint64_t earlier = 0;  // finished by an earlier run
  double seconds = 0.0;
};

struct RunOptions {
  int threads = 1;
  std::size_t block = 0;  // replications a block; 0: chosen by the size of the work space
  Isa isa = Isa::baseline;
  Position start{};
  std::optional<Position> finish{};  // where to stop; the end of the plan when not given
  // Replications of each point that need not be simulated, because the sink has them from elsewhere; empty: none.
  std::span<const std::uint32_t> known{};
  const std::atomic<bool>* stop = nullptr;             // checked before each block
  std::function<void(const RunProgress&)> progress{};  // called in order, from any one thread
  bool profile = false;
};

struct RunReport {
  std::uint64_t replications = 0;  // committed by this run; when interrupted, not up to the end of the plan
  bool interrupted = false;
  double seconds = 0.0;
  double seconds_to_first_block = 0.0;  // until the first block starts to be simulated
  std::size_t block = 0;
  Profile profile;
};

RunReport run(const ExperimentPlan& plan, ResultSink& sink, const RunOptions& options);

// Members from which sums take megabytes a block: as many blocks are in flight as threads, not twice as many.
inline constexpr std::size_t kManyMembers = 10'000;

// The block size `run` chooses for a model, short runs aside: 16 to 512 replications, a multiple of 16. Work space of
// at most 8 MiB, or of 24 MiB where that leaves fewer than 32.
std::size_t choose_block(const Model& model);

// The block size of a run: of the same bytes a lane, what points of at most `longest` replications use, and in a short
// run a few blocks for every thread.
std::size_t block_of_run(std::size_t bytes_per_lane, std::uint32_t longest, std::uint64_t total, int threads);

// Threads that CPU affinity and the cgroup's quota allow; PARTNERSIM_THREADS overrides.
int default_threads();

// Why no thread could be started ("Resource temporarily unavailable"), when that is what an exception of run() or
// parallel_for() is about; else empty. It may also come up in a thread of TBB's own, where nobody can catch it.
std::string no_thread_reason(const std::exception& error);

// Calls body(i) for i < count on `threads` threads; rethrows the first exception.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body);

}  // namespace sim
