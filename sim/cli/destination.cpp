#include "sim/cli/destination.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/base/counted.h"
#include "sim/base/problem.h"
#include "sim/report/table.h"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

Destination::Destination(fs::path result, output::RunIdentity run, Permission permission,
                         std::function<void(const std::string&)> tell)
    : result_(std::move(result)),
      journal_(output::Journal::path_for(result_)),
      run_(std::move(run)),
      permission_(permission),
      tell_(std::move(tell)) {}

bool Destination::holds_result() const {
  if (!is_there(result_)) return false;
  const output::ExistingResult existing = output::examine(result_);
  const bool same = existing.fingerprint == run_.fingerprint;
  const std::string damage = same && existing.complete ? output::damage(result_) : existing.damage;
  if (same && existing.complete && damage.empty()) {
    tidy();
    return true;
  }
  if (permission_.force || permission_.replace || (same && permission_.resume && damage.empty())) return false;
  if (!damage.empty())
    throw Refusal(fmt::format("{} exists ({}). Use {}--force to overwrite it, or -o to choose another name",
                              result_.string(), damage, permission_.resume ? "--resume " : ""));
  if (same)
    throw Refusal(
        fmt::format("{} exists (it holds the finished part of an interrupted run). Use --resume to go on with it, "
                    "--force to start over, or -o to choose another name",
                    result_.string()));
  throw Refusal(fmt::format(
      "{} exists ({}). Use --force to overwrite it, or -o to choose another name", result_.string(),
      existing.fingerprint.empty() ? "it is not a partnersim result" : "it holds the result of another run"));
}

// A run that was killed between giving the result its name and removing the journal leaves both.
void Destination::tidy() const {
  if (!is_there(journal_)) return;
  try {
    remove(*output::Journal::open(journal_, run_));
    tell_(fmt::format("{} was left by a run that was killed at its very end: removed, the result is complete.",
                      journal_.string()));
  } catch (const output::FileBusy&) {
    // Another process is about to remove it.
  } catch (const InputOutputError& error) {
    tell_(fmt::format("{}. The result is complete; the journal is left alone.", error.what()));
  }
}

void Destination::prepare_folder() const {
  // What is in the way at the end should not be found out there.
  for (const char* ending : {".partial", ".log.json"}) output::file_place(result_.string() + ending);
  const fs::path folder = result_.parent_path();
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    const std::string advice = output::advice_for(error.value());
    const std::string problem =
        fmt::format("{}: cannot create the folder ({}).{}", folder.string(), error.message(), advice);
    if (advice.empty()) throw output::NoFilePlace(problem);
    throw InputOutputError(problem);
  }
  if (access(folder.c_str(), W_OK) != 0)
    throw Refusal(fmt::format("{}: cannot write there ({})", result_.string(), std::strerror(errno)));
}

std::unique_ptr<output::Journal> Destination::open_journal() const {
  prepare_folder();
  const bool there = is_there(journal_);
  if (there && !permission_.resume && !permission_.force) refuse_journal();
  if (!there && permission_.resume)
    tell_(fmt::format("Nothing to resume: there is no {}. Starting from the first replication.", journal_.string()));
  if (!there || !permission_.resume) return output::Journal::create(journal_, run_, permission_.force);
  try {
    return output::Journal::open(journal_, run_);
  } catch (const output::JournalRefused& error) {
    throw Refusal(
        fmt::format("{}. Use --force without --resume to start over, or -o to choose another name", error.what()));
  }
}

void Destination::refuse_journal() const {
  std::string reason = "the journal of an interrupted run";
  std::string advice = "--resume to go on with it, ";
  try {
    output::Journal::open(journal_, run_);
  } catch (const output::JournalRefused& error) {
    reason = error.reason();
    advice.clear();
  }
  throw Refusal(fmt::format("{} exists ({}). Use {}--force to start over, or -o to choose another name",
                            journal_.string(), reason, advice));
}

void Destination::recover(output::Journal& journal, collect::Collector& collector) const {
  try {
    const std::uint64_t cut = journal.recover(
        collector.plan(), [&](std::span<const collect::Segment> segments) { return collector.restore(segments); });
    if (cut != 0)
      tell_(fmt::format("{}: the last record was torn; its {} cut off, and its replications simulated again.",
                        journal_.string(), counted(cut, "byte is", "bytes are")));
  } catch (const output::JournalRefused& error) {
    throw Refusal(
        fmt::format("{}. Use --force without --resume to start over, or -o to choose another name", error.what()));
  }
}

void Destination::remove(output::Journal& journal) const {
  if (const int error = journal.remove(); error != 0)
    tell_(fmt::format("{}: cannot remove ({}). The result is complete; the journal is no longer needed.",
                      journal_.string(), std::strerror(error)));
}

}  // namespace sim::cli
