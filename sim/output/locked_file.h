// A file that one process writes at a time: opened, locked, and every failure an error with place, action,
// reason and advice. Under PartialFile and Journal.
//
// The lock belongs to the open file description (F_OFD_SETLK): unlike plain POSIX locks it survives that HDF5 closes
// its own descriptor of the same file, and unlike flock() it does not meet the locks HDF5 takes itself. It ends with
// the process, so that a killed one leaves none behind. On a file system without locks there is no protection.
// It does not know what is in the file, and never removes it unasked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "sim/base/problem.h"

namespace sim::output {

// Another process holds the file.
class FileBusy : public InputOutputError {
 public:
  using InputOutputError::InputOutputError;
};

// " Free some space, or write to another disk." for ENOSPC and its like; empty where there is nothing to say.
std::string advice_for(int error_number);

// Makes the names in the file's folder durable. A folder that cannot be listed, or a file system that cannot sync
// folders, is not an error: the file is complete, only its name might be lost with the power.
void sync_folder_of(const std::filesystem::path& file);

class LockedFile {
 public:
  enum class Open { existing, create };  // create: unless it exists
  // `shown` is the file that messages name: the one the user knows. Throws FileBusy, NoFilePlace where no regular file
  // is or can be made (a symbolic link is none: file_place.h follows those that may be), and InputOutputError.
  LockedFile(std::filesystem::path path, std::filesystem::path shown, Open open);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const;
  void write(const void* data, std::size_t bytes, std::uint64_t offset, const char* action = "write");
  // False when the file ends before.
  bool read(void* data, std::size_t bytes, std::uint64_t offset) const;
  void sync(const char* action = "write");  // content and length
  void truncate(std::uint64_t size);
  void rename(const std::filesystem::path& to, const char* action);  // and syncs the folder; the lock stays
  // The errno of a failure, else 0.
  int truncate_quietly(std::uint64_t size) noexcept;
  int remove_quietly() noexcept;

 private:
  [[noreturn]] void fail(const char* action, int error_number) const;
  [[noreturn]] void fail_to_open(const char* action, int error_number, bool create) const;

  std::filesystem::path path_;
  std::filesystem::path shown_;
  int descriptor_ = -1;
};

}  // namespace sim::output
