// Claims about sim/output/journal.h and what it is made of: sums and records as bytes, what is read back, what is cut
// off and what is refused. Kills and full disks are tests/cli/test_journal.py's.
#include "sim/output/journal.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>
#include <random>

#include "sim/collect/collector.h"
#include "sim/collect/sums_codec.h"
#include "tests/support/files.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;
using namespace sim::output;
using sim::Accumulators;
using sim::Block;
using sim::ExactMoments;

namespace fs = std::filesystem;

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

template <class Error, class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no such error";
}

// Two columns, one series of three months, two members; never simulates.
class PaperModel final : public sim::Model {
 public:
  PaperModel() {
    outputs_.months = 3;
    outputs_.outcomes = {{"a", "1", "A", "a"}, {"b", "1", "B", "b"}};
    outputs_.trajectories = {{"s", "1", "S", "s"}};
    outputs_.members = {{"x", "X"}, {"y", "Y"}};
    outputs_.member_totals = {{"t", "1", "T", "t", {1.0, 1.0}}};
    outputs_.member_survival = true;
  }
  const sim::OutputPlan& outputs() const override { return outputs_; }
  std::unique_ptr<sim::Simulation> make_simulation(const sim::WorkerOptions&, sim::Profile*) const override {
    return {};
  }
  const sim::ExpectedValues& expected() const override {
    static const sim::ExpectedValues kNone;
    return kNone;
  }
  std::size_t bytes_per_lane() const override { return 100; }

 private:
  sim::OutputPlan outputs_;
};

sim::ExperimentPlan plan_of(const std::vector<std::uint32_t>& replications) {
  sim::ExperimentPlan plan;
  for (const std::uint32_t count : replications) plan.points.push_back({std::make_shared<PaperModel>(), count});
  return plan;
}

RunIdentity identity_of(const sim::ExperimentPlan& plan) {
  RunIdentity run{"0123456789abcdef0123456789abcdef", "1.2.3", 1, 7, 2, {}, {}, {}, {}};
  for (const auto& point : plan.points) run.replications.push_back(point.replications);
  return run;
}

// What `count` replications from `first` on leave: sums that depend on each of them.
sim::BlockResult block_of(const sim::ExperimentPlan& plan, const Block& block) {
  sim::BlockResult result(plan.points[block.point].model->outputs(), block.replications);
  result.block = block;
  result.sums.replications = block.replications;
  std::vector<std::int32_t> scratch;
  for (std::uint32_t i = 0; i < block.replications; ++i) {
    const double value = 1000.0 * block.point + block.first_replication + i;
    result.columns.row(0)[i] = static_cast<float>(value);
    result.columns.row(1)[i] = static_cast<float>(-value);
    const std::array<double, 1> one{value - 50.0};
    const std::array<float, 1> single{static_cast<float>(value - 50.0)};
    for (int m = 1; m <= 3; ++m) {
      result.sums.moments(0, m).add(sim::Isa::baseline, one, 1024.0);
      result.sums.band(0, m).add(sim::Isa::baseline, single, scratch);
    }
    result.sums.member_totals[1].add(sim::Isa::baseline, one, 1.0);
    result.sums.add_survivors((block.first_replication + i) % 2, 1 + static_cast<int>(block.first_replication + i) % 3,
                              1);
  }
  return result;
}

void commit_all(Collector& collector, std::uint32_t block) {
  const sim::ExperimentPlan& plan = collector.plan();
  for (sim::Position at = collector.position(); at.point < plan.points.size(); at = {at.point + 1, 0})
    for (; at.replication < plan.points[at.point].replications;) {
      const std::uint32_t count = std::min(block, plan.points[at.point].replications - at.replication);
      collector.commit(block_of(plan, {at.point, at.replication, count}));
      at.replication += count;
    }
}

// Everything a collector knows, as text.
std::string contents(const Collector& collector) {
  std::string all;
  for (std::size_t p = 0; p < collector.plan().points.size(); ++p) {
    all += encode(collector.sums(p));
    for (std::size_t c = 0; c < 2; ++c)
      for (const float value : collector.column(p, c).singles) all += std::to_string(value) + " ";
  }
  return all;
}

