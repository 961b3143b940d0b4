// Where a run's output goes, and what is there already: a result, a journal, both. Decides whether there is anything to
// simulate and from where, and refuses to touch what the user has not given away.
//
//   result             journal      run                    run --resume            run --force
//   -                  -            from the start         says so, as run         from the start
//   -                  this run's   refused: --resume      goes on                 from the start
//   -                  any other    refused                refused with reason     from the start
//   complete           -            says so, exit 0        says so, exit 0         says so, exit 0
//   complete           this run's   the same, and the journal is removed           the same
//   finished part      as above     refused: --resume      as above, replaces it   from the start
//   any other          as above     refused                refused                 as above, replaces it
//
// --resume --force is --resume that may replace another run's result. A journal that a process is writing is never
// touched. Asks nothing of the user, and simulates nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "sim/base/problem.h"
#include "sim/output/file_place.h"
#include "sim/output/journal.h"
#include "sim/output/locked_file.h"
#include "sim/output/result_file.h"

namespace sim::cli {

// Something is there that must not be touched; no failure of the disk.
class Refusal : public InputOutputError {
 public:
  using InputOutputError::InputOutputError;
};

// Does what may meet a disk that is full or fails; `advice()` says behind the message what is safe and how to go on.
// Refusals, places for no file and files that others write speak for themselves.
template <class Work, class Advice>
auto with_advice(const Work& work, const Advice& advice) {
  try {
    return work();
  } catch (const output::FileBusy&) {
    throw;
  } catch (const output::NoFilePlace&) {
    throw;
  } catch (const Refusal&) {
    throw;
  } catch (const InputOutputError& error) {
    throw InputOutputError(error.what() + advice());
  }
}

class Destination {
 public:
  struct Permission {
    bool force = false;
    bool resume = false;
    bool replace = false;  // another complete result may be replaced: it is what this run extends
  };
  // `result` as result_path() gives it (options.h). `tell` shows a message to the user, or does not.
  Destination(std::filesystem::path result, output::RunIdentity run, Permission permission,
              std::function<void(const std::string&)> tell);

  // Whether the complete result of this run is there; removes the journal it no longer needs. Throws Refusal
  // when something else is there that must not be replaced.
  bool holds_result() const;
  // The journal to write to: a new one, or the one that is there, for recover(). Makes the folder where necessary.
  std::unique_ptr<output::Journal> open_journal() const;
  // Gives the collector what the journal holds.
  void recover(output::Journal& journal, collect::Collector& collector) const;
  // Makes the result's folder where necessary.
  void prepare_folder() const;
  // After the result is complete.
  void remove(output::Journal& journal) const;

 private:
  void tidy() const;
  [[noreturn]] void refuse_journal() const;

  std::filesystem::path result_;
  std::filesystem::path journal_;
  output::RunIdentity run_;
  Permission permission_;
  std::function<void(const std::string&)> tell_;
};

}  // namespace sim::cli
