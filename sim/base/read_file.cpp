#include "sim/base/read_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sim {
namespace {

constexpr int kForWriter = 1000;  // milliseconds; assumed: who is meant to write has begun by then
constexpr int kForData = -1;      // as long as it takes

void wait(int descriptor, int milliseconds) {
  pollfd one{descriptor, POLLIN, 0};
  ::poll(&one, 1, milliseconds);
}

// `may_lack_writer`: a named pipe that was opened without waiting for one; until one comes it looks as if at its end.
std::optional<std::string> read_all(int descriptor, bool may_lack_writer, std::size_t most, std::string& reason) {
  constexpr std::size_t kPiece = 65536;
  std::string text;
  bool waited = false;
  while (text.size() < most) {
    const std::size_t before = text.size();
    text.resize(before + std::min(kPiece, most - before));
    const ssize_t got = ::read(descriptor, text.data() + before, text.size() - before);
    const int error = got < 0 ? errno : 0;
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0 || error == EINTR) continue;
    if (error == EAGAIN) {
      wait(descriptor, kForData);
    } else if (error != 0) {
      reason = error == EISDIR ? "it is a folder" : std::strerror(error);
      return std::nullopt;
    } else if (!may_lack_writer || !text.empty()) {
      break;
    } else if (!waited) {
      wait(descriptor, kForWriter);
      waited = true;
    } else {
      reason = "it is a named pipe, and no process writes to it";
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::size_t most, std::string& reason) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    reason = std::strerror(errno);
    return std::nullopt;
  }
  struct stat status = {};
  const bool is_pipe = ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
  std::optional<std::string> text = read_all(descriptor, is_pipe, most, reason);
  ::close(descriptor);
  return text;
}

std::optional<std::string> read_standard_input(std::size_t most, std::string& reason) {
  return read_all(STDIN_FILENO, false, most, reason);
}

}  // namespace sim
