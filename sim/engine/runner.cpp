#include "sim/engine/runner.h"

#include <fmt/format.h>
#include <sched.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>

#include "sim/base/problem.h"

namespace sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLaneStep = 16, kLargestBlock = 512;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// TBB comes from packages without instrumentation, so ThreadSanitizer cannot see how it hands work from
// thread to thread. Under it, every body says so itself: what ended before is seen by what starts after.
// Bodies that overlap stay unordered, and races between them are found. Elsewhere this is nothing.
class Handover {
 public:
#if defined(__SANITIZE_THREAD__)
  Handover() { order().fetch_add(1, std::memory_order_acq_rel); }
  ~Handover() { order().fetch_add(1, std::memory_order_acq_rel); }

 private:
  static std::atomic<std::uint64_t>& order() {
    static std::atomic<std::uint64_t> count{0};
    return count;
  }
#else
  Handover() {}  // not defaulted: an object of this type is used by being there
  ~Handover() {}
#endif
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;
};

// Hands out blocks in the order of the plan, those aside that the sink knows already.
class BlockQueue {
 public:
  BlockQueue(const ExperimentPlan& plan, const RunOptions& options, std::size_t block)
      : order_(plan),
        block_(static_cast<std::uint32_t>(block)),
        known_(options.known),
        at_(options.start),
        finish_(options.finish.value_or(order_.end())) {
    if (order_.rest_of_leg(at_).replications == 0) at_ = order_.advanced(at_, 0);
  }

  bool next(Block& out) {
    for (;;) {
      if (at_ == finish_) return false;
      Block leg = order_.rest_of_leg(at_);
      if (leg.replications == 0) return false;
      if (finish_.point == at_.point && finish_.round == at_.round)
        leg.replications = finish_.replication - at_.replication;
      if (const std::uint32_t skip = known_in(leg); skip != 0) {
        at_ = order_.advanced(at_, skip);
        continue;
      }
      leg.replications = std::min(leg.replications, block_);
      at_ = order_.advanced(at_, leg.replications);
      out = leg;
      return true;
    }
  }

  // How many replications next() has still to hand out.
  std::uint64_t left() const {
    BlockQueue rest = *this;
    rest.block_ = std::numeric_limits<std::uint32_t>::max();
    std::uint64_t count = 0;
    for (Block leg; rest.next(leg);) count += leg.replications;
    return count;
  }

 private:
  std::uint32_t known_in(const Block& leg) const {
    if (known_.empty() || known_[leg.point] <= leg.first_replication) return 0;
    return std::min(leg.replications, known_[leg.point] - leg.first_replication);
  }

  PlanOrder order_;
  std::uint32_t block_;
  std::span<const std::uint32_t> known_;
  Position at_, finish_;
};

// One size for all points, so that work space is made once: what the largest of them can bear.
std::size_t smallest_block(const ExperimentPlan& plan, int threads) {
  std::uint32_t longest = 0;
  std::size_t bytes_per_lane = 0;
  for (const PlannedPoint& point : plan.points) {
    longest = std::max(longest, point.replications);
    bytes_per_lane = std::max(bytes_per_lane, point.model->bytes_per_lane());
  }
  return block_of_run(bytes_per_lane, longest, plan.total_replications(), threads);
}

// What one thread keeps between blocks: work space is expensive to touch for the first time.
struct Worker {
  std::uint32_t point = 0;
  std::unique_ptr<Simulation> simulation;
  Profile profile;
};

struct Token {
  explicit Token(const OutputPlan& plan, std::size_t lanes) : result(plan, lanes) {}
  BlockResult result;
  bool first = false;  // block of the run
};

std::size_t most_members(const ExperimentPlan& plan) {
  std::size_t most = 0;
  for (const auto& point : plan.points) most = std::max(most, point.model->outputs().members.size());
  return most;
}

class Execution {
 public:
  Execution(const ExperimentPlan& plan, ResultSink& sink, const RunOptions& options)
      : plan_(plan), sink_(sink), options_(options) {
    report_.block = options.block != 0 ? options.block : smallest_block(plan, options.threads);
    total_ = plan.total_replications();
  }

  ~Execution() { const Handover handover; }

