// sim/engine/runner.h with a model that only says which replications it was asked for.
#include "sim/engine/runner.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/problem.h"

namespace {

using namespace std::chrono_literals;

// What a test wants of the model, and what it saw.
struct Watch {
  std::atomic<int> made{0};     // simulations
  std::atomic<int> running{0};  // blocks being simulated now
  std::atomic<int> most_running{0};
  std::atomic<int> begun{0};  // blocks
  std::function<void(const sim::Block&)> on_block{};
};

class CountingSimulation final : public sim::Simulation {
 public:
  CountingSimulation(Watch& watch, double offset) : watch_(watch), offset_(offset) {}
  void run(const sim::Block& block, sim::BlockResult& result) override {
    ++watch_.begun;
    const int now = ++watch_.running;
    for (int most = watch_.most_running; now > most && !watch_.most_running.compare_exchange_weak(most, now);) {
    }
    struct Leave {
      std::atomic<int>& running;
      ~Leave() { --running; }
    } const leave{watch_.running};
    if (watch_.on_block) watch_.on_block(block);
    result.block = block;
    result.sums.clear();
    result.sums.replications = block.replications;
    for (std::uint32_t i = 0; i < block.replications; ++i)
      result.columns.row(0)[i] = static_cast<float>(offset_ + block.first_replication + i);
  }

 private:
  Watch& watch_;
  double offset_;
};

class CountingModel final : public sim::Model {
 public:
  explicit CountingModel(Watch& watch, double offset = 0.0, std::size_t bytes = 100)
      : watch_(watch), offset_(offset), bytes_(bytes) {
    outputs_.months = 1;
    outputs_.detail = sim::TrajectoryDetail::none;
    outputs_.outcomes = {{"number", "1", "Number", "The replication's own number."}};
  }
  const sim::OutputPlan& outputs() const override { return outputs_; }
  std::unique_ptr<sim::Simulation> make_simulation(const sim::WorkerOptions&, sim::Profile*) const override {
    ++watch_.made;
    return std::make_unique<CountingSimulation>(watch_, offset_);
  }
  const sim::ExpectedValues& expected() const override {
    static const sim::ExpectedValues kNone;
    return kNone;
  }
  std::size_t bytes_per_lane() const override { return bytes_; }

 private:
  Watch& watch_;
  double offset_;
  std::size_t bytes_;
  sim::OutputPlan outputs_;
};

class CollectingSink final : public sim::ResultSink {
 public:
  void commit(const sim::BlockResult& result) override {
    CHECK(inside_.exchange(true) == false);
    if (on_commit) on_commit(result.block);
    blocks.push_back(result.block);
    values.resize(std::max<std::size_t>(values.size(), result.block.point + 1));
    const float* row = result.columns.row(0);
    values[result.block.point].insert(values[result.block.point].end(), row, row + result.block.replications);
    inside_ = false;
  }
  std::vector<sim::Block> blocks;
  std::vector<std::vector<float>> values;  // [point]
  std::function<void(const sim::Block&)> on_commit{};

 private:
  std::atomic<bool> inside_{false};
};

sim::ExperimentPlan plan_of(Watch& watch, const std::vector<std::uint32_t>& replications) {
  sim::ExperimentPlan plan;
  for (std::size_t p = 0; p < replications.size(); ++p)
    plan.points.push_back({std::make_shared<CountingModel>(watch, 1e6 * static_cast<double>(p)), replications[p]});
  return plan;
}

// Blocks stand in order, without a gap, and hold what they should.
void check_prefix(const CollectingSink& sink, const std::vector<std::uint32_t>& replications, std::size_t block) {
  std::uint32_t point = 0, next = 0;
  for (const sim::Block& b : sink.blocks) {
    while (point < replications.size() && next == replications[point]) {
      ++point;
      next = 0;
    }
    REQUIRE(b.point == point);
    REQUIRE(b.first_replication == next);
    REQUIRE(b.replications == std::min<std::size_t>(block, replications[point] - next));
    next += b.replications;
  }
  for (std::size_t p = 0; p < sink.values.size(); ++p)
    for (std::size_t i = 0; i < sink.values[p].size(); ++i)
      REQUIRE(sink.values[p][i] == static_cast<float>(1e6 * static_cast<double>(p) + static_cast<double>(i)));
}

// Uneven work, so that blocks finish out of order.
void stagger(const sim::Block& block) {
  std::this_thread::sleep_for(std::chrono::microseconds((block.first_replication * 2654435761u >> 24U) * 4));
}

// The message of what `body` throws; a body that hangs ends the test run instead of the machine's patience.
template <class Body>
std::optional<std::string> thrown_by(Body body) {
  std::packaged_task<std::optional<std::string>()> task([&]() -> std::optional<std::string> {
    try {
      body();
      return std::nullopt;
    } catch (const std::exception& error) {
      return error.what();
    }
  });
  auto result = task.get_future();
  std::thread worker(std::move(task));
  if (result.wait_for(60s) != std::future_status::ready) {
    MESSAGE("hangs");
    std::abort();
  }
  worker.join();
  return result.get();
}

}  // namespace

