#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define NCURSES_WIDECHAR 1

#include "CNcurses.h"

#include <termios.h>

/// Room for the bytes that give a terminal back.
enum { CN_FAREWELL = 512 };

/// What cn_tty_save found. 0 where there is nothing saved.
int cn_tty_saved(struct termios *modes);

#endif
