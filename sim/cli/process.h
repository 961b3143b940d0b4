// What the process owes to whoever starts it, before and around everything that simulates: signals that end it with 130
// from its first instruction on, standard streams that are open, a stack that is large enough, and an exit code for
// whatever goes wrong.
//
// Signals. SIGINT, SIGTERM and SIGHUP (unless nohup has it ignored) end the program at once with 130. From
// finish_work_on_signals() on, when there is work that a next run could go on with, the first one only asks to stop:
// whoever simulates looks at stop_requested(), brings what is finished to the disk, and the program ends with 130. A
// second one ends it at once all the same. The handler is there before any library initialises itself; what comes
// before that, the loading of the program by the system, nobody can help: a signal then ends it as the system's default
// does.
//
// Streams. Where 0, 1 or 2 is closed, the null device takes its place, in the direction that fails: else the next file
// that is opened, a journal say, would get the number, and with it every message.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>

namespace sim::cli {

// Set by the first signal after finish_work_on_signals().
const std::atomic<bool>& stop_requested();
void finish_work_on_signals();
// The work is done, and signals end the program at once again. Whether one came too late to stop anything: what was
// asked for is complete then, but a script must not go on.
bool signalled_at_the_end();

// Says on stderr what went wrong, once; returns the exit code. Only while an exception is being handled.
int report_exception();

// Calls `body` on a stack of 8 MB where the limit (ulimit -s) is much less; returns what it returns. `members` is what
// fewer of need less memory, for the message.
int with_enough_stack(std::string_view members, const std::function<int()>& body);

}  // namespace sim::cli
