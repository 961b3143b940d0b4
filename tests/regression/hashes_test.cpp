// Golden hashes of every column of the scenarios that ship, and of one with every law. They change only on purpose:
// then run this test with PARTNERSIM_UPDATE_HASHES=1, look at the difference, and say in the commit what changed and
// why.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/config/document.h"
#include "tests/support/harness.h"
#include "tests/support/shipped.h"

namespace {

using partnersim::testing::Run;

constexpr int kReplications = 20000;
const std::vector<std::string> kScenarios{
    "configs/arithmetic",    "configs/ceiling_breaker", "configs/downturn",         "configs/everything",
    "configs/farm_to_table", "configs/twelve_partners", "tests/regression/all_laws"};

// Lines of "digest  scenario  column"; a column's label may hold spaces.
using Hashes = std::map<std::string, std::map<std::string, std::string>>;  // [scenario][column]

std::filesystem::path golden_file() {
  return std::filesystem::path(PARTNERSIM_SOURCE_DIR) / "tests" / "regression" / "hashes.txt";
}

bool updating() {
  const char* wanted = std::getenv("PARTNERSIM_UPDATE_HASHES");
  return wanted != nullptr && std::string(wanted) == "1";
}

std::string scenario_text(const std::string& file) {
  const auto path = std::filesystem::path(PARTNERSIM_SOURCE_DIR) / (file + ".toml");
  std::string text = partnersim::testing::without_variants(*sim::read_document(path.string()).text);
  const std::string key = "\nreplications = ";
  const std::size_t at = text.find(key);
  if (at == std::string::npos) throw std::runtime_error(path.string() + " does not say how many replications");
  const std::size_t from = at + key.size();
  return text.replace(from, text.find('\n', from) - from, std::to_string(kReplications));
}

Hashes hashes_of_today() {
  Hashes hashes;
  for (const std::string& file : kScenarios) {
    const Run run(scenario_text(file));
    const std::string name = std::filesystem::path(file).filename().string();
    hashes[name] = run.hashes();
    hashes[name]["all"] = run.hash();
  }
  return hashes;
}

void write_golden(const Hashes& hashes) {
  std::ofstream out(golden_file());
  out << "# Hashes of the columns of configs/*.toml and all_laws.toml at " << kReplications
      << " replications, by hashes_test.cpp.\n"
      << "# Rewrite with PARTNERSIM_UPDATE_HASHES=1, only for a change of results that is meant.\n";
  for (const auto& [scenario, columns] : hashes)
    for (const auto& [column, digest] : columns) out << digest << "  " << scenario << "  " << column << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + golden_file().string());
}

Hashes read_golden() {
  Hashes hashes;
  std::ifstream in(golden_file());
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string digest, scenario, column;
    words >> digest >> scenario >> std::ws;
    std::getline(words, column);
    hashes[scenario][column] = digest;
  }
  return hashes;
}

const std::string kAdvice =
    "\nIf results changed on purpose, run regression_tests with PARTNERSIM_UPDATE_HASHES=1 and commit "
    "tests/regression/hashes.txt with the reason (\"Results: changed (why)\"). If not, this is a bug.";

}  // namespace

TEST_CASE("the scenarios that ship give the hashes they gave when these were last written") {
  const Hashes today = hashes_of_today();
  if (updating()) {
    write_golden(today);
    MESSAGE("hashes.txt was rewritten");
  }
  const Hashes golden = read_golden();
  REQUIRE_MESSAGE(!golden.empty(), "no golden hashes in ", golden_file().string(), kAdvice);
  std::string differences;
  const auto differ = [&](const std::string& scenario, const std::string& column, const char* how) {
    differences += "\n  configs/" + scenario + ".toml, column " + column + ": " + how;
  };
  for (const auto& [scenario, columns] : golden) {
    if (!today.contains(scenario)) differ(scenario, "(all)", "the scenario is not run any more");
    for (const auto& [column, digest] : columns) {
      if (!today.contains(scenario)) continue;
      const auto found = today.at(scenario).find(column);
      if (found == today.at(scenario).end())
        differ(scenario, column, "is gone");
      else if (found->second != digest)
        differ(scenario, column, "has other values");
    }
  }
  for (const auto& [scenario, columns] : today)
    for (const auto& [column, digest] : columns)
      if (!golden.contains(scenario) || !golden.at(scenario).contains(column)) differ(scenario, column, "is new");
  CHECK_MESSAGE(differences.empty(), "results changed:", differences, kAdvice);
}
