#include "sim/output/locked_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "sim/output/file_place.h"

namespace sim::output {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

bool lock_or_busy(int descriptor) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) == 0) return true;
  return errno != EAGAIN && errno != EACCES;  // a file system without locks is no reason to refuse the work
}

bool is_still_at(int descriptor, const std::filesystem::path& path) {
  struct stat held = {};
  struct stat named = {};
  return ::fstat(descriptor, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino && S_ISREG(held.st_mode);
}

// A link would be followed to a file of whom it may concern.
void refuse_what_is_no_file(const std::filesystem::path& path) {
  std::error_code ignored;
  const bool is_link = std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored));
  const std::string kind = is_link ? "a link" : what_else(path);
  if (!kind.empty()) throw NoFilePlace(path.string() + " is " + kind + ", no file. Remove it, or choose another name");
}

}  // namespace

std::string advice_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return " Free some space, or write to another disk.";
    case EDQUOT:
      return " Free some of your quota, or write to another disk.";
    case EFBIG:
      return " Raise the limit on file sizes (ulimit -f), or store fewer outcomes.";
    default:
      return "";
  }
}

void sync_folder_of(const std::filesystem::path& file) {
  const int directory = ::open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  const int error = ::fsync(directory) == 0 ? 0 : errno;
  ::close(directory);
  if (error == 0 || error == EINVAL || error == ENOTSUP) return;
  throw InputOutputError(file.string() + ": the file is written, but its folder cannot be synced (" +
                         std::strerror(error) + ")." + advice_for(error));
}

LockedFile::LockedFile(std::filesystem::path path, std::filesystem::path shown, Open open)
    : path_(std::move(path)), shown_(std::move(shown)) {
  const bool create = open == Open::create;
  const char* action = create ? "create the file" : "open the file";
  refuse_what_is_no_file(path_);
  // Between opening and locking, the process that held the file may have renamed or removed it: then start again.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int descriptor =
        ::open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | (create ? O_CREAT : 0) | O_CLOEXEC, 0666);
    if (descriptor < 0) fail_to_open(action, errno, create);
    const bool is_free = lock_or_busy(descriptor);
    if (is_free && is_still_at(descriptor, path_)) {
      descriptor_ = descriptor;
      return;
    }
    ::close(descriptor);
    if (!is_free)
      throw FileBusy(shown_.string() + ": cannot " + action + ": another process is writing " + path_.string() +
                     ". Wait for it, or choose another name.");
  }
  throw InputOutputError(shown_.string() + ": cannot " + action + ": " + path_.string() + " keeps being replaced");
}

LockedFile::~LockedFile() { ::close(descriptor_); }

void LockedFile::fail(const char* action, int error_number) const {
  throw InputOutputError(shown_.string() + ": cannot " + action + " (" + std::strerror(error_number) + ")." +
                         advice_for(error_number));
}

void LockedFile::fail_to_open(const char* action, int error_number, bool create) const {
  if (!advice_for(error_number).empty()) fail(action, error_number);
  std::error_code ignored;
  const std::filesystem::path folder = folder_of(shown_);
  std::string advice;
  if (create && error_number == ENOENT)
    advice = std::filesystem::is_directory(folder, ignored) ? " Nothing can be made in " + folder.string() + "."
                                                            : " Create the folder " + folder.string() + " first.";
  throw NoFilePlace(shown_.string() + ": cannot " + action + " (" + std::strerror(error_number) + ")." + advice);
}

std::uint64_t LockedFile::size() const {
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) fail("read", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void LockedFile::write(const void* data, std::size_t bytes, std::uint64_t offset, const char* action) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::pwrite(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(action, written < 0 ? errno : ENOSPC);
    at += written;
    offset += static_cast<std::uint64_t>(written);
    bytes -= static_cast<std::size_t>(written);
  }
}

bool LockedFile::read(void* data, std::size_t bytes, std::uint64_t offset) const {
  char* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", errno);
    if (got == 0) return false;
    at += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

void LockedFile::sync(const char* action) {
  if (::fdatasync(descriptor_) != 0) fail(action, errno);
}

void LockedFile::truncate(std::uint64_t size) {
  if (const int error = truncate_quietly(size); error != 0) fail("shorten", error);
}

void LockedFile::rename(const std::filesystem::path& to, const char* action) {
  if (::rename(path_.c_str(), to.c_str()) != 0) fail(action, errno);
  path_ = to;
  sync_folder_of(to);
}

int LockedFile::truncate_quietly(std::uint64_t size) noexcept {
  return ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0 ? 0 : errno;
}

int LockedFile::remove_quietly() noexcept { return ::unlink(path_.c_str()) == 0 ? 0 : errno; }

}  // namespace sim::output
