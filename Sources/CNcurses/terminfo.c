#include "internal.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <term.h>
#include <wchar.h>

int cn_locale_adopt(void) { return setlocale(LC_CTYPE, "") != NULL; }

int cn_locale_set(const char *name) { return setlocale(LC_CTYPE, name) != NULL; }

const char *cn_locale_codeset(void) { return nl_langinfo(CODESET); }

int cn_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

// A terminal of our own while reading, so that a screen that is already open keeps its.
static TERMINAL *previous;
// Held from a load that succeeded to its unload: terminfo has one current terminal for the whole process.
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

int cn_terminfo_load(const char *term) {
  int status = 0;
  pthread_mutex_lock(&reading);
  previous = set_curterm(NULL);
  if (setupterm(term, 1, &status) != OK) {
    // A generic or hard-copy entry is status 1 with ERR: known, but of no use to a full screen.
    set_curterm(previous);
    pthread_mutex_unlock(&reading);
    return status == -1 ? -1 : 0;
  }
  return 1;
}

void cn_terminfo_unload(void) {
  TERMINAL *own = set_curterm(previous);
  if (own != NULL && own != previous) del_curterm(own);
  pthread_mutex_unlock(&reading);
}

static const char *name_at(NCURSES_CONST char *const *names, int index) {
  return index < 0 ? NULL : names[index];
}

const char *cn_terminfo_flag_name(int index) { return name_at(boolnames, index); }
const char *cn_terminfo_number_name(int index) { return name_at(numnames, index); }
const char *cn_terminfo_string_name(int index) { return name_at(strnames, index); }

int cn_terminfo_flag(const char *name) { return tigetflag((char *)name) == 1; }

int cn_terminfo_number(const char *name) {
  int value = tigetnum((char *)name);
  return value < 0 ? -1 : value;
}

const char *cn_terminfo_string(const char *name) {
  char *value = tigetstr((char *)name);
  return value == (char *)-1 ? NULL : value;
}
