#include "sim/collect/collector.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "sim/base/missing.h"
#include "sim/base/problem.h"
#include "sim/collect/sums_codec.h"

namespace sim::collect {

Collector::Collector(const ExperimentPlan& plan) : Collector(plan, nullptr, Options{}) {}
Collector::Collector(const ExperimentPlan& plan, GroupStore& store) : Collector(plan, &store, Options{}) {}

Collector::Collector(const ExperimentPlan& plan, GroupStore* store, const Options& options)
    : plan_(&plan),
      order_(plan),
      catalogue_(plan),
      reducer_(catalogue_.all()),
      own_store_(store == nullptr ? std::make_unique<MemoryGroups>() : nullptr),
      store_(store == nullptr ? own_store_.get() : store),
      options_(options),
      points_(plan.points.size()),
      bins_(outputs().trajectories.size(),
            {std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}),
      stored_(order_.advanced(options.start, 0)),
      arrived_(stored_) {
  find_known();
}

// A point is copied where all of the earlier one is collected before it begins, and its columns are kept.
void Collector::find_known() {
  if (options_.known != nullptr) known_.assign(options_.known->counts().begin(), options_.known->counts().end());
  copies_ = options_.copies && options_.keep == Keep::columns && order_.rounds() == 1 && stored_ == order_.begin();
  for (std::size_t p = 0; p < points_.size(); ++p) {
    if (!is_copy(p)) continue;
    known_.resize(points_.size(), 0);
    known_[p] = plan_->points[p].replications;
  }
}

bool Collector::restore(std::span<const Segment> segments) {
  for (const Segment& segment : segments) {
    Accumulators sums(plan_->points[segment.range.point].model->outputs());
    if (!decode(segment.sums, sums)) return false;
    PointResults results = reducer_.blank();
    if (!segment.summary.empty() && !decode(segment.summary, results)) return false;
    note_bins(segment.range.point, sums);
  }
  note_group(segments);
  arrived_ = stored_;
  return true;
}

void Collector::note_group(std::span<const Segment> segments) {
  Part part{groups_++, 0, 0, 0};
  for (const Segment& segment : segments) {
    Point& point = points_[segment.range.point];
    part.rows = segment.range.replications;
    point.parts.push_back(part);
    point.replications += part.rows;
    point.reduced = !segment.summary.empty();
    part.first_row += part.rows;
    ++part.segment;
    stored_ = order_.advanced(stored_, part.rows);
  }
}

void Collector::note_bins(std::size_t point, const Accumulators& sums) {
  for (std::size_t t = 0; t < bins_.size() && !sums.bands.empty(); ++t) {
    const int own = catalogue_.trajectory(point, t);
    for (int m = 1; own != Catalogue::kAbsent && m <= outputs().months; ++m) {
      const auto [low, high] = sums.band(static_cast<std::size_t>(own), m).range();
      bins_[t] = {std::min(bins_[t].first, low), std::max(bins_[t].second, high)};
    }
  }
}

bool Collector::reduces(std::size_t point) const {
  return options_.keep == Keep::summaries && order_.rounds() == 1 && plan_->points[point].replications <= kGroupRows;
}

// As many as fit into what a group may weigh, and as are still to come, a block more so that the last one finds room: a
// buffer of sixteen thousand columns and a handful of rows must not take gigabytes.
std::size_t Collector::group_rows(std::size_t block) const {
  constexpr std::size_t kGroupBytes = std::size_t{256} << 20;  // assumed
  const std::size_t of_bytes = kGroupBytes / (sizeof(float) * std::max<std::size_t>(1, outputs().stored_columns()));
  const std::uint64_t left = order_.index(order_.end()) - order_.index(arrived_);
  return std::max<std::size_t>(1, std::min<std::uint64_t>({kGroupRows, of_bytes, left + block}));
}

// `copy(column, to)` writes the rows of a stored column of the catalogue.
template <class Copy>
void Collector::add_rows(const Block& range, const Copy& copy) {
  // A point that fits into a group begins a new one where the open one has no room for all of it.
  const std::uint32_t whole = plan_->points[range.point].replications;
  const bool begins = range.first_replication == 0 && whole <= kGroupRows && order_.rounds() == 1;
  const std::uint32_t room = begins ? std::max(whole, range.replications) : range.replications;
  if (open_.rows != 0 && open_.rows + room > open_.stride) close_group();
  if (open_.rows == 0) {
    open_.stride =
        std::max<std::size_t>(group_rows(range.replications), reduces(range.point) ? room : range.replications);
    open_.columns.resize(outputs().stored_columns() * open_.stride);
  }
  open_segment(range);
  for (std::size_t c = 0; c < outputs().stored_columns(); ++c)
    copy(c, open_.columns.data() + c * open_.stride + open_.rows);
  open_.rows += range.replications;
  open_.segments.back().range.replications += range.replications;
}

void Collector::open_segment(const Block& range) {
  if (open_.summing && open_.segments.back().range.point == range.point) return;
  close_segment();
  open_.segments.push_back({{range.point, range.first_replication, 0}, {}, {}});
  const OutputPlan& plan = plan_->points[range.point].model->outputs();
  // Work space is kept from point to point: that of the histograms is expensive to get.
  if (open_.sums != nullptr && open_.sums->fits(plan))
    open_.sums->clear();
  else
    open_.sums = std::make_unique<Accumulators>(plan);
  open_.summing = true;
}

void Collector::close_segment() {
  if (!open_.summing) return;
  open_.segments.back().sums = encode(*open_.sums);
  note_bins(open_.segments.back().range.point, *open_.sums);
  open_.summing = false;
}

void Collector::commit(const BlockResult& result) {
  const Block& block = result.block;
  add_known();
  if (arrived_.point != block.point || arrived_.replication != block.first_replication)
    throw std::logic_error("a block does not follow the one before");
  const std::size_t columns = outputs().columns();
  add_rows(block, [&](std::size_t c, float* to) {
    const bool lower = c >= columns;  // half of doubles
    const int own = catalogue_.column(block.point, lower ? c - columns : c);
    if (own == Catalogue::kAbsent)
      std::fill_n(to, block.replications, missing_word(outputs().doubles, lower));
    else
      std::copy_n(result.columns.row(static_cast<std::size_t>(own) + (lower ? result.columns.rows() / 2 : 0)),
                  block.replications, to);
  });
  open_.sums->merge(result.sums);
  const Position before = arrived_;
  arrived_ = order_.advanced(arrived_, block.replications);
  const bool leg_ends = arrived_.point != before.point || arrived_.round != before.round;
  if (leg_ends) close_segment();
  const bool full = open_.rows + block.replications > open_.stride;
  const bool may_close = leg_ends || !reduces(block.point);
  const auto since_last = std::chrono::steady_clock::now() - closed_;
  if (full || arrived_ == order_.end() ||
      (may_close && store_->due(since_last, open_.rows * outputs().stored_columns() * sizeof(float))))
    close_group();
}

// Rows that an earlier result or an earlier point holds, up to the next one that has to be simulated. All sums go with
// the first piece.
void Collector::add_known() {
  if (known_.empty()) return;
  for (;;) {
    const std::uint32_t point = arrived_.point, first = arrived_.replication;
    if (arrived_ == order_.end() || known_[point] <= first) return;
    const bool copies = is_copy(point);
    const std::size_t earlier = copies ? *plan_->points[point].same_as : 0;
    if (copies && points_[earlier].replications < known_[point]) close_group();
    const auto rows = std::min(known_[point] - first, static_cast<std::uint32_t>(group_rows(0)));
    add_rows({point, first, rows}, [&](std::size_t c, float* to) {
      copies ? read_rows(earlier, c, first, {to, rows}) : options_.known->read(point, c, first, {to, rows});
    });
    if (first == 0 && !decode(copies ? coded_sums(earlier) : options_.known->sums(point), *open_.sums))
      throw InputOutputError("the sums of the earlier result are of another shape (it was changed, or is damaged)");
    const Position before = arrived_;
    arrived_ = order_.advanced(arrived_, rows);
    if (arrived_.point != before.point) close_segment();
  }
}

template <class Read>
OwnValues Collector::values(std::size_t column, std::size_t rows, const Read& read) const {
  OwnValues own;
  own.singles.resize(rows);
  read(column, std::span<float>(own.singles));
  if (!outputs().doubles) return own;
  std::vector<float> lower(rows);
  read(outputs().columns() + column, std::span<float>(lower));
  own.doubles.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) own.doubles[i] = from_halves(own.singles[i], lower[i]);
  own.singles.clear();
  return own;
}

