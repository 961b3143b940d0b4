// partnersim describe: keys, laws, outcomes, types, processes and terms by their names.
#include <fmt/format.h>

#include "sim/base/problem.h"
#include "sim/cli/answer.h"
#include "sim/cli/options.h"
#include "sim/cli/terminal.h"
#include "sim/cli/wrapping.h"

namespace sim::cli {

int describe_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  auto add = description.add_options();
  add("format", options::value<std::string>()->default_value("text")->value_name("text|json"), "of the answer");
  add("help,h", "this help");
  const options::variables_map values = parse(words, description, "what", 1);
  if (values.count("help") != 0) {
    std::string all;
    for (const std::string_view kind : kinds()) all += std::string(kind) + "|";
    print_help("partnersim describe [" + all + "NAME|PATH]",
               fmt::format("partnersim describe {}", domain.examples.path), description);
    return kDone;
  }
  const std::string format = values["format"].as<std::string>();
  if (format != "text" && format != "json")
    throw UsageError(fmt::format("--format {} is neither text nor json", format));
  const std::string what =
      values.count("what") != 0 ? values["what"].as<std::vector<std::string>>().front() : "parameters";
  const Answer answer = answer_to(domain, what);
  print_result(format == "json" ? as_json(answer) : as_text(answer, page_width()));
  return kDone;
}

}  // namespace sim::cli
