// Stage shares for --profile: processor time-stamp counts by stage, summed over workers. Timers cost
// a few nanoseconds a stage and are skipped when no profile is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <chrono>
#endif

namespace sim {

class Profile {
 public:
  struct Stage {
    std::string name;
    std::uint64_t ticks = 0;
  };

  std::size_t stage(std::string name) {
    for (std::size_t i = 0; i < stages_.size(); ++i)
      if (stages_[i].name == name) return i;
    stages_.push_back({std::move(name), 0});
    return stages_.size() - 1;
  }
  void add(std::size_t stage, std::uint64_t ticks) { stages_[stage].ticks += ticks; }
  void merge(const Profile& other) {
    for (const Stage& s : other.stages_) stages_[stage(s.name)].ticks += s.ticks;
  }
  const std::vector<Stage>& stages() const { return stages_; }

  static std::uint64_t now() {
#if defined(__x86_64__)
    return __rdtsc();
#else
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
  }

 private:
  std::vector<Stage> stages_;
};

// Successive stages of one function: mark("draws") books the time since the last mark there.
class StageTimer {
 public:
  explicit StageTimer(Profile* profile) : profile_(profile), last_(profile != nullptr ? Profile::now() : 0) {}
  void mark(const char* name) {
    if (profile_ == nullptr) return;
    const std::uint64_t now = Profile::now();
    profile_->add(profile_->stage(name), now - last_);
    last_ = Profile::now();
  }

 private:
  Profile* profile_;
  std::uint64_t last_;
};

}  // namespace sim
