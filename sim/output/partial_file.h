// A file that appears under its final name complete or not at all.
//
// NAME.partial is created beside NAME (beside what it leads to, where it is a symbolic link), filled by whoever is
// given its path, then synced and renamed. While it exists it is locked, so that two processes asked for the same file
// do not write into each other; a leftover of a killed process carries no lock and is taken over. It does not write the
// content itself.
#pragma once

#include <filesystem>
#include <optional>

#include "sim/output/locked_file.h"
#include "sim/output/sealed_file.h"

namespace sim::output {

class PartialFile {
 public:
  // Throws NoFilePlace (file_place.h) where something else than a file is, InputOutputError when the folder is missing
  // or not writable, the disk is full already, or another process holds the partial file.
  explicit PartialFile(const std::filesystem::path& final_path);
  ~PartialFile() { discard(); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& final_path() const { return final_path_; }
  const std::filesystem::path& path() const { return path_; }

  // Puts a seal behind the content, which must have been closed (sealed_file.h).
  void seal() { SealedFile::seal(*file_, "finish the file"); }
  // Syncs the content, renames it onto the final path and syncs the folder; the content must have been closed.
  void publish();
  // Removes the partial file; nothing after publish().
  void discard() noexcept;

 private:
  std::filesystem::path final_path_;
  std::filesystem::path path_;
  std::optional<LockedFile> file_;
};

}  // namespace sim::output