TEST_CASE("blocks arrive in order and complete, whatever the threads, the block size and the points") {
  const std::vector<std::vector<std::uint32_t>> plans{{1}, {1000}, {512}, {100, 1, 333}, {7, 7, 7, 7, 7, 7, 7}};
  for (const int threads : {1, 2, 3, 5})
    for (const std::size_t block :
         {std::size_t{1}, std::size_t{16}, std::size_t{48}, std::size_t{100}, std::size_t{2000}})
      for (const auto& replications : plans) {
        CAPTURE(threads);
        CAPTURE(block);
        Watch watch;
        watch.on_block = stagger;
        CollectingSink sink;
        std::vector<std::uint64_t> progress;
        sim::RunOptions options;
        options.threads = threads;
        options.block = block;
        options.progress = [&](const sim::RunProgress& p) { progress.push_back(p.done); };
        const sim::ExperimentPlan plan = plan_of(watch, replications);
        const sim::RunReport report = sim::run(plan, sink, options);
        check_prefix(sink, replications, block);
        CHECK(report.replications == plan.total_replications());
        CHECK_FALSE(report.interrupted);
        CHECK(report.block == block);
        for (std::size_t p = 0; p < replications.size(); ++p) CHECK(sink.values[p].size() == replications[p]);
        CHECK(progress.size() == sink.blocks.size());
        CHECK(std::is_sorted(progress.begin(), progress.end()));
        CHECK(progress.back() == report.replications);
      }
}

TEST_CASE("no more blocks are simulated at once than threads were asked for, and work space is kept") {
  for (const int threads : {1, 2, 4}) {
    Watch watch;
    watch.on_block = [](const sim::Block&) { std::this_thread::sleep_for(200us); };
    CollectingSink sink;
    sim::RunOptions options;
    options.threads = threads;
    options.block = 10;
    sim::run(plan_of(watch, {2000}), sink, options);
    CHECK(watch.most_running <= threads);
    CHECK(watch.made <= threads);
  }
}

TEST_CASE("as many blocks are simulated at once as threads were asked for, more than the machine has included") {
  const int threads = 2 * static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  Watch watch;
  // A block waits for the others, so that a busy machine has the time to start its threads.
  const auto patience = std::chrono::steady_clock::now() + 20s;
  watch.on_block = [&](const sim::Block&) {
    while (watch.most_running < threads && std::chrono::steady_clock::now() < patience)
      std::this_thread::sleep_for(1ms);
  };
  CollectingSink sink;
  sim::RunOptions options;
  options.threads = threads;
  options.block = 10;
  sim::run(plan_of(watch, {1000}), sink, options);
  CHECK(watch.most_running == threads);
}

TEST_CASE("a slow block holds back at most a fixed number of others") {
  Watch watch;
  std::atomic<int> begun_meanwhile{0};
  watch.on_block = [&](const sim::Block& block) {
    if (block.first_replication != 0) return;
    std::this_thread::sleep_for(200ms);
    begun_meanwhile = watch.begun.load();
  };
  CollectingSink sink;
  sim::RunOptions options;
  options.threads = 3;
  options.block = 10;
  sim::run(plan_of(watch, {10000}), sink, options);
  CHECK(begun_meanwhile <= 7);  // 2 * threads + 1 tokens
  check_prefix(sink, {10000}, 10);
}

