#include "sim/cli/run_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>

#include "sim/base/problem.h"
#include "sim/output/file_place.h"
#include "sim/report/table.h"

namespace sim::cli {

void write_log(const std::filesystem::path& result, const RunLog& log) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char time[32] = "";
  std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", &utc);
  std::string command = std::string("partnersim ") + log.subcommand;
  for (const std::string& word : log.words) command += " " + word;
  const std::string text = fmt::format(
      "{{\n  \"result\": {},\n  \"command\": {},\n  \"folder\": {},\n  \"host\": {},\n  \"finished\": {},\n"
      "  \"version\": {},\n  \"threads\": {},\n  \"instruction_set\": {},\n  \"block\": {},\n  \"replications\": {},\n"
      "  \"resumed_from\": {},\n  \"interrupted\": {},\n  \"seconds_simulating\": {},\n  \"seconds\": {},\n  "
      "\"outcomes_hash\": {}\n}}\n",
      json_text(result.filename().string()), json_text(command), json_text(std::filesystem::current_path().string()),
      json_text(host), json_text(time), json_text(PARTNERSIM_VERSION), log.options.threads,
      json_text(std::string(to_string(log.options.isa))), log.report.block, log.resumed + log.report.replications,
      log.resumed, log.report.interrupted, json_number(log.report.seconds), json_number(log.seconds),
      json_text(log.digest));
  const std::string path = output::file_place(result.string() + ".log.json").string();
  errno = 0;
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file)
    throw InputOutputError(fmt::format("{}: cannot write the log ({}). The result {} is whole all the same", path,
                                       std::strerror(errno), result.string()));
}

std::string profile_table(const RunReport& report) {
  std::uint64_t total = 0;
  for (const Profile::Stage& stage : report.profile.stages())
    if (!stage.name.starts_with("> ")) total += stage.ticks;
  TextTable table({"stage", "share"});
  for (const Profile::Stage& stage : report.profile.stages())
    table.add({stage.name, fmt::format("{:.1f} %", 100.0 * static_cast<double>(stage.ticks) /
                                                       static_cast<double>(std::max<std::uint64_t>(1, total)))});
  return "\nWhere the time goes (stages marked > are parts of a process):\n" + table.text();
}

}  // namespace sim::cli
