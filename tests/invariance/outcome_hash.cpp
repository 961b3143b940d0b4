// Prints the hash of all outcomes of a scenario file. Small enough to be built by several compilers and
// at several levels of optimisation, whose hashes must agree.
//
//   outcome_hash SCENARIO.toml [THREADS [BLOCK]]      (PARTNERSIM_ISA chooses the instruction set)
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tests/support/harness.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: outcome_hash SCENARIO.toml [THREADS [BLOCK]]\n", stderr);
    return 2;
  }
  try {
    partnersim::testing::How how;
    if (argc > 2) how.threads = std::atoi(argv[2]);
    if (argc > 3) how.block = static_cast<std::size_t>(std::atoi(argv[3]));
    const partnersim::testing::Run run(*sim::read_document(argv[1]).text, how);
    for (const auto& [label, digest] : run.hashes()) std::printf("%s  %s\n", digest.c_str(), label.c_str());
    std::printf("%s  all\n", run.hash().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outcome_hash: %s\n", error.what());
    return 1;
  }
  return 0;
}
