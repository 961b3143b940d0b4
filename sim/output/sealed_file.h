// The seal of a finished file: a checksum of every 64 KiB of it, behind the bytes that it covers, and reading through
// it.
//
//   data | XXH3-64 of each block | bytes of data (8), of a block (4), format (4), XXH3-64 of all from the first
//   checksum to here (8), magic (8)
//
// Numbers are little-endian. HDF5 knows itself where its data end, so that other programs see no difference; one that
// writes to the file cuts the seal off.
//
// Promise: read() gives bytes as they were sealed, or throws FileDamaged; only blocks that are asked for are read, each
// is checked once. Finds decay, torn copies and edits, not forgery.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/output/locked_file.h"

namespace sim::output {

// The file is not as it was written. The reason says what of it, without naming the file.
class FileDamaged : public InputOutputError {
 public:
  FileDamaged(const std::filesystem::path& file, const std::string& action, const std::string& reason);
  const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

class SealedFile {
 public:
  // Puts a seal behind all that is in the file.
  static void seal(LockedFile& file, const char* action);

  // Null when no seal stands at the end of the file. Throws FileDamaged when one does that is damaged itself.
  static std::unique_ptr<SealedFile> open(const std::filesystem::path& path);
  ~SealedFile();
  SealedFile(const SealedFile&) = delete;
  SealedFile& operator=(const SealedFile&) = delete;

  std::uint64_t size() const { return size_; }  // without the seal
  void read(void* data, std::size_t bytes, std::uint64_t offset);
  void verify();  // reads all of it

 private:
  SealedFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  bool find_seal();
  bool fetch(void* data, std::size_t bytes, std::uint64_t offset) const;
  void fetch_checked(void* data, std::uint64_t block);
  std::size_t bytes_of(std::uint64_t block) const;
  [[noreturn]] void refuse(const std::string& reason) const;

  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_ = 0;
  std::vector<std::uint64_t> sums_;  // [block]
  std::vector<bool> sound_;          // [block], known to be
};

}  // namespace sim::output
