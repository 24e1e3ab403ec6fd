#include "internal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// SIGKILL leaves no time for a farewell, so a second process says it: a child that sleeps for as long as the console
// lives. A child and not a parent, because the console so keeps its process id, its exit status and its place among the
// shell's jobs, and because what kills a whole job does not reach the guard.
//
// It waits for a lock that the console holds all its life. The kernel hands a robust lock on as the first act of an exit,
// before memory and files are given back: this is the earliest that another process can know, and mostly earlier than the
// shell does. (A closed pipe tells later, a death signal later still.)

/// What both processes see.
struct shared {
  pthread_mutex_t lifetime;
  /// Whether the terminal is the console's now: not while it is suspended, nor when it has given it back by itself.
  atomic_int held;
  pid_t console;
  int leads_session;
  /// As found, and as the console set them; the latter only once `knows_own`.
  struct termios modes, own;
  atomic_int knows_own;
  size_t size;
  char device[64];
  uint8_t farewell[CN_FAREWELL];
};

static struct shared *shared;
static pid_t guard;
static unsigned char *arguments;
static size_t arguments_size;

// The command line as `ps` shows it, to be overwritten in the guard: who ends a program by its name means the console.
__attribute__((constructor)) static void find_arguments(int count, char **values) {
  if (count < 1 || values == NULL || values[0] == NULL) return;
  char *end = values[0];
  for (int i = 0; i < count && values[i] == end; i++) end += strlen(end) + 1;
  arguments = (unsigned char *)values[0];
  arguments_size = (size_t)(end - values[0]);
}

void cn_guard_hold(int held) {
  if (shared != NULL) atomic_store(&shared->held, held);
}

void cn_guard_note_modes(void) {
  if (shared != NULL && tcgetattr(STDIN_FILENO, &shared->own) == 0) atomic_store(&shared->knows_own, 1);
}

// --- In the guard. Async-signal-safe calls only: the console may have had threads when it forked. ---

static void take_name(void) {
  static const char name[] = "terminal-guard";
  prctl(PR_SET_NAME, name);
  if (arguments_size == 0) return;
  memset(arguments, 0, arguments_size);
  size_t length = sizeof name - 1 < arguments_size - 1 ? sizeof name - 1 : arguments_size - 1;
  memcpy(arguments, name, length);
}

/// Apart from its two ends of the terminal it holds nothing of the console's.
static void detach(void) {
  // A group of its own, in the session of the terminal: signals of keys and of job control do not come here.
  setpgid(0, 0);
  close(STDERR_FILENO);
  close_range(3, ~0U, 0);
  (void)!chdir("/");
  take_name();
}

/// Where the console led its session, its end hangs the terminal up for all who had it open; only then is it a terminal
/// again, for whoever opens it anew.
static int reopen(void) {
  struct timespec pause = {.tv_nsec = 200000};
  // The parent of an orphan is another.
  for (int i = 0; i < 5000 && getppid() == shared->console; i++) nanosleep(&pause, NULL);
  // While the old descriptors are open the name cannot have gone to another terminal.
  return shared->device[0] == 0 ? -1 : open(shared->device, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/// Whether the modes are still the console's. A shell that was faster has set those that it wants.
static int has_own_modes(int input) {
  struct termios now;
  const struct termios *own = &shared->own;
  if (!atomic_load(&shared->knows_own) || tcgetattr(input, &now) != 0) return 1;
  return now.c_iflag == own->c_iflag && now.c_oflag == own->c_oflag && now.c_cflag == own->c_cflag &&
         now.c_lflag == own->c_lflag && memcmp(now.c_cc, own->c_cc, sizeof now.c_cc) == 0;
}

static void say_farewell(void) {
  // A terminal that takes no more output must not keep this process.
  signal(SIGALRM, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &only, NULL);
  alarm(5);

  int input = STDIN_FILENO, output = STDOUT_FILENO;
  if (shared->leads_session) {
    input = output = reopen();
    if (input < 0) return;
  }
  // Modes first: that is quick, and what a script may look at next.
  if (shared->leads_session || has_own_modes(input)) tcsetattr(input, TCSANOW, &shared->modes);
  cn_write_all(output, shared->farewell, shared->size);
}

static void watch(void) __attribute__((noreturn));
static void watch(void) {
  detach();
  if (pthread_mutex_lock(&shared->lifetime) == EOWNERDEAD && atomic_load(&shared->held)) say_farewell();
  _exit(0);
}

// --- In the console. ---

static int make_shared(void) {
  struct shared *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 0;
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
  int failed = pthread_mutex_init(&page->lifetime, &kind) != 0 || pthread_mutex_lock(&page->lifetime) != 0;
  pthread_mutexattr_destroy(&kind);
  if (failed) {
    munmap(page, sizeof *page);
    return 0;
  }
  shared = page;
  return 1;
}

int cn_guard_start(const uint8_t *farewell, size_t count) {
  if (guard > 0 || !make_shared()) return 0;
  shared->console = getpid();
  shared->leads_session = getsid(0) == getpid();
  if (count > CN_FAREWELL) count = CN_FAREWELL;
  memcpy(shared->farewell, farewell, count);
  shared->size = count;
  if (!cn_tty_saved(&shared->modes)) {
    cn_guard_end();
    return 0;
  }
  if (ttyname_r(STDIN_FILENO, shared->device, sizeof shared->device) != 0) shared->device[0] = 0;

  // No signal may find the console's handlers in the child.
  sigset_t all, kept;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &kept);
  guard = fork();
  if (guard == 0) watch();
  pthread_sigmask(SIG_SETMASK, &kept, NULL);
  if (guard < 0) {
    cn_guard_end();
    return 0;
  }
  // Here too, so that it is done before anything could be sent to the group.
  setpgid(guard, guard);
  return 1;
}

void cn_guard_end(void) {
  if (shared == NULL) return;
  cn_guard_hold(0);
  if (guard > 0) {
    // It holds nothing and has nothing to do: there is nothing to wait for.
    kill(guard, SIGKILL);
    while (waitpid(guard, NULL, 0) < 0 && errno == EINTR) continue;
  }
  guard = 0;
  pthread_mutex_unlock(&shared->lifetime);
  munmap(shared, sizeof *shared);
  shared = NULL;
}