std::string contents_in_memory(const sim::ExperimentPlan& plan) {
  Collector collector(plan);
  commit_all(collector, 10);
  return contents(collector);
}

// A journal of three groups of 10, 10 and 5 replications, a group a block.
struct Three {
  sim::ExperimentPlan plan = plan_of({25});
  std::vector<std::uint64_t> ends;  // of the header and of each record

  explicit Three(const fs::path& path) {
    const auto journal = Journal::create(path, identity_of(plan), false);
    ends.push_back(fs::file_size(path));
    Collector collector(plan, *journal);
    for (const std::uint32_t first : {0u, 10u, 20u}) {
      collector.commit(block_of(plan, {0, first, first == 20 ? 5u : 10u}));
      collector.finish();
      ends.push_back(fs::file_size(path));
    }
  }
};

// Opens, recovers and goes on to the end; the bytes cut off.
std::uint64_t go_on(const fs::path& path, const sim::ExperimentPlan& plan, std::string* all = nullptr) {
  const std::uint64_t size = fs::file_size(path);
  const auto journal = Journal::open(path, identity_of(plan));
  Collector collector(plan, *journal);
  const std::uint64_t cut =
      journal->recover(plan, [&](std::span<const Segment> segments) { return collector.restore(segments); });
  CHECK(fs::file_size(path) == size - cut);  // behind a shorter record, a torn end would look like damage
  commit_all(collector, 10);
  if (all != nullptr) *all = contents(collector);
  return cut;
}

Accumulators awkward_sums() {
  const sim::ExperimentPlan plan = plan_of({25});
  Accumulators sums = block_of(plan, {0, 0, 25}).sums;
  ExactMoments::Parts parts;
  parts.sum = -(ExactMoments::Int128{1} << 100);
  parts.squares = (ExactMoments::Int128{1} << 126) + 5;
  parts.count = std::numeric_limits<std::uint64_t>::max() >> 1U;
  parts.squares_high = ExactMoments::Uint128{1} << 94;
  sums.trajectory_moments[1] = ExactMoments(parts);
  sums.bands[2].clear();
  return sums;
}

}  // namespace

TEST_CASE("sums come back from their bytes exactly, the largest and the negative ones too") {
  const Accumulators sums = awkward_sums();
  Accumulators back(plan_of({25}).points[0].model->outputs());
  back.alive_changes[0] = 99;  // replaced, not added to
  REQUIRE(decode(encode(sums), back));
  CHECK(encode(back) == encode(sums));
  CHECK(back.trajectory_moments[1].parts().sum == sums.trajectory_moments[1].parts().sum);
  CHECK(back.trajectory_moments[1].parts().squares == sums.trajectory_moments[1].parts().squares);
  CHECK(back.trajectory_moments[1].parts().squares_high == sums.trajectory_moments[1].parts().squares_high);
  CHECK(back.replications == 25);
  CHECK(back.alive_changes == sums.alive_changes);
  for (const double p : {0.1, 0.5, 0.9})
    CHECK(back.band(0, 1).quantile(p, false) == sums.band(0, 1).quantile(p, false));
}

