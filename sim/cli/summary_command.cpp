#include <fmt/format.h>

#include <iostream>

#include "sim/base/problem.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/options.h"
#include "sim/cli/terminal.h"
#include "sim/report/report.h"

namespace sim::cli {

int summary_command(const Words& words, const Domain& domain) {
  const std::string example = fmt::format("partnersim summary results/{}.h5", domain.examples.scenario);
  options::options_description description("Options");
  auto add = description.add_options();
  add("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"),
      "csv is tidy: one value a line");
  add_trust_option(description);
  add("help,h", "this help");
  const options::variables_map values = parse(words, description, "result", -1);
  if (values.count("help") != 0) {
    print_help("partnersim summary RESULT.h5... [options]", example + " --format csv", description);
    return kDone;
  }
  if (values.count("result") == 0) throw UsageError("summary needs a result file. For example: " + example);
  const Format format = parse_format(values["format"].as<std::string>());
  const auto& paths = values["result"].as<std::vector<std::string>>();
  expect_results(paths, "summary");
  std::string out;
  for (const std::string& path : paths) {
    if (paths.size() > 1 && format == Format::table) out += path + "\n";
    Report report = read_report(path, domain.nouns, trust(values));
    // Several files: their names tell the points apart.
    if (paths.size() > 1)
      for (ReportRow& row : report.rows) row.point = std::filesystem::path(path).stem().string() + "/" + row.point;
    std::string text = formatted(report, format);
    // One header for all files.
    if (format == Format::csv && !out.empty()) text.erase(0, text.find('\n') + 1);
    if (format == Format::json && paths.size() > 1) text = (out.empty() ? "[\n" : ",\n") + text;
    out += text;
    if (paths.size() > 1 && format == Format::table) out += "\n";
  }
  if (format == Format::json && paths.size() > 1) out += "]\n";
  print_result(out);
  return kDone;
}

}  // namespace sim::cli
