#include "sim/output/sealed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace sim::output {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

// Small enough that the table of a result costs little more than what it shows, large enough that its checksums
// (1 in 8,192) and the calls to read it do not count.
constexpr std::uint32_t kBlock = 1U << 16;
constexpr std::uint32_t kFormat = 1;
constexpr std::string_view kMagic = "PSIMsum\n";

struct Footer {
  std::uint64_t size;
  std::uint32_t block;
  std::uint32_t format;
  std::uint64_t checksum;
  char magic[8];
};
static_assert(sizeof(Footer) == 32);

std::uint64_t blocks_of(std::uint64_t size) { return size / kBlock + (size % kBlock != 0 ? 1 : 0); }

// Of the checksums of blocks and the fields of the footer before its own.
std::uint64_t checksum_of(const std::vector<std::uint64_t>& sums, const Footer& footer) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, sums.data(), sums.size() * sizeof(std::uint64_t));
  XXH3_64bits_update(&state, &footer, offsetof(Footer, checksum));
  return XXH3_64bits_digest(&state);
}

}  // namespace

FileDamaged::FileDamaged(const std::filesystem::path& file, const std::string& action, const std::string& reason)
    : InputOutputError(fmt::format("{}: cannot {} ({}). Run its scenario again, or take a copy that is whole; what "
                                   "another program has changed on purpose is read as it is with --trust",
                                   file.string(), action, reason)),
      reason_(reason) {}

void SealedFile::seal(LockedFile& file, const char* action) {
  Footer footer{file.size(), kBlock, kFormat, 0, {}};
  std::vector<std::uint64_t> sums;
  std::vector<char> piece(std::size_t{16} * kBlock);
  for (std::uint64_t at = 0; at < footer.size; at += piece.size()) {
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), footer.size - at));
    if (!file.read(piece.data(), there, at))
      throw InputOutputError(fmt::format("{}: cannot {} (it has become shorter).", file.path().string(), action));
    for (std::size_t i = 0; i < there; i += kBlock)
      sums.push_back(XXH3_64bits(piece.data() + i, std::min<std::size_t>(kBlock, there - i)));
  }
  footer.checksum = checksum_of(sums, footer);
  kMagic.copy(footer.magic, sizeof footer.magic);
  std::string bytes(reinterpret_cast<const char*>(sums.data()), sums.size() * sizeof(std::uint64_t));
  bytes.append(reinterpret_cast<const char*>(&footer), sizeof footer);
  file.write(bytes.data(), bytes.size(), footer.size, action);
}

std::unique_ptr<SealedFile> SealedFile::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return nullptr;  // who opens it next says why
  std::unique_ptr<SealedFile> file(new SealedFile(path, descriptor));
  return file->find_seal() ? std::move(file) : nullptr;
}

SealedFile::~SealedFile() { ::close(descriptor_); }

bool SealedFile::find_seal() {
  struct stat status = {};
  Footer footer{};
  if (::fstat(descriptor_, &status) != 0 || status.st_size < static_cast<off_t>(sizeof footer)) return false;
  const std::uint64_t end = static_cast<std::uint64_t>(status.st_size) - sizeof footer;
  if (!fetch(&footer, sizeof footer, end) || std::string_view(footer.magic, sizeof footer.magic) != kMagic)
    return false;
  if (footer.format != kFormat || footer.block != kBlock) refuse("its checksums are of another version, or damaged");
  if (footer.size > end || blocks_of(footer.size) * sizeof(std::uint64_t) != end - footer.size)
    refuse("its checksums are damaged");
  size_ = footer.size;
  sums_.resize(blocks_of(size_));
  sound_.resize(sums_.size());
  if (!fetch(sums_.data(), sums_.size() * sizeof(std::uint64_t), size_) ||
      checksum_of(sums_, footer) != footer.checksum)
    refuse("its checksums are damaged");
  return true;
}

void SealedFile::refuse(const std::string& reason) const { throw FileDamaged(path_, "open the file", reason); }

// False when the file ends before.
bool SealedFile::fetch(void* data, std::size_t bytes, std::uint64_t offset) const {
  char* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw InputOutputError(fmt::format("{}: cannot read ({}).", path_.string(), std::strerror(errno)));
    if (got == 0) return false;
    at += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

std::size_t SealedFile::bytes_of(std::uint64_t block) const {
  return static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, size_ - block * kBlock));
}

void SealedFile::fetch_checked(void* data, std::uint64_t block) {
  const std::uint64_t begin = block * kBlock;
  const std::size_t bytes = bytes_of(block);
  if (!fetch(data, bytes, begin) || XXH3_64bits(data, bytes) != sums_[block])
    throw FileDamaged(path_, "read",
                      fmt::format("bytes {} to {} do not match their checksum", begin, begin + bytes - 1));
  sound_[block] = true;
}

void SealedFile::read(void* data, std::size_t bytes, std::uint64_t offset) {
  if (offset > size_ || bytes > size_ - offset)
    throw FileDamaged(path_, "read", fmt::format("it ends before byte {}", offset + bytes));
  char* out = static_cast<char*>(data);
  while (bytes > 0) {
    const std::uint64_t block = offset / kBlock;
    const auto skipped = static_cast<std::size_t>(offset % kBlock);
    const std::size_t part = std::min(bytes, bytes_of(block) - skipped);
    if (part == bytes_of(block)) {
      fetch_checked(out, block);
    } else {
      if (!sound_[block]) {
        std::vector<char> whole(bytes_of(block));
        fetch_checked(whole.data(), block);
      }
      if (!fetch(out, part, offset)) throw FileDamaged(path_, "read", "it has become shorter");
    }
    out += part;
    offset += part;
    bytes -= part;
  }
}

void SealedFile::verify() {
  std::vector<char> whole(kBlock);
  for (std::uint64_t block = 0; block < sums_.size(); ++block) fetch_checked(whole.data(), block);
}

}  // namespace sim::output
