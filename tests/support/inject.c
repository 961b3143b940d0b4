/* For LD_PRELOAD: makes calls on files below one folder fail or never happen, so that tests can crash a program, or
 * fill its disk, at every single step of its output. The program knows nothing of it.
 *
 *   INJECT_FOLDER   only files in it count, and the folder itself
 *   INJECT_LOG      every such call is appended here: number, name, bytes, path
 *   INJECT_AT       the number of the call at which it happens, from 1
 *   INJECT_MODE     kill    SIGKILL before the call
 *                   torn    SIGKILL after half of the bytes (before the call, where it writes none)
 *                   full    the disk is full: the call fails, and from then on whatever needs space
 *                   short   the same, but half of the bytes of that call still fit
 *                   threads no thread can be started: INJECT_AT counts the calls of pthread_create instead
 *                   early   SIGTERM while libraries initialise themselves, before the program's main
 *
 * Counted are open (with O_CREAT), write, pwrite, ftruncate, fsync, fdatasync, rename and unlink. What the C library
 * does inside of itself (fopen) is not seen. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum verdict { PASS, FAIL, HALF_THEN_KILL, HALF };

static atomic_int calls;
static atomic_int is_full;

static int is_mode(const char* name) {
  const char* mode = getenv("INJECT_MODE");
  return mode != NULL && strcmp(mode, name) == 0;
}

static int concerns(const char* path) {
  const char* folder = getenv("INJECT_FOLDER");
  if (folder == NULL || path == NULL) return 0;
  const size_t length = strlen(folder);
  char absolute[8192];
  if (path[0] != '/') {
    char here[4096];
    if (getcwd(here, sizeof here) == NULL) return 0;
    snprintf(absolute, sizeof absolute, "%s/%s", here, path);
    path = absolute;
  }
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void log_call(int number, const char* name, size_t bytes, const char* path) {
  const char* log = getenv("INJECT_LOG");
  if (log == NULL) return;
  char line[8192];
  const int length = snprintf(line, sizeof line, "%d %s %zu %s\n", number, name, bytes, path);
  const long file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0644);
  if (file >= 0 && length > 0) syscall(SYS_write, file, line, (size_t)length);
  if (file >= 0) syscall(SYS_close, file);
}

/* What becomes of a call; `needs_space`: it would fail on a full disk. */
static enum verdict judge(const char* name, const char* path, size_t bytes, int needs_space) {
  if (!concerns(path)) return PASS;
  const int number = atomic_fetch_add(&calls, 1) + 1;
  log_call(number, name, bytes, path);
  const char* at = getenv("INJECT_AT");
  if (at == NULL || number != atoi(at)) {
    if (!atomic_load(&is_full) || !needs_space) return PASS;
    errno = ENOSPC;
    return FAIL;
  }
  if (is_mode("kill")) raise(SIGKILL);
  if (is_mode("torn")) return HALF_THEN_KILL;
  if (!is_mode("full") && !is_mode("short")) return PASS;
  atomic_store(&is_full, 1);
  if (is_mode("short") && bytes > 1) return HALF;
  errno = ENOSPC;
  return FAIL;
}

static enum verdict judge_descriptor(const char* name, int file, size_t bytes, int needs_space) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return PASS;
  path[length] = '\0';
  return judge(name, path, bytes, needs_space);
}

/* For calls that write nothing by themselves. */
static int goes_on(enum verdict verdict) {
  if (verdict == HALF_THEN_KILL) raise(SIGKILL);
  return verdict != FAIL;
}

ssize_t write(int file, const void* data, size_t bytes) {
  const enum verdict verdict = judge_descriptor("write", file, bytes, 1);
  if (verdict == FAIL) return -1;
  const ssize_t written = syscall(SYS_write, file, data, verdict == PASS ? bytes : bytes / 2);
  if (verdict == HALF_THEN_KILL) raise(SIGKILL);
  return written;
}

ssize_t writev(int file, const struct iovec* parts, int count) {
  const enum verdict verdict = judge_descriptor("writev", file, 0, 1);
  if (!goes_on(verdict)) return -1;
  return syscall(SYS_writev, file, parts, count);
}

ssize_t pwrite(int file, const void* data, size_t bytes, off_t offset) {
  const enum verdict verdict = judge_descriptor("pwrite", file, bytes, 1);
  if (verdict == FAIL) return -1;
  const ssize_t written = syscall(SYS_pwrite64, file, data, verdict == PASS ? bytes : bytes / 2, offset);
  if (verdict == HALF_THEN_KILL) raise(SIGKILL);
  return written;
}

ssize_t pwrite64(int file, const void* data, size_t bytes, off64_t offset) { return pwrite(file, data, bytes, offset); }

int ftruncate(int file, off_t size) {
  struct stat status;
  const int grows = fstat(file, &status) == 0 && size > status.st_size;
  if (!goes_on(judge_descriptor("ftruncate", file, 0, grows))) return -1;
  return (int)syscall(SYS_ftruncate, file, size);
}

int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int fsync(int file) {
  if (!goes_on(judge_descriptor("fsync", file, 0, 0))) return -1;
  return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  if (!goes_on(judge_descriptor("fdatasync", file, 0, 0))) return -1;
  return (int)syscall(SYS_fdatasync, file);
}

int rename(const char* from, const char* to) {
  if (!goes_on(judge("rename", to, 0, 0))) return -1;
  return (int)syscall(SYS_rename, from, to);
}

int unlink(const char* path) {
  if (!goes_on(judge("unlink", path, 0, 0))) return -1;
  return (int)syscall(SYS_unlink, path);
}

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if ((flags & O_CREAT) != 0 && !goes_on(judge("open", path, 0, access(path, F_OK) != 0))) return -1;
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return open(path, flags, mode);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  typedef int (*create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static atomic_int created;
  const int number = atomic_fetch_add(&created, 1) + 1;
  const char* at = getenv("INJECT_AT");
  if (is_mode("threads") && at != NULL && number >= atoi(at)) return EAGAIN;
  return ((create)dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, start, argument);
}

__attribute__((constructor)) static void signal_early(void) {
  if (is_mode("early")) raise(SIGTERM);
}
