#include "sim/cli/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <mutex>
#include <new>
#include <string>

#include "sim/base/problem.h"
#include "sim/cli/application.h"
#include "sim/cli/terminal.h"
#include "sim/engine/runner.h"

namespace sim::cli {
namespace {

std::atomic<bool> stop{false};
std::atomic<bool> finish_work{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the signal handler may only touch lock-free atomics");

extern "C" void request_stop(int) {
  if (!finish_work || stop.exchange(true)) _exit(kInterrupted);
}

void handle_signals() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);  // a closed pipe shows as EPIPE where it is written to
  signal(SIGXFSZ, SIG_IGN);  // and a file-size limit as EFBIG
}

// Reading from 0 and writing to 1 fail, as they should; what is written to 2 vanishes.
void open_standard_streams() {
  constexpr std::array kModes{O_WRONLY, O_RDONLY, O_WRONLY};
  for (int stream = 0; stream < 3; ++stream) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Where there is no null device, the root folder can neither be read nor
    // written.
    if (open("/dev/null", kModes[static_cast<std::size_t>(stream)]) < 0) open("/", O_RDONLY);
  }
}

extern "C" void prepare_process(int, char**, char**) {
  handle_signals();
  open_standard_streams();
}

// Runs before the initialisation of every library, of which there are forty, and of this program.
__attribute__((section(".preinit_array"), used)) void (*const kFirst)(int, char**, char**) = prepare_process;

std::string_view members_word;  // set once, before anything runs

struct Failure {
  int code;
  std::string text;
};

Failure current_failure() {
  try {
    throw;
  } catch (const ConfigurationError& error) {
    std::string lines;
    for (const Problem& problem : error.problems()) lines += (lines.empty() ? "" : "\n") + to_string(problem);
    return {kConfiguration, lines};
  } catch (const UsageError& error) {
    return {kUsage, fmt::format("partnersim: {}", error.what())};
  } catch (const InputOutputError& error) {
    return {kInputOutput, fmt::format("partnersim: {}", error.what())};
  } catch (const std::bad_alloc&) {
    return {kInputOutput,
            fmt::format("partnersim: out of memory. Fewer replications, {} or threads (-t 1) need less", members_word)};
  } catch (const std::exception& error) {
    if (const std::string reason = no_thread_reason(error); !reason.empty())
      return {kInputOutput, fmt::format("partnersim: no more threads can be started ({}). Use fewer: -t 1", reason)};
    return {kInternalError, fmt::format("partnersim: internal error: {}", error.what())};
  } catch (...) {
    return {kInternalError, "partnersim: internal error"};
  }
}

// Where an exception has nobody to go to: TBB starts threads from threads of its own.
[[noreturn]] void end_uncaught() {
  int code = kInternalError;
  if (std::current_exception() != nullptr) {
    try {
      throw;
    } catch (...) {
      code = report_exception();
    }
  }
  _exit(code);
}

struct Call {
  const std::function<int()>& body;
  int code = kInternalError;
};

extern "C" void* run_call(void* call) {
  auto& it = *static_cast<Call*>(call);
  it.code = it.body();
  return nullptr;
}

}  // namespace

const std::atomic<bool>& stop_requested() { return stop; }

void finish_work_on_signals() { finish_work = true; }

bool signalled_at_the_end() {
  finish_work = false;
  return stop;
}

int report_exception() {
  // Where one thread runs out of something others do too.
  static std::mutex mutex;
  static bool is_reported = false;
  const std::lock_guard lock(mutex);
  const Failure failure = current_failure();
  if (!is_reported) print_message(failure.text);
  is_reported = true;
  return failure.code;
}

int with_enough_stack(std::string_view members, const std::function<int()>& body) {
  members_word = members;
  constexpr rlim_t kEnough = 1 << 20;                 // assumed: several times what has been seen to be used
  constexpr std::size_t kOwn = std::size_t{8} << 20;  // as systems have it
  std::set_terminate(end_uncaught);
  rlimit limit{};
  pthread_attr_t attributes;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kEnough || pthread_attr_init(&attributes) != 0)
    return body();
  Call call{body};
  pthread_t thread{};
  const bool runs =
      pthread_attr_setstacksize(&attributes, kOwn) == 0 && pthread_create(&thread, &attributes, run_call, &call) == 0;
  pthread_attr_destroy(&attributes);
  if (!runs) return body();
  pthread_join(thread, nullptr);
  return call.code;
}

}  // namespace sim::cli
