// What the points of one experiment decide together: shortcuts that make other draws, such as one word for a sum in
// place of one for each term, taken at all points or at none, so that random numbers are common to them.
//
// Every model has its say when it is made, in any order and from any thread; workers, made when all models are, ask.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

class Shortcuts {
 public:
  // A model that has a use for it; one that cannot do with it, and a sentence that says why.
  void offer(const std::string& what);
  void refuse(const std::string& what, const std::string& why);

  bool taken(std::string_view what) const;
  std::vector<std::string> all_taken() const;
  bool takes_all_of(const Shortcuts& other) const;
  // Of those a model offered; `refused` is why, empty where taken.
  struct Note {
    std::string what, refused;
  };
  std::vector<Note> notes() const;

 private:
  struct Say {
    bool offered = false;
    std::string refused;  // the first of the sentences in the order of words, whoever came first
  };
  mutable std::mutex mutex_;
  std::map<std::string, Say, std::less<>> says_;
};

}  // namespace sim