void Collector::reduce_segments() {
  const std::size_t columns = outputs().columns();
  std::vector<std::size_t> first_rows;
  std::size_t rows = 0;
  for (const Segment& segment : open_.segments) {
    first_rows.push_back(rows);
    rows += segment.range.replications;
  }
  parallel_for(open_.segments.size(), options_.threads, [&](std::size_t s) {
    Segment& segment = open_.segments[s];
    const auto column = [&](std::size_t c) {
      return values(c, segment.range.replications, [&](std::size_t stored, std::span<float> to) {
        std::copy_n(open_.columns.data() + stored * open_.stride + first_rows[s], to.size(), to.begin());
      });
    };
    PointResults results = reducer_.blank();
    const auto worst = columns == 0 ? std::nullopt : reducer_.worst_futures(column(reducer_.primary()).view());
    const Sampling& sampling = plan_->points[segment.range.point].model->outputs().sampling;
    for (std::size_t c = 0; c < columns; ++c) reducer_.take(results, c, column(c).view(), sampling, worst);
    segment.summary = encode(results);
  });
}

void Collector::close_group() {
  close_segment();
  const bool reduce = std::all_of(open_.segments.begin(), open_.segments.end(), [&](const Segment& s) {
    return reduces(s.range.point) && s.range.replications == plan_->points[s.range.point].replications;
  });
  const std::size_t columns = outputs().stored_columns();
  float* values = open_.columns.data();
  if (reduce) reduce_segments();
  for (std::size_t c = 1; c < columns && !reduce && open_.rows != open_.stride;
       ++c)  // to the left: no column overruns the next
    std::copy_n(values + c * open_.stride, open_.rows, values + c * open_.rows);
  store_->append(open_.segments, {values, reduce ? 0 : columns * open_.rows});
  note_group(open_.segments);
  open_.rows = 0;
  open_.segments.clear();
  closed_ = std::chrono::steady_clock::now();
}

