// The one direction of includes, read from the source tree itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;    // "sim/rng/philox.h", from the root of the project
  std::string target;  // "sim/rng/draws.h" or "toml++/toml.h"
  bool quoted = false;
};

// Every #include of the .h and .cpp files below `folder`.
void collect(const fs::path& root, const std::string& folder, std::vector<Include>& out) {
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      const std::size_t hash = line.find_first_not_of(" \t");
      if (hash == std::string::npos || line[hash] != '#') continue;
      const std::size_t word = line.find_first_not_of(" \t", hash + 1);
      if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
      const std::size_t open = line.find_first_of("\"<", word);
      if (open == std::string::npos) continue;
      const bool quoted = line[open] == '"';
      const std::size_t close = line.find(quoted ? '"' : '>', open + 1);
      if (close == std::string::npos) continue;
      out.push_back(
          {entry.path().lexically_relative(root).generic_string(), line.substr(open + 1, close - open - 1), quoted});
    }
  }
}

const std::vector<Include>& includes() {
  static const std::vector<Include> all = [] {
    const fs::path root = PARTNERSIM_SOURCE_DIR;
    REQUIRE_MESSAGE(fs::is_directory(root / "sim"), "no source tree at ", root.string());
    std::vector<Include> found;
    collect(root, "sim", found);
    collect(root, "models", found);
    return found;
  }();
  return all;
}

// "rng" of "sim/rng/draws.h"; empty outside sim.
std::string module_of(std::string_view path) {
  if (!path.starts_with("sim/")) return {};
  path.remove_prefix(4);
  return std::string(path.substr(0, path.find('/')));
}

// What each module of the engine may include, besides itself.
const std::map<std::string, std::set<std::string>>& allowed() {
  static const std::map<std::string, std::set<std::string>> rules{
      {"base", {}},
      {"lanes", {"base"}},
      {"config", {"base"}},
      {"plan", {"base", "config"}},
      {"rng", {"base", "lanes", "config"}},
      {"tables", {"base", "rng"}},
      {"engine", {"base", "lanes", "rng", "config"}},
      {"stats", {"base", "lanes", "engine"}},
      {"collect", {"base", "lanes", "engine", "stats"}},
      {"output", {"base", "lanes", "rng", "config", "plan", "engine", "stats", "collect"}},
      {"report", {"base", "engine", "stats", "collect", "output"}},
      {"cli", {"base", "lanes", "rng", "config", "plan", "engine", "stats", "collect", "output", "report"}},
  };
  return rules;
}

// Includes starting with one of `prefixes` stand in files that `may` accepts, and in at least one.
template <class May>
void only_in(const std::vector<std::string>& prefixes, May may) {
  int seen = 0;
  for (const Include& include : includes())
    for (const std::string& prefix : prefixes) {
      if (!include.target.starts_with(prefix)) continue;
      ++seen;
      if (!may(include.file)) FAIL_CHECK(include.file << " includes " << include.target);
    }
  CHECK(seen > 0);
}

}  // namespace

TEST_CASE("modules of the engine include only what lies below them") {
  std::set<std::string> seen;
  for (const Include& include : includes()) {
    const std::string from = module_of(include.file);
    if (from.empty() || !include.quoted) continue;
    seen.insert(from);
    const auto rule = allowed().find(from);
    if (rule == allowed().end()) {
      FAIL_CHECK("no rule for the module of " << include.file);
      continue;
    }
    const std::string to = module_of(include.target);
    if (to != from && !rule->second.contains(to)) FAIL_CHECK(include.file << " includes " << include.target);
  }
  for (const auto& [name, rule] : allowed()) CHECK_MESSAGE(seen.contains(name), "no file of ", name, " was read");
}

TEST_CASE("nothing in the engine includes a model") {
  for (const Include& include : includes())
    if (include.file.starts_with("sim/") && include.target.find("models/") != std::string::npos)
      FAIL_CHECK(include.file << " includes " << include.target);
}

TEST_CASE("models include neither output nor the command line; main.cpp alone joins them") {
  bool main_joins = false;
  for (const Include& include : includes()) {
    if (!include.file.starts_with("models/")) continue;
    const std::string to = module_of(include.target);
    if (include.file == "models/main.cpp") {
      main_joins = main_joins || to == "cli";
      continue;
    }
    if (to == "output" || to == "cli") FAIL_CHECK(include.file << " includes " << include.target);
  }
  CHECK(main_joins);
}

TEST_CASE("a process includes no other process") {
  for (const Include& include : includes())
    if (include.target.find("processes/") != std::string::npos)
      FAIL_CHECK(include.file << " includes " << include.target);
}

TEST_CASE("files of the project are included by their path from its root, and exist") {
  for (const Include& include : includes()) {
    if (!include.quoted || include.target.starts_with("generated/")) continue;  // made by the build
    if (!include.target.starts_with("sim/") && !include.target.starts_with("models/"))
      FAIL_CHECK(include.file << " includes " << include.target);
    else if (!fs::exists(fs::path(PARTNERSIM_SOURCE_DIR) / include.target))
      FAIL_CHECK(include.file << " includes " << include.target << ", which does not exist");
  }
}

TEST_CASE("HDF5 is included in sim/output only") {
  only_in({"hdf5", "H5"}, [](const std::string& file) { return file.starts_with("sim/output/"); });
}

TEST_CASE("toml++ is included in sim/config/document.cpp only") {
  only_in({"toml++/", "toml.hpp"}, [](const std::string& file) { return file == "sim/config/document.cpp"; });
}

TEST_CASE("Program_options is included in sim/cli only") {
  only_in({"boost/program_options"}, [](const std::string& file) { return file.starts_with("sim/cli/"); });
}

TEST_CASE("TBB is included in sim/engine/runner.cpp only") {
  only_in({"tbb/", "oneapi/tbb"}, [](const std::string& file) { return file == "sim/engine/runner.cpp"; });
}

TEST_CASE("nothing a result depends on includes the library's distributions or Boost.Math") {
  for (const Include& include : includes())
    // Of Boost.Random only the table of direction numbers: integers, the same everywhere.
    if (include.target == "random" || include.target.starts_with("boost/math") ||
        (include.target.starts_with("boost/random") &&
         (include.target != "boost/random/sobol.hpp" || include.file != "sim/plan/sobol.cpp")))
      FAIL_CHECK(include.file << " includes " << include.target);
}

TEST_CASE("results do not iterate in the order of hashes") {
  for (const Include& include : includes())
    if (include.target == "unordered_map" || include.target == "unordered_set")
      FAIL_CHECK(include.file << " includes " << include.target);
}
