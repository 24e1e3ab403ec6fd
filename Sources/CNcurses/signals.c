#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// --- Terminal device ---

static struct termios saved_modes;
static volatile sig_atomic_t have_saved_modes;

int cn_tty_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return 0;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 1;
}

int cn_tty_save(void) {
  if (tcgetattr(STDIN_FILENO, &saved_modes) != 0) return 0;
  have_saved_modes = 1;
  return 1;
}

int cn_tty_saved(struct termios *modes) {
  *modes = saved_modes;
  return have_saved_modes;
}

void cn_tty_restore(void) {
  if (have_saved_modes) tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_modes);
}

int cn_tty_raw(void) {
  if (!have_saved_modes) return 0;
  struct termios modes = saved_modes;
  modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  modes.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | ISTRIP);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  return tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0;
}

int cn_write_all(int descriptor, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written > 0) {
      bytes += written;
      count -= (size_t)written;
    } else if (written < 0 && (errno == EINTR || errno == EAGAIN)) {
      continue;
    } else {
      return 0;
    }
  }
  return 1;
}

int cn_pipe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return 0;
  *read_end = ends[0];
  *write_end = ends[1];
  return 1;
}

// --- Signals that the loop handles ---

static const int handled[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT};
enum { HANDLED = sizeof handled / sizeof handled[0] };
static struct sigaction original[HANDLED];
static volatile sig_atomic_t signal_descriptor = -1;

static void tell_loop(int number) {
  int kept = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe already wakes the loop; nothing is lost but a repetition.
  (void)!write((int)signal_descriptor, &byte, 1);
  errno = kept;
}

void cn_signals_remember(void) {
  for (int i = 0; i < HANDLED; i++) sigaction(handled[i], NULL, &original[i]);
}

static void install(int number) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = tell_loop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

static int stays_ignored(int index) {
  return original[index].sa_handler == SIG_IGN && handled[index] != SIGWINCH && handled[index] != SIGCONT;
}

void cn_signals_install(int descriptor) {
  sigset_t wanted;
  sigemptyset(&wanted);
  signal_descriptor = descriptor;
  for (int i = 0; i < HANDLED; i++) {
    if (stays_ignored(i)) {
      sigaction(handled[i], &original[i], NULL);
    } else {
      install(handled[i]);
      sigaddset(&wanted, handled[i]);
    }
  }
  // A program started from a thread that blocks signals inherits that.
  pthread_sigmask(SIG_UNBLOCK, &wanted, NULL);
}

void cn_signals_restore(void) {
  for (int i = 0; i < HANDLED; i++) sigaction(handled[i], &original[i], NULL);
  signal_descriptor = -1;
}

void cn_signals_stop(void) {
  for (int i = 0; i < HANDLED; i++) {
    if (handled[i] == SIGTSTP && stays_ignored(i)) return;
  }
  // The others of the group first (a `make` or a shell script around us must stop too, or the shell never gets the
  // terminal back), then this process, synchronously.
  signal(SIGTSTP, SIG_IGN);
  kill(0, SIGTSTP);
  signal(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  install(SIGTSTP);
}

// --- Crashes ---

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
enum { FATAL = sizeof fatal / sizeof fatal[0] };
static struct sigaction before_crash[FATAL];
static uint8_t farewell[CN_FAREWELL];
static size_t farewell_size;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t diverted = -1;

// Async-signal-safe: write, tcsetattr, dup2 only.
static void give_back(void) {
  if (!armed) return;
  armed = 0;
  cn_write_all(STDOUT_FILENO, farewell, farewell_size);
  // Not TCSADRAIN: a crash must not wait for a terminal that takes no more output.
  if (have_saved_modes) tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
  if (diverted >= 0) dup2((int)diverted, STDERR_FILENO);
  cn_guard_hold(0);
}

static void crashed(int number) {
  give_back();
  // The handler reset itself (SA_RESETHAND): the same signal now ends the process, with its own status and core.
  signal(number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

void cn_crash_arm(const uint8_t *bytes, size_t count) {
  static int at_exit_known;
  // Room for the deepest use of the handler; the main thread's, where the screen is driven.
  static unsigned char stack[65536];
  if (count > CN_FAREWELL) count = CN_FAREWELL;
  memcpy(farewell, bytes, count);
  farewell_size = count;
  if (armed) return;
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0};
  stack_t current;
  if (sigaltstack(NULL, &current) != 0 || (current.ss_flags & SS_DISABLE)) sigaltstack(&alternate, NULL);
  for (int i = 0; i < FATAL; i++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = crashed;
    action.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK);
    sigemptyset(&action.sa_mask);
    sigaction(fatal[i], &action, &before_crash[i]);
  }
  if (!at_exit_known) {
    atexit(give_back);
    at_exit_known = 1;
  }
  armed = 1;
}

void cn_crash_disarm(void) {
  if (!armed) return;
  armed = 0;
  for (int i = 0; i < FATAL; i++) sigaction(fatal[i], &before_crash[i], NULL);
}

// --- Standard error ---

int cn_stderr_divert(const char *path) {
  int target = -1;
  if (path != NULL) target = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (target < 0) target = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (target < 0) return -1;
  int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (kept >= 0) {
    diverted = kept;
    dup2(target, STDERR_FILENO);
  }
  close(target);
  return kept;
}

void cn_stderr_restore(int kept) {
  if (kept < 0) return;
  diverted = -1;
  dup2(kept, STDERR_FILENO);
  close(kept);
}