void Collector::finish() {
  add_known();
  if (open_.rows != 0) close_group();
  open_.sums.reset();  // what the results are made in is as large
}

std::size_t Collector::points() const {
  std::size_t count = 0;
  while (count < points_.size() && points_[count].replications != 0) ++count;
  return count;
}

Accumulators Collector::sums(std::size_t point) const {
  Accumulators all(plan_->points[point].model->outputs());
  std::optional<Accumulators> one;  // large, and mostly not needed
  const auto& parts = points_[point].parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i == 1) one.emplace(plan_->points[point].model->outputs());
    if (!decode(store_->segment(parts[i].group, parts[i].segment).sums, i == 0 ? all : *one))
      throw std::runtime_error("stored sums are of another shape");
    if (i != 0) all.merge(*one);
  }
  return all;
}

std::string Collector::coded_sums(std::size_t point) const {
  const auto& parts = points_[point].parts;
  return parts.size() == 1 ? store_->segment(parts[0].group, parts[0].segment).sums : encode(sums(point));
}

bool Collector::is_reduced(std::size_t point) const { return points_[point].reduced; }

PointResults Collector::reduced(std::size_t point) const {
  PointResults results = reducer_.blank();
  const Part& part = points_[point].parts.front();
  if (!decode(store_->segment(part.group, part.segment).summary, results))
    throw std::runtime_error("a stored summary is of another shape");
  return results;
}

OwnValues Collector::column(std::size_t point, std::size_t column, std::size_t count) const {
  std::size_t rows = 0;
  for (std::size_t p = point; p < point + count; ++p) rows += points_[p].replications;
  return values(column, rows, [&](std::size_t stored, std::span<float> rest) {
    for (std::size_t p = point; p < point + count; ++p)
      for (const Part& part : points_[p].parts) {
        store_->read(part.group, stored, part.first_row, rest.first(part.rows));
        rest = rest.subspan(part.rows);
      }
  });
}

OwnValues Collector::prefix(std::size_t point, std::size_t column, std::uint32_t rows) const {
  return values(column, rows, [&](std::size_t stored, std::span<float> out) { read_rows(point, stored, 0, out); });
}

void Collector::read_rows(std::size_t point, std::size_t stored_column, std::size_t first, std::span<float> out) const {
  for (const Part& part : points_[point].parts) {
    const std::size_t skipped = std::min<std::size_t>(part.rows, first);
    const std::size_t some = std::min<std::size_t>(part.rows - skipped, out.size());
    if (some != 0) store_->read(part.group, stored_column, part.first_row + skipped, out.first(some));
    first -= skipped;
    out = out.subspan(some);
  }
}

}  // namespace sim::collect