TEST_CASE("bytes of sums that are cut, lengthened or random are refused or decoded, never read beyond") {
  const std::string whole = encode(awkward_sums());
  Accumulators back(plan_of({25}).points[0].model->outputs());
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK_FALSE(decode(whole.substr(0, length), back));
  CHECK_FALSE(decode(whole + '\0', back));
  std::mt19937 random(5);
  for (int k = 0; k < 2000; ++k) {
    std::string bytes = whole;
    for (int n = 0; n < 4; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    static_cast<void>(decode(bytes, back));
  }
}

TEST_CASE("records come back from their bytes, and no flipped bit goes unnoticed") {
  const RunIdentity run = identity_of(plan_of({25, 3}));
  const std::string header = encode(run);
  CHECK(decode_header_prefix(header.substr(0, kHeaderPrefix)).bytes == header.size());
  const auto back = decode_identity(header);
  REQUIRE(back);
  CHECK(difference(*back, run).empty());
  for (std::size_t bit = 8 * kHeaderPrefix; bit < 8 * header.size(); ++bit) {
    std::string flipped = header;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    if (decode_identity(flipped)) FAIL_CHECK("bit " << bit << " of the header");
  }
  const GroupHeader group{run.fingerprint, 2, 4, 5, 6};
  const std::string bytes = encode(group);
  REQUIRE(bytes.size() == kGroupHeader);
  const auto same = decode_group_header(bytes);
  REQUIRE(same);
  CHECK(same->segments == 2);
  CHECK(same->payload() == 9);
  CHECK(encode(*same) == bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    if (decode_group_header(flipped)) FAIL_CHECK("bit " << bit << " of a group");
  }
}

TEST_CASE("two runs differ by version, draws contract, seed, replications or a value, in words") {
  const RunIdentity run = identity_of(plan_of({25}));
  const auto changed = [&](auto change) {
    RunIdentity other = run;
    other.fingerprint[3] = 'x';
    change(other);
    return difference(other, run);
  };
  CHECK(changed([](RunIdentity& r) { r.version = "1.2.2"; }) == "it was written by version 1.2.2, and this is 1.2.3");
  CHECK(changed([](RunIdentity& r) { r.draws_contract = 9; }) ==
        "its draws contract is number 9, and that of this version 1");
  CHECK(changed([](RunIdentity& r) { r.seed = 8; }) == "it belongs to another run: its seed is 8, not 7");
  CHECK(changed([](RunIdentity& r) { r.replications = {30}; }) ==
        "it belongs to another run: of 30 replications, not 25");
  CHECK(changed([](RunIdentity&) {}) == "it belongs to another run: a value of the scenario differs");
}

TEST_CASE("a journal gives back what memory would have, whatever the blocks and the points") {
  const TemporaryFolder folder;
  for (const std::uint32_t block : {1u, 7u, 64u})
    for (const auto& replications : std::vector<std::vector<std::uint32_t>>{{25}, {100, 1, 33}}) {
      CAPTURE(block);
      const sim::ExperimentPlan plan = plan_of(replications);
      const fs::path path = folder / "j";
      const auto journal = Journal::create(path, identity_of(plan), false);
      Collector collector(plan, *journal);
      commit_all(collector, block);
      CHECK(collector.position().point == plan.points.size());
      CHECK(contents(collector) == contents_in_memory(plan));
      journal->remove();
    }
  CHECK(folder.empty());
}

TEST_CASE("a journal torn at any byte of its last record loses that record alone") {
  const TemporaryFolder folder;
  const fs::path path = folder / "j";
  const Three three(path);
  const std::string whole = bytes_of(path);
  const std::string expected = contents_in_memory(three.plan);
  for (std::uint64_t length = three.ends[2]; length <= three.ends[3]; ++length) {
    CAPTURE(length);
    write_bytes(path, whole.substr(0, length));
    std::string all;
    CHECK(go_on(path, three.plan, &all) == (length == three.ends[3] ? 0 : length - three.ends[2]));
    CHECK(all == expected);
    CHECK(bytes_of(path) == whole);
  }
}

TEST_CASE("a flipped byte is refused before the last record, cuts the last one off, and never passes") {
  const TemporaryFolder folder;
  const fs::path path = folder / "j";
  const Three three(path);
  const std::string whole = bytes_of(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    write_bytes(path, damaged);
    if (at < three.ends[2]) {
      const std::string error = error_of<JournalRefused>([&] { go_on(path, three.plan); });
      CHECK(says(error, path.string() + ": cannot be resumed ("));
      if (at >= three.ends[0]) CHECK(says(error, " is damaged)"));
      CHECK(bytes_of(path) == damaged);
    } else {
      std::string all;
      CHECK(go_on(path, three.plan, &all) == three.ends[3] - three.ends[2]);
      CHECK(bytes_of(path) == whole);
    }
  }
}

TEST_CASE("records that are missing, repeated or of another run are refused") {
  const TemporaryFolder folder;
  const fs::path path = folder / "j";
  const Three three(path);
  const std::string whole = bytes_of(path);
  const auto record = [&](std::size_t k) { return whole.substr(three.ends[k], three.ends[k + 1] - three.ends[k]); };
  const std::string header = whole.substr(0, three.ends[0]);
  for (const std::string& records :
       {record(0) + record(2), record(0) + record(0), record(1), record(0) + record(2) + record(1)}) {
    write_bytes(path, header + records);
    CHECK(says(error_of<JournalRefused>([&] { go_on(path, three.plan); }), "does not follow the one before"));
  }
  RunIdentity other = identity_of(three.plan);
  other.fingerprint.back() = '0';
  write_bytes(path, encode(other) + record(0));
  const auto journal = Journal::open(path, other);
  CHECK(says(
      error_of<JournalRefused>([&] { journal->recover(three.plan, [](std::span<const Segment>) { return true; }); }),
      "is of another run"));
}

TEST_CASE("a journal has one user, and only who may replace it begins anew") {
  const TemporaryFolder folder;
  const fs::path path = folder / "j";
  const sim::ExperimentPlan plan = plan_of({25});
  const RunIdentity run = identity_of(plan);
  { const Three three(path); }
  {
    const auto journal = Journal::open(path, run);
    CHECK(says(error_of<FileBusy>([&] { Journal::open(path, run); }), "another process is writing"));
    CHECK(says(error_of<FileBusy>([&] { Journal::create(path, run, true); }), "another process is writing"));
  }
  const std::string whole = bytes_of(path);
  CHECK(says(error_of<sim::InputOutputError>([&] { Journal::create(path, run, false); }), "it exists"));
  CHECK(bytes_of(path) == whole);
  CHECK(go_on(path, plan) == 0);
  Journal::create(path, run, true);
  CHECK_MESSAGE(folder.empty(), "the new one has no record: it is removed when it is closed");
}

TEST_CASE("a journal without a record is removed when it is closed, one with records only when asked") {
  const TemporaryFolder folder;
  const fs::path path = folder / "j";
  const sim::ExperimentPlan plan = plan_of({25});
  Journal::create(path, identity_of(plan), false);
  CHECK(folder.empty());
  const Three three(path);
  Journal::open(path, identity_of(plan));
  CHECK(fs::exists(path));
  write_bytes(path, bytes_of(path).substr(0, three.ends[0]));
  Journal::open(path, identity_of(plan))->recover(plan, [](std::span<const Segment>) { return true; });
  CHECK(folder.empty());
}

TEST_CASE("groups hold whole blocks and small points whole, and are full or due") {
  class Watcher final : public GroupStore {
   public:
    void append(std::span<const Segment> segments, std::span<const float> columns) override {
      std::uint32_t group = 0;
      for (const Segment& segment : segments) {
        Accumulators sums(plan_of({1}).points[0].model->outputs());
        REQUIRE(decode(segment.sums, sums));
        CHECK(sums.replications == segment.range.replications);
        group += segment.range.replications;
      }
      CHECK(columns.size() == 2 * group);
      CHECK(columns[group] == -columns[0]);
      rows.push_back(group);
    }
    void read(std::size_t, std::size_t, std::size_t, std::span<float>) const override {}
    Segment segment(std::size_t, std::size_t) const override { return {}; }
    bool due(std::chrono::duration<double>, std::size_t bytes) const override { return bytes >= due_at; }
    std::vector<std::uint32_t> rows;
    std::size_t due_at = std::numeric_limits<std::size_t>::max();
  };
  const auto sizes = [](const sim::ExperimentPlan& plan, std::uint32_t block, std::size_t due_at) {
    Watcher store;
    store.due_at = due_at;
    Collector collector(plan, store);
    commit_all(collector, block);
    return store.rows;
  };
  using Rows = std::vector<std::uint32_t>;
  const std::size_t never = std::numeric_limits<std::size_t>::max();
  CHECK(sizes(plan_of({200'000}), 512, never) == Rows{65'536, 65'536, 65'536, 3392});
  CHECK(sizes(plan_of({100'000}), 30'000, never) == Rows{60'000, 40'000});
  CHECK(sizes(plan_of({200'000}), 100'000, never) == Rows{100'000, 100'000});
  CHECK(sizes(plan_of({100, 30, 200}), 50, never) == Rows{330});
  // A point that fits into a group is not divided; a larger one is.
  CHECK(sizes(plan_of({40'000, 40'000}), 512, never) == Rows{40'000, 40'000});
  CHECK(sizes(plan_of({40'000, 70'000}), 10'000, never) == Rows{60'000, 50'000});
  CHECK(sizes(plan_of({100}), 10, 8 * 30) == Rows{30, 30, 30, 10});
}
