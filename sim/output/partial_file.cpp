#include "sim/output/partial_file.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "sim/base/problem.h"
#include "sim/output/file_place.h"

namespace sim::output {

PartialFile::PartialFile(const std::filesystem::path& final_path)
    : final_path_(file_place(final_path)), path_(final_path_.string() + ".partial") {
  if (!final_path_.has_filename())
    throw InputOutputError(final_path_.string() + ": cannot create the file (" + std::strerror(EISDIR) + ").");
  file_.emplace(path_, final_path_, LockedFile::Open::create);
  // A disk that is full already is best found before anybody builds on the file.
  try {
    file_->write("", 1, 0, "create the file");
  } catch (const InputOutputError&) {
    discard();
    throw;
  }
}

void PartialFile::publish() {
  file_->sync("finish the file");
  file_->rename(final_path_, "rename the finished file");
  file_.reset();
}

void PartialFile::discard() noexcept {
  // After a rename that could not be made durable, the file has its final name: it is whole, and stays.
  if (file_ && file_->path() == path_) file_->remove_quietly();
  file_.reset();
}

}  // namespace sim::output