TEST_CASE("a run that is stopped leaves a prefix") {
  for (const int threads : {1, 2, 5})
    for (const std::size_t after : {std::size_t{1}, std::size_t{4}, std::size_t{11}}) {
      Watch watch;
      watch.on_block = stagger;
      std::atomic<bool> stop{false};
      CollectingSink sink;
      sim::RunOptions options;
      options.threads = threads;
      options.block = 48;
      options.stop = &stop;
      sink.on_commit = [&](const sim::Block&) { stop = sink.blocks.size() + 1 >= after; };
      const std::vector<std::uint32_t> replications{1000, 500, 1000};
      const sim::RunReport report = sim::run(plan_of(watch, replications), sink, options);
      CAPTURE(threads);
      CAPTURE(after);
      CHECK(report.interrupted);
      check_prefix(sink, replications, 48);
      std::uint64_t committed = 0;
      for (const sim::Block& b : sink.blocks) committed += b.replications;
      CHECK(report.replications == committed);
      // What was in flight is still committed, nothing new is begun.
      CHECK(sink.blocks.size() >= after);
      CHECK(sink.blocks.size() <= after + static_cast<std::size_t>(2 * threads + 1));
      CHECK(watch.begun == static_cast<int>(sink.blocks.size()));
    }
}

TEST_CASE("a stop before the start leaves nothing, a stop after the last block changes nothing") {
  Watch watch;
  std::atomic<bool> stop{true};
  CollectingSink sink;
  sim::RunOptions options;
  options.block = 10;
  options.stop = &stop;
  const sim::RunReport none = sim::run(plan_of(watch, {100}), sink, options);
  CHECK(none.interrupted);
  CHECK(none.replications == 0);
  CHECK(sink.blocks.empty());
  CHECK(watch.begun == 0);

  stop = false;
  sink.on_commit = [&](const sim::Block& block) { stop = block.first_replication == 90; };
  const sim::RunReport all = sim::run(plan_of(watch, {100}), sink, options);
  CHECK_FALSE(all.interrupted);
  CHECK(all.replications == 100);
}

TEST_CASE("an exception in a block ends the run, comes out once, and leaves a prefix committed") {
  for (const int threads : {1, 2, 5}) {
    CAPTURE(threads);
    Watch watch;
    watch.on_block = [](const sim::Block& block) {
      stagger(block);
      if (block.first_replication >= 480) throw std::runtime_error("block from 480 on");
    };
    CollectingSink sink;
    sim::RunOptions options;
    options.threads = threads;
    options.block = 48;
    const auto thrown = thrown_by([&] { sim::run(plan_of(watch, {100000}), sink, options); });
    REQUIRE(thrown.has_value());
    CHECK(*thrown == "block from 480 on");
    check_prefix(sink, {100000}, 48);
    CHECK(sink.blocks.size() <= 10);
    CHECK(watch.running == 0);
  }
}

TEST_CASE("an exception of the sink or of progress ends the run and comes out") {
  for (const int threads : {1, 3}) {
    Watch watch;
    CollectingSink sink;
    sink.on_commit = [](const sim::Block& block) {
      if (block.first_replication == 160) throw std::runtime_error("disk full");
    };
    sim::RunOptions options;
    options.threads = threads;
    options.block = 16;
    const auto thrown = thrown_by([&] { sim::run(plan_of(watch, {100000}), sink, options); });
    CHECK(thrown.value_or("") == "disk full");
    CHECK(sink.blocks.size() == 10);

    CollectingSink other;
    options.progress = [](const sim::RunProgress& p) {
      if (p.done == 160) throw std::runtime_error("terminal gone");
    };
    const auto second = thrown_by([&] { sim::run(plan_of(watch, {100000}), other, options); });
    CHECK(second.value_or("") == "terminal gone");
  }
}

TEST_CASE("a run that starts in the middle commits what is missing and nothing else, and counts what was there") {
  const std::vector<std::uint32_t> replications{1000, 500, 1000};
  const sim::Position starts[] = {{0, 0}, {0, 1}, {0, 999}, {0, 1000}, {1, 0}, {1, 77}, {2, 999}, {3, 0}};
  for (const int threads : {1, 3})
    for (const sim::Position& start : starts) {
      CAPTURE(threads);
      CAPTURE(start.point);
      CAPTURE(start.replication);
      Watch watch;
      watch.on_block = stagger;
      CollectingSink sink;
      std::vector<std::uint64_t> progress;
      sim::RunOptions options;
      options.threads = threads;
      options.block = 48;
      options.start = start;
      options.progress = [&](const sim::RunProgress& p) { progress.push_back(p.done); };
      const sim::ExperimentPlan plan = plan_of(watch, replications);
      const std::uint64_t before = sim::PlanOrder(plan).index(start);
      const sim::RunReport report = sim::run(plan, sink, options);
      CHECK(report.replications == 2500 - before);
      CHECK_FALSE(report.interrupted);
      CHECK(watch.begun == static_cast<int>(sink.blocks.size()));
      if (!progress.empty()) CHECK(progress.back() == 2500);
      std::uint64_t next = before;
      for (const sim::Block& b : sink.blocks) {
        CHECK(sim::PlanOrder(plan).index({b.point, b.first_replication}) == next);
        next += b.replications;
      }
      CHECK(next == 2500);
    }
}

