#ifndef CPNG_H
#define CPNG_H

// A thin fence around libpng and zlib. libpng leaves by longjmp: every function here sets its own landing place, so no
// frame of the caller is ever jumped over. What is called back, to read the file, has returned before anything jumps.

#include <stddef.h>
#include <stdint.h>

typedef struct px_png_reader px_png_reader;

typedef enum {
  PX_PNG_OK = 0,
  PX_PNG_DAMAGED = 1,    // the content breaks the format
  PX_PNG_TRUNCATED = 2,  // the content ends early
  PX_PNG_MEMORY = 3,     // the system has no memory left
  PX_PNG_UNREADABLE = 4, // the reading function failed
} px_png_status;

typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;      // 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA: 8 bits each, as rows will be read
  uint32_t passes;        // 1, or 7 when interlaced
  int is_plain;           // whether a row in the file, unfiltered, is a row as it will be read
  size_t pixels_at;       // where the content of the first IDAT chunk begins in the file
  const uint8_t *profile; // ICC profile, or NULL; lives as long as the reader
  size_t profile_length;
} px_png_header;

/// Where the file is: `length` bytes at `data` that stay there until the reader is closed, or, if that is NULL, what `read`
/// copies to `out`, up to `count` bytes from `offset` on. It returns how many, 0 at the end, less than 0 on failure.
typedef struct {
  const uint8_t *data;
  size_t length;
  long (*read)(void *context, size_t offset, uint8_t *out, size_t count);
  void *context;
} px_png_source;

/// NULL: no memory.
px_png_reader *px_png_open(const px_png_source *source);
/// Reads everything before the pixels. Allocates nothing that grows with the picture.
px_png_status px_png_read_header(px_png_reader *reader, px_png_header *header);
/// Gets ready to read rows; from here on libpng holds a few rows.
px_png_status px_png_start(px_png_reader *reader);
/// Reads the next `count` rows of the pass to `rows`, `stride` bytes apart. A later pass of an interlaced picture fills
/// in what the earlier ones left, so it must be given the same memory again.
px_png_status px_png_read_rows(px_png_reader *reader, uint8_t *rows, size_t stride, uint32_t count);
/// Reads on to the end of the file and checks it.
px_png_status px_png_finish(px_png_reader *reader);
/// What the last failure was, in libpng's words; empty if none.
const char *px_png_message(const px_png_reader *reader);
void px_png_close(px_png_reader *reader);

/// Deflates to one whole zlib stream. Returns its length, 0 on failure.
size_t px_zlib(const uint8_t *data, size_t length, uint8_t *out, size_t capacity);
size_t px_zlib_bound(size_t length);

#endif
