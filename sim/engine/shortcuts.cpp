#include "sim/engine/shortcuts.h"

#include <algorithm>

namespace sim {

void Shortcuts::offer(const std::string& what) {
  const std::lock_guard lock(mutex_);
  says_[what].offered = true;
}

void Shortcuts::refuse(const std::string& what, const std::string& why) {
  const std::lock_guard lock(mutex_);
  std::string& refused = says_[what].refused;
  refused = refused.empty() ? why : std::min(refused, why);
}

bool Shortcuts::taken(std::string_view what) const {
  const std::lock_guard lock(mutex_);
  const auto found = says_.find(what);
  return found != says_.end() && found->second.offered && found->second.refused.empty();
}

std::vector<std::string> Shortcuts::all_taken() const {
  std::vector<std::string> taken;
  for (const Note& note : notes())
    if (note.refused.empty()) taken.push_back(note.what);
  return taken;
}

bool Shortcuts::takes_all_of(const Shortcuts& other) const {
  const auto& theirs = other.says_;
  return std::all_of(theirs.begin(), theirs.end(),
                     [&](const auto& say) { return !other.taken(say.first) || taken(say.first); });
}

std::vector<Shortcuts::Note> Shortcuts::notes() const {
  const std::lock_guard lock(mutex_);
  std::vector<Note> notes;
  for (const auto& [what, say] : says_)
    if (say.offered) notes.push_back({what, say.refused});
  return notes;
}

}  // namespace sim
