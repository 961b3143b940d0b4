#include "sim/output/column_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/base/problem.h"

namespace sim::output {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw InputOutputError(fmt::format("{}: cannot {} ({})", path.string(), what, std::strerror(errno)));
}

void write_all(int file, const void* data, std::size_t bytes, const std::filesystem::path& path) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(file, at, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path, "write");
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void read_all(int file, void* data, std::size_t bytes, std::uint64_t offset, const std::filesystem::path& path) {
  char* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = ::pread(file, at, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(path, "read back");
    at += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
}

}  // namespace

ColumnSpool::ColumnSpool(std::size_t columns, std::filesystem::path path)
    : columns_(columns), path_(std::move(path)), group_(columns * kGroupRows) {
  if (path_.empty()) return;
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file_ < 0) fail(path_, "create");
}

ColumnSpool::~ColumnSpool() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(path_.c_str());
}

void ColumnSpool::append(const Grid<float>& values, std::size_t count) {
  std::size_t done = 0;
  while (done < count) {
    const std::size_t filled = rows_ % kGroupRows;
    const std::size_t part = std::min(count - done, kGroupRows - filled);
    for (std::size_t c = 0; c < columns_; ++c)
      std::copy_n(values.row(c) + done, part, group_.data() + c * kGroupRows + filled);
    rows_ += part;
    done += part;
    if (rows_ % kGroupRows == 0) flush_group();
  }
}

void ColumnSpool::flush_group() {
  if (file_ >= 0)
    write_all(file_, group_.data(), group_.size() * sizeof(float), path_);
  else
    full_groups_.push_back(group_);
}

std::vector<float> ColumnSpool::read(std::size_t column, std::uint64_t first, std::size_t count) const {
  std::vector<float> values(count);
  for (std::size_t done = 0; done < count;) {
    const std::uint64_t row = first + done;
    const std::uint64_t group = row / kGroupRows;
    const std::size_t offset = column * kGroupRows + row % kGroupRows;
    const std::size_t part = std::min<std::size_t>(count - done, kGroupRows - row % kGroupRows);
    if (group == rows_ / kGroupRows)
      std::copy_n(group_.data() + offset, part, values.data() + done);
    else if (file_ < 0)
      std::copy_n(full_groups_[group].data() + offset, part, values.data() + done);
    else
      read_all(file_, values.data() + done, part * sizeof(float), (group * columns_ * kGroupRows + offset) * sizeof(float),
               path_);
    done += part;
  }
  return values;
}

}  // namespace sim::output
