#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/base/problem.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/options.h"
#include "sim/cli/run_header.h"
#include "sim/cli/terminal.h"

namespace sim::cli {

int list_command(const Words& words, const Domain&) {
  options::options_description description("Options");
  description.add_options()("help,h", "this help");
  const options::variables_map values = parse(words, description, "word", 1);
  if (values.count("help") != 0) {
    print_help("partnersim list", "partnersim list", description);
    return kDone;
  }
  if (values.count("word") != 0) {
    const std::string word = values["word"].as<std::vector<std::string>>().front();
    throw UsageError(
        fmt::format("list takes no {}: it lists the scenarios that ship.{}", word,
                    kind_of(word) == FileKind::scenario ? " To look at one: partnersim check " + word : ""));
  }
  const std::filesystem::path folder = configs_folder();
  if (folder.empty()) throw InputOutputError("the scenarios that ship were not found beside the program");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string out = "Scenarios in " + folder.string() + ":\n\n";
  for (const auto& file : files)
    out += file.filename().string() + "\n    " + question_of(*read_document(file.string()).text) + "\n";
  print_result(out);
  return kDone;
}

}  // namespace sim::cli
