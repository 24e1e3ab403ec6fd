#include "internal.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;

// Nothing that is written here needs what the kernel does to it byte by byte: with nonl nothing is left to be done.
static void write_unprocessed(void) {
  struct termios modes;
  if (tcgetattr(STDOUT_FILENO, &modes) != 0) return;
  modes.c_oflag &= ~(tcflag_t)OPOST;
  if (tcsetattr(STDOUT_FILENO, TCSADRAIN, &modes) == 0) def_prog_mode();
}

int cn_screen_open(const char *term) {
  // The window's own size, never LINES and COLUMNS of the environment: they are often stale.
  use_env(FALSE);
  use_tioctl(TRUE);
  screen = newterm((char *)term, stdout, stdin);
  if (screen == NULL) return 0;
  set_term(screen);
  raw();
  noecho();
  nonl();
  write_unprocessed();
  // Input is read and decoded elsewhere; this only puts the keypad in application mode.
  keypad(stdscr, TRUE);
  // Otherwise an update stops half-way when a key waits.
  typeahead(-1);
  // None of these keeps ncurses from scrolling where lines have moved; see cn_screen_claim.
  scrollok(stdscr, FALSE);
  idlok(stdscr, FALSE);
  idcok(stdscr, FALSE);
  curs_set(0);
  return 1;
}

int cn_screen_start_color(void) {
  if (!has_colors() || start_color() != OK) return 0;
  // Without it pair 0 is colour 7 on colour 0, which a direct-colour entry shows as near-black on black.
  use_default_colors();
  return COLORS;
}

int cn_screen_pair_limit(void) { return COLOR_PAIRS; }

int cn_screen_define_pair(int32_t pair, int32_t foreground, int32_t background, int unseen) {
  // ncurses looks for cells of a redefined pair all over the screen, to paint them anew: 20 us a pair. It does not where
  // it is about to paint everything anyway, so for a pair that no cell has it is told so.
  int quick = unseen && !is_cleared(curscr);
  if (quick) clearok(curscr, TRUE);
  int result = init_extended_pair(pair, foreground, background);
  if (quick) clearok(curscr, FALSE);
  return result == OK;
}

void cn_screen_size(int *columns, int *rows) { getmaxyx(stdscr, *rows, *columns); }

void cn_screen_erase(void) { werase(stdscr); }

static attr_t attributes_of(uint32_t bits) {
  attr_t result = A_NORMAL;
  if (bits & CN_BOLD) result |= A_BOLD;
  if (bits & CN_DIM) result |= A_DIM;
  if (bits & CN_ITALIC) result |= A_ITALIC;
  if (bits & CN_UNDERLINE) result |= A_UNDERLINE;
  if (bits & CN_REVERSE) result |= A_REVERSE;
  return result;
}

void cn_screen_put(int column, int row, const cn_cell *cells, size_t count) {
  enum { CHUNK = 64 };
  cchar_t run[CHUNK];
  size_t index = 0;
  while (index < count) {
    int used = 0, start = column + (int)index;
    while (index < count && used < CHUNK) {
      const cn_cell *cell = &cells[index++];
      if (cell->scalars[0] == 0) {
        // The right half of a wide character, which took its column with it.
        break;
      }
      wchar_t text[4] = {(wchar_t)cell->scalars[0], (wchar_t)cell->scalars[1], (wchar_t)cell->scalars[2], 0};
      int pair = cell->pair;
      // The pair travels in the last argument: the short one holds 15 bits.
      if (setcchar(&run[used], text, attributes_of(cell->attributes), 0, &pair) != OK) {
        wchar_t blank[2] = {L' ', 0};
        setcchar(&run[used], blank, A_NORMAL, 0, NULL);
      }
      used++;
    }
    // Unlike wadd_wch this neither wraps nor scrolls, also in the last cell of the screen.
    if (used > 0) mvwadd_wchnstr(stdscr, row, start, run, used);
  }
}

void cn_screen_update(int cursor_column, int cursor_row) {
  if (cursor_column >= 0) {
    wmove(stdscr, cursor_row, cursor_column);
    wnoutrefresh(stdscr);
    doupdate();
    curs_set(1);
    fflush(stdout);
  } else {
    curs_set(0);
    wmove(stdscr, 0, 0);
    wnoutrefresh(stdscr);
    doupdate();
  }
}

void cn_screen_claim(int column, int row, int columns) {
  enum { CHUNK = 64, PRIVATE_USE = 0xE000, PRIVATE_USE_COUNT = 6400 };
  cchar_t run[CHUNK];
  for (int done = 0; done < columns;) {
    int used = 0;
    for (; used < CHUNK && done + used < columns; used++) {
      // No two neighbours alike: nothing that repeats or erases them pays.
      wchar_t text[2] = {PRIVATE_USE + (column + done + used) % PRIVATE_USE_COUNT, 0};
      setcchar(&run[used], text, A_NORMAL, 0, NULL);
    }
    mvwadd_wchnstr(stdscr, row, column + done, run, used);
    done += used;
  }
  cn_screen_adopt(column, row, columns, 1);
}

void cn_screen_adopt(int column, int row, int columns, int rows) {
  copywin(stdscr, curscr, row, column, row, column, row + rows - 1, column + columns - 1, FALSE);
  untouchwin(curscr);
}

void cn_screen_forget(void) { clearok(curscr, TRUE); }

void cn_screen_resize(int columns, int rows) { resizeterm(rows, columns); }

void cn_screen_beep(void) { beep(); }

// Without a screen to go back to, what was drawn stays; only the line on which the shell goes on is left empty for it.
static void clear_last_line(void) {
  const char *leave = tigetstr("rmcup");
  if (leave != NULL && leave != (const char *)-1) return;
  // Nothing beside the line may be painted: what ncurses keeps of pictures is not what they show.
  if (isendwin() || is_cleared(curscr)) return;
  wmove(stdscr, LINES - 1, 0);
  wclrtoeol(stdscr);
  wrefresh(stdscr);
}

void cn_screen_pause(void) {
  clear_last_line();
  endwin();
}

void cn_screen_close(void) {
  if (screen == NULL) return;
  clear_last_line();
  endwin();
  delscreen(screen);
  screen = NULL;
}
