#ifndef CJPEG_H
#define CJPEG_H

// A thin fence around libjpeg. libjpeg leaves by longjmp: every function here sets its own landing place, so no frame of
// the caller is ever jumped over. What is called back, to read the file, has returned before anything jumps.

#include <stddef.h>
#include <stdint.h>

typedef enum {
  PX_JPEG_OK = 0,
  PX_JPEG_DAMAGED = 1,      // an error, or a warning that pixels are corrupt
  PX_JPEG_TRUNCATED = 2,    // the content ends early
  PX_JPEG_MEMORY = 3,       // the system has no memory left
  PX_JPEG_UNSUPPORTED = 4,  // a process or colour space that is not read; the message names it
  PX_JPEG_UNREADABLE = 5,   // the reading function failed
} px_jpeg_status;

typedef struct px_jpeg_reader px_jpeg_reader;

/// Where the file is: `length` bytes at `data` that stay there until the reader is closed, or, if that is NULL, what `read`
/// copies to `out`, up to `count` bytes from `offset` on. It returns how many, 0 at the end, less than 0 on failure.
typedef struct {
  const uint8_t *data;
  size_t length;
  long (*read)(void *context, size_t offset, uint8_t *out, size_t count);
  void *context;
} px_jpeg_source;

typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;           // as rows will be read: 1 grey, 3 RGB, 4 CMYK as stored
  int multiple_scans;          // 1: the whole file is read into coefficients before the first row
  uint64_t coefficient_bytes;  // memory for them, 0 if there is but one scan
  const uint8_t *exif;         // TIFF structure of the first Exif segment, or NULL; lives as long as the reader
  size_t exif_length;
} px_jpeg_header;

/// NULL: no memory.
px_jpeg_reader *px_jpeg_open(const px_jpeg_source *source);
/// Reads up to the first scan. Allocates nothing that grows with the picture.
px_jpeg_status px_jpeg_read_header(px_jpeg_reader *reader, px_jpeg_header *header);
/// Gets ready to read; from here on libjpeg holds its rows, or all coefficients if there are several scans. With
/// `pixels_per_sample` 2, 4 or 8 each sample is the mean of so many pixels across and down, as the coefficients give it:
/// rows are shorter and fewer, rounded up.
px_jpeg_status px_jpeg_start(px_jpeg_reader *reader, uint32_t pixels_per_sample);
/// With several scans, before the first row: reads up to `steps` rows of blocks. `*scan` becomes the number of the scan
/// at hand, from 1, and `*done` 1 at the end of the file.
px_jpeg_status px_jpeg_consume(px_jpeg_reader *reader, uint32_t steps, uint32_t *scan, int *done);
/// Reads the next `count` rows to `rows`, `stride` bytes apart.
px_jpeg_status px_jpeg_read_rows(px_jpeg_reader *reader, uint8_t *rows, size_t stride, uint32_t count);
/// Reads on to the end of the file and checks it.
px_jpeg_status px_jpeg_finish(px_jpeg_reader *reader);
/// A copy of the ICC profile, to be freed with px_jpeg_free, or NULL. After px_jpeg_read_header.
uint8_t *px_jpeg_profile(px_jpeg_reader *reader, size_t *length);
/// What the last failure was, in libjpeg's words; empty if none.
const char *px_jpeg_message(const px_jpeg_reader *reader);
void px_jpeg_close(px_jpeg_reader *reader);
void px_jpeg_free(uint8_t *memory);

typedef struct px_jpeg_writer px_jpeg_writer;

typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;       // 1 grey, 3 RGB (stored as YCbCr 4:2:0), 4 CMYK as stored, with an Adobe marker
  int quality;             // 1 to 100
  uint32_t restart_rows;   // rows of MCUs between restart markers; 0 none
  const uint8_t *profile;  // ICC profile, or NULL
  size_t profile_length;
} px_jpeg_format;

/// A writer to memory. NULL: no memory.
px_jpeg_writer *px_jpeg_writer_open(void);
/// Writes everything before the first row.
px_jpeg_status px_jpeg_writer_start(px_jpeg_writer *writer, const px_jpeg_format *format);
/// Writes one row of width * channels samples, `count` times.
px_jpeg_status px_jpeg_write_row(px_jpeg_writer *writer, const uint8_t *row, uint32_t count);
/// Ends the file; `*out` lives as long as the writer.
px_jpeg_status px_jpeg_writer_finish(px_jpeg_writer *writer, const uint8_t **out, size_t *length);
const char *px_jpeg_writer_message(const px_jpeg_writer *writer);
void px_jpeg_writer_close(px_jpeg_writer *writer);

#endif