TEST_CASE("a run after a failed one is whole") {
  Watch watch;
  std::atomic<bool> fail{true};
  watch.on_block = [&](const sim::Block& block) {
    if (fail && block.first_replication == 100) throw std::runtime_error("once");
  };
  sim::RunOptions options;
  options.threads = 2;
  options.block = 10;
  CollectingSink first, second;
  CHECK(thrown_by([&] { sim::run(plan_of(watch, {1000}), first, options); }).has_value());
  fail = false;
  CHECK(sim::run(plan_of(watch, {1000}), second, options).replications == 1000);
  check_prefix(second, {1000}, 10);
}

TEST_CASE("blocks have 16 to 512 replications, a multiple of 16, and fit the budget when they can") {
  constexpr std::size_t kBudget = 8 << 20, kBudgetOfTwoVectors = 24 << 20;
  Watch watch;
  for (std::size_t bytes = 0; bytes < 3000000; bytes += bytes < 20000 ? 1 : 9973) {
    const std::size_t block = sim::choose_block(CountingModel(watch, 0.0, bytes));
    const bool good = block >= 16 && block <= 512 && block % 16 == 0 &&
                      (block == 16 || block * bytes <= (block == 32 ? kBudgetOfTwoVectors : kBudget));
    if (!good) FAIL_CHECK("block of " << block << " for " << bytes << " bytes a lane");
    // No larger one would do.
    if (block < 512 && (block + 16) * bytes <= kBudget) FAIL_CHECK("a larger block fits " << bytes << " bytes a lane");
  }
  CHECK(sim::choose_block(CountingModel(watch, 0.0, 1)) == 512);
  CHECK(sim::choose_block(CountingModel(watch, 0.0, std::size_t{1} << 40U)) == 16);
}

TEST_CASE("a run chooses its block by itself when none is given") {
  Watch watch;
  for (const auto& [replications, threads, block] : {std::tuple{8000U, 1, 512U},
                                                     {8000U, 4, 512U},
                                                     {8000U, 16, 128U},
                                                     {1500U, 4, 96U},
                                                     {1500U, 100, 64U},
                                                     {40U, 1, 48U}}) {
    CollectingSink sink;
    sim::RunOptions options;
    options.threads = threads;
    const sim::RunReport report = sim::run(plan_of(watch, {replications}), sink, options);
    CHECK(report.block == block);
    check_prefix(sink, {replications}, report.block);
  }
}

TEST_CASE("parallel_for calls every index once and rethrows") {
  for (const int threads : {1, 2, 5})
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
      std::vector<std::atomic<int>> calls(count);
      sim::parallel_for(count, threads, [&](std::size_t i) { ++calls[i]; });
      for (const auto& c : calls) CHECK(c == 1);
    }
  for (const int threads : {1, 4}) {
    const auto thrown = thrown_by([&] {
      sim::parallel_for(1000, threads, [](std::size_t i) {
        if (i == 500) throw std::runtime_error("index 500");
      });
    });
    CHECK(thrown.value_or("") == "index 500");
  }
}

TEST_CASE("PARTNERSIM_THREADS decides, and nonsense in it is refused") {
  const char* name = "PARTNERSIM_THREADS";
  const char* before = std::getenv(name);
  const std::optional<std::string> saved = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
  ::setenv(name, "3", 1);
  CHECK(sim::default_threads() == 3);
  for (const char* wrong : {"0", "-1", "two", "3x", "99999", " "}) {
    ::setenv(name, wrong, 1);
    CAPTURE(wrong);
    CHECK_THROWS_AS(sim::default_threads(), sim::UsageError);
  }
  ::unsetenv(name);
  CHECK(sim::default_threads() >= 1);
  if (saved) ::setenv(name, saved->c_str(), 1);
}
