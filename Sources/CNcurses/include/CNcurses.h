// The C fence around ncurses, terminfo and signal handlers. Swift sees plain functions and one plain struct; the macros,
// globals and variadics of <curses.h> and <term.h> stop here. Everything but the signal handlers themselves belongs to
// one thread: the one that opened the screen.
#ifndef CNCURSES_H
#define CNCURSES_H

#include <stddef.h>
#include <stdint.h>

// --- Locale -------------------------------------------------------------------------------------------------------

/// Takes LC_CTYPE from the environment. Returns 0 where the environment names a locale this system does not have.
int cn_locale_adopt(void);
/// Sets LC_CTYPE by name. Returns 0 where there is no such locale.
int cn_locale_set(const char *name);
/// The codeset of LC_CTYPE, such as "UTF-8".
const char *cn_locale_codeset(void);
/// Columns of a character as ncurses counts them; -1 where it cannot be shown.
int cn_width(uint32_t scalar);

// --- Terminfo: the user's own entry -------------------------------------------------------------------------------

/// Loads an entry. 1 found, 0 unknown terminal, -1 no database. From 1 to cn_terminfo_unload other threads wait here.
int cn_terminfo_load(const char *term);
/// Once after each load that found an entry, on the same thread.
void cn_terminfo_unload(void);
/// Names of the predefined capabilities in the order of the compiled format; NULL past the end.
const char *cn_terminfo_flag_name(int index);
const char *cn_terminfo_number_name(int index);
const char *cn_terminfo_string_name(int index);
/// 1 set, 0 not set or not a flag.
int cn_terminfo_flag(const char *name);
/// -1 where absent or not a number.
int cn_terminfo_number(const char *name);
/// NULL where absent or not a string. Valid until the entry is unloaded.
const char *cn_terminfo_string(const char *name);

// --- Screen -------------------------------------------------------------------------------------------------------

enum {
  CN_BOLD = 1,
  CN_DIM = 2,
  CN_ITALIC = 4,
  CN_UNDERLINE = 8,
  CN_REVERSE = 16,
};

/// One cell: a base character and up to two combining marks (0: none), a colour pair, CN_ attributes.
typedef struct {
  uint32_t scalars[3];
  int32_t pair;
  uint32_t attributes;
} cn_cell;

/// Opens the screen on standard input and output with a terminfo entry by name. 0 where ncurses refuses it.
int cn_screen_open(const char *term);
/// Starts colours with the terminal's own defaults as colour -1. Returns the entry's colours, or 0 where it has none.
int cn_screen_start_color(void);
int cn_screen_pair_limit(void);
/// Defines a pair; -1 is the terminal's own colour. `unseen` says that no cell of the terminal's screen has the pair; where
/// that is untrue, such cells keep their old colours. 0 where ncurses refuses it.
int cn_screen_define_pair(int32_t pair, int32_t foreground, int32_t background, int unseen);
void cn_screen_size(int *columns, int *rows);
void cn_screen_erase(void);
/// Puts cells of one row; a cell after a wide one is its right half and is skipped.
void cn_screen_put(int column, int row, const cn_cell *cells, size_t count);
/// Writes what changed. A negative column hides the cursor.
void cn_screen_update(int cursor_column, int cursor_row);
/// Declares that a rectangle already shows what was put there, so that the next update writes nothing for it.
void cn_screen_adopt(int column, int row, int columns, int rows);
/// Takes cells of one row out of the hands of ncurses: what they show is written otherwise, and it keeps marks in their
/// place that differ from all that is ever put there. It may write those where something changes in the row at or after
/// them, or everything is painted anew: what they show has to be put and adopted before. Not for a terminal that it knows
/// to scroll: it would move what it does not know along with what it does, whatever idlok says.
void cn_screen_claim(int column, int row, int columns);
/// Has the next update paint every cell anew.
void cn_screen_forget(void);
void cn_screen_resize(int columns, int rows);
void cn_screen_beep(void);
/// Gives the terminal back for a while; the next update takes it again.
void cn_screen_pause(void);
void cn_screen_close(void);

// --- Terminal device ----------------------------------------------------------------------------------------------

/// The window size of a terminal device; 0 where it does not say.
int cn_tty_size(int descriptor, int *columns, int *rows);
/// Keeps the current modes of standard input, to be put back by cn_tty_restore or a crash. 0 where there are none.
int cn_tty_save(void);
void cn_tty_restore(void);
/// Raw mode for a question to the terminal, before the screen is open.
int cn_tty_raw(void);
/// Writes all, whatever signals arrive. 0 where the descriptor fails.
int cn_write_all(int descriptor, const uint8_t *bytes, size_t count);

// --- Signals ------------------------------------------------------------------------------------------------------

/// Remembers how the signals the screen takes over are handled now. Before cn_screen_open, which changes some.
void cn_signals_remember(void);
/// Has WINCH INT TERM HUP QUIT TSTP CONT write their number as one byte to a non-blocking descriptor. Signals that were
/// ignored stay ignored (WINCH and CONT excepted).
void cn_signals_install(int descriptor);
/// Puts back what cn_signals_remember saw.
void cn_signals_restore(void);
/// Stops the process group as the terminal's suspend key would; returns when resumed.
void cn_signals_stop(void);
/// A pipe, both ends non-blocking and closed on exec. 0 on failure.
int cn_pipe(int *read_end, int *write_end);

/// From now on, a crash (SEGV BUS ILL FPE ABRT TRAP SYS) and a plain exit() write these bytes to standard output, put
/// the saved modes back, and go on as they would have. The bytes are copied.
void cn_crash_arm(const uint8_t *bytes, size_t count);
void cn_crash_disarm(void);

// --- Guard ---------------------------------------------------------------------------------------------------------

/// Starts a process that, should this one end without having given the terminal back (SIGKILL), writes these bytes to
/// standard output and puts the saved modes back. It ends with this process at the latest. The calling thread must live
/// as long as the process. Returns 0 where there can be none; then nothing else changes.
int cn_guard_start(const uint8_t *bytes, size_t count);
/// Says whether the terminal is ours now; not so at first. Safe in a signal handler.
void cn_guard_hold(int held);
/// Once the screen is open: modes other than those of now are another program's, and are left alone.
void cn_guard_note_modes(void);
/// On the thread that started it; returns when it is gone.
void cn_guard_end(void);

// --- Standard error -----------------------------------------------------------------------------------------------

/// Sends descriptor 2 to a file (appending; NULL or unwritable: /dev/null). Returns the kept original, or -1.
int cn_stderr_divert(const char *path);
void cn_stderr_restore(int kept);

#endif
