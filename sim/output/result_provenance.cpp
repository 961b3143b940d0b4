// Where the numbers come from: enough to make the file again, and to tell whether another one is the same.
#include <fmt/format.h>

#include "sim/output/result_sections.h"
#include "sim/rng/draws.h"

namespace sim::output {
namespace {

Attributes with(Attributes a, const Attributes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

void write_provenance(const ResultContext& context, const Results& results) {
  const std::string group = "/provenance";
  context.file.group(group, {{"long_name", "where these numbers come from"}});
  const auto text = [&](const std::string& name, const std::string& value, const std::string& meaning) {
    context.add(group, name, {}, describe("", name, meaning), value);
  };
  const auto lines = [](const std::vector<std::string>& list) {
    std::string all;
    for (const std::string& item : list) all += item + "\n";
    return all;
  };
  text("scenario_text", context.header.source.text, "the scenario as read");
  text("assignments", lines(context.header.source.assignments), "values set on the command line, one a line");
  text("vary", lines(context.header.source.vary), "parameters varied on the command line, one a line");
  text("resolved_scenario", context.header.resolved_text, "every value in effect");
  if (!context.header.experiment_text.empty())
    text("points", context.header.experiment_text, "what the points differ in, one a line");
  text("version", PARTNERSIM_VERSION, "version of partnersim");
  context.add(group, "draws_contract", {}, describe("1", "draws_contract", "number of the layout of random numbers"),
              std::int32_t{kDrawsContract});
  context.add(group, "seed", {}, describe("1", "seed"), context.header.seed);
  text("seed_text", std::to_string(context.header.seed), "the seed, for languages without 64-bit integers");
  text("fingerprint", fingerprint(context.header), "of version, draws contract and every value in effect");
  context.add(group, "complete", {},
              with(describe("", "complete", "false: an interrupted run's finished part"), boolean_flags()),
              std::int8_t{context.header.complete ? std::int8_t{1} : std::int8_t{0}});
  text("outcomes_hash", results.digest, "XXH3-128 of all column hashes; the same for any number of threads");
  Names labels, digests;
  for (const ColumnHash& h : results.hashes) {
    labels.push_back(h.label);
    digests.push_back(h.digest);
  }
  context.file.dimension(group, "column", labels, describe("", "column"));
  context.add(
      group, "column_hash", {"column"},
      describe("", "column_hash",
               fmt::format("XXH3-128 of the column's float{} values in order", context.outputs.doubles ? 64 : 32)),
      digests);
}

}  // namespace sim::output