  RunReport run() {
    BlockQueue queue(plan_, options_, report_.block);
    const PlanOrder order(plan_);
    earlier_ = order.index(options_.finish.value_or(order.end())) - queue.left();
    // Blocks in flight: so many that no thread waits for another's, and one a thread where sums of many members are
    // large.
    const auto threads = static_cast<std::size_t>(options_.threads);
    const std::size_t tokens = most_members(plan_) > kManyMembers ? threads : 2 * threads + 1;
    // Without it TBB starts no more threads than there are processors, whatever the user asked for.
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(options_.threads));
    tbb::task_arena arena(options_.threads);
    const Handover around;  // its end is also that of a run a body ended by throwing
    arena.execute([&] {
      const auto first =
          tbb::make_filter<void, Token*>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
            const Handover handover;
            return feed(queue, flow);
          });
      const auto middle = tbb::make_filter<Token*, Token*>(tbb::filter_mode::parallel, [&](Token* token) {
        const Handover handover;
        return simulate(token);
      });
      const auto last = tbb::make_filter<Token*, void>(tbb::filter_mode::serial_in_order, [&](Token* token) {
        const Handover handover;
        commit(token);
      });
      tbb::parallel_pipeline(tokens, first & middle & last);
    });
    const Handover after;
    report_.seconds = seconds_since(start_);
    for (const Worker& worker : workers_) report_.profile.merge(worker.profile);
    return std::move(report_);
  }

 private:
  Token* feed(BlockQueue& queue, tbb::flow_control& flow) {
    Block block;
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) {
      report_.interrupted = queue.next(block);
      flow.stop();
      return nullptr;
    }
    if (!queue.next(block)) {
      flow.stop();
      return nullptr;
    }
    Token* token = take_token(block);
    token->result.block = block;
    token->first = !fed_;
    fed_ = true;
    return token;
  }

  Token* simulate(Token* token) {
    Worker& worker = workers_.local();
    const Block& block = token->result.block;
    if (!worker.simulation || worker.point != block.point) {
      const WorkerOptions options{options_.isa, report_.block, options_.profile};
      worker.simulation =
          plan_.points[block.point].model->make_simulation(options, options_.profile ? &worker.profile : nullptr);
      worker.point = block.point;
    }
    if (token->first) report_.seconds_to_first_block = seconds_since(start_);
    worker.simulation->run(block, token->result);
    return token;
  }

  void commit(Token* token) {
    sink_.commit(token->result);
    report_.replications += token->result.block.replications;
    give_back(token);
    if (options_.progress)
      options_.progress({earlier_ + report_.replications, total_, earlier_, seconds_since(start_)});
  }

  // Tokens are recycled; the first stage and the last may run at the same time.
  Token* take_token(const Block& block) {
    const OutputPlan& outputs = plan_.points[block.point].model->outputs();
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      tokens_.push_back(std::make_unique<Token>(outputs, report_.block));
      return tokens_.back().get();
    }
    Token* token = free_.back();
    free_.pop_back();
    if (!token->result.fits(outputs)) token->result = BlockResult(outputs, report_.block);
    return token;
  }

  void give_back(Token* token) {
    const std::lock_guard lock(mutex_);
    free_.push_back(token);
  }

  const ExperimentPlan& plan_;
  ResultSink& sink_;
  const RunOptions& options_;
  RunReport report_;
  std::uint64_t total_ = 0;
  std::uint64_t earlier_ = 0;
  Clock::time_point start_ = Clock::now();
  tbb::enumerable_thread_specific<Worker> workers_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Token>> tokens_;
  std::vector<Token*> free_;
  bool fed_ = false;
};

std::size_t most_lanes(std::size_t bytes_per_lane) {
  // Assumed: what a thread may take of the last-level cache. Rows are read in order, a member at a time, so that they
  // need not stay in the second level; what a block costs beside its lanes is worth more than their staying there.
  constexpr std::size_t kBudget = 8 << 20;  // bytes
  // Below two vectors of lanes calls cost as much as cells; a third more memory is worth it until it is counted in tens
  // of megabytes a thread. Measured on 12,000 and on 100,000 members.
  constexpr std::size_t kFewLanes = 32, kFewBudget = 24 << 20;
  const std::size_t bytes = std::max<std::size_t>(1, bytes_per_lane), lanes = kBudget / bytes;
  const std::size_t least = kFewLanes <= kFewBudget / bytes ? kFewLanes : kLaneStep;
  return std::clamp<std::size_t>(lanes / kLaneStep * kLaneStep, least, kLargestBlock);
}

// CPU quota of the control group in whole threads; 0 when there is none.
int quota_threads() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0.0;
  if (v2 >> quota >> period && quota != "max" && period > 0.0)
    return std::max(1, static_cast<int>(std::floor(std::strtod(quota.c_str(), nullptr) / period)));
  return 0;
}

}  // namespace

RunReport run(const ExperimentPlan& plan, ResultSink& sink, const RunOptions& options) {
  if (plan.points.empty()) return {};
  return Execution(plan, sink, options).run();
}

std::size_t block_of_run(std::size_t bytes_per_lane, std::uint32_t longest, std::uint64_t total, int threads) {
  constexpr std::uint64_t kBlocksPerThread = 4, kShare = 64;  // assumed; a share as small is not worth parting
  const std::uint64_t share = total / (kBlocksPerThread * static_cast<std::uint64_t>(threads));
  return std::min({std::max(kLaneStep, padded(longest)), most_lanes(bytes_per_lane), padded(std::max(share, kShare))});
}

std::size_t choose_block(const Model& model) { return most_lanes(model.bytes_per_lane()); }

int default_threads() {
  if (const char* text = std::getenv("PARTNERSIM_THREADS"); text != nullptr && *text != '\0') {
    char* end = nullptr;
    const long threads = std::strtol(text, &end, 10);
    if (*end != '\0' || threads < 1 || threads > 4096)
      throw UsageError(fmt::format("PARTNERSIM_THREADS={} is not a number of threads (1 to 4096)", text));
    return static_cast<int>(threads);
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  int threads = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  if (const int quota = quota_threads(); quota > 0) threads = std::min(threads, quota);
  return std::max(1, threads);
}

std::string no_thread_reason(const std::exception& error) {
  constexpr std::string_view kBegin = "pthread_create has failed: ";  // TBB's words, in a plain std::runtime_error
  const std::string_view text = error.what();
  return std::string(text.starts_with(kBegin) ? text.substr(kBegin.size()) : std::string_view());
}

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  const Handover around;
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
      const Handover handover;
      body(i);
    });
  });
}

}  // namespace sim
