#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct px_png_reader {
  png_structp png;
  png_infop info;
  px_png_source source;
  const uint8_t *next;  // bytes at hand
  size_t left;
  size_t offset;    // of what comes after them
  uint8_t *window;  // NULL if the file is in memory
  int truncated;
  int unreadable;
  int no_memory;
  char message[160];
};

static void px_on_error(png_structp png, png_const_charp text) {
  px_png_reader *reader = png_get_error_ptr(png);
  if (reader != NULL && text != NULL) {
    strncpy(reader->message, text, sizeof reader->message - 1);
    if (strcmp(text, "Out of memory") == 0 || strcmp(text, "Insufficient memory") == 0) reader->no_memory = 1;
  }
  png_longjmp(png, 1);
}

// A warning loses no pixel: bad ancillary chunks, odd profiles. It must not reach stderr either, where a screen may be.
static void px_on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

#define PX_WINDOW 65536

static void px_on_read(png_structp png, png_bytep out, size_t count) {
  px_png_reader *reader = png_get_io_ptr(png);
  while (count > 0) {
    if (reader->left == 0) {
      long got = 0;
      if (reader->window != NULL) {
        got = reader->source.read(reader->source.context, reader->offset, reader->window, PX_WINDOW);
      }
      if (got < 0) {
        reader->unreadable = 1;
        png_error(png, "the file cannot be read");
      }
      if (got == 0) {
        reader->truncated = 1;
        png_error(png, "the file ends early");
      }
      reader->next = reader->window;
      reader->left = (size_t)got;
      reader->offset += (size_t)got;
    }
    size_t part = count < reader->left ? count : reader->left;
    memcpy(out, reader->next, part);
    reader->next += part;
    reader->left -= part;
    out += part;
    count -= part;
  }
}

static px_png_status px_failure(const px_png_reader *reader) {
  if (reader->unreadable) return PX_PNG_UNREADABLE;
  if (reader->truncated) return PX_PNG_TRUNCATED;
  return reader->no_memory ? PX_PNG_MEMORY : PX_PNG_DAMAGED;
}

px_png_reader *px_png_open(const px_png_source *source) {
  px_png_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->source = *source;
  if (source->data != NULL) {
    reader->next = source->data;
    reader->left = source->length;
    reader->offset = source->length;
  } else {
    reader->window = malloc(PX_WINDOW);
    if (reader->window == NULL) {
      px_png_close(reader);
      return NULL;
    }
  }
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, px_on_error, px_on_warning);
  if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    px_png_close(reader);
    return NULL;
  }
  return reader;
}

px_png_status px_png_read_header(px_png_reader *reader, px_png_header *header) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  if (setjmp(png_jmpbuf(png))) return px_failure(reader);

  png_set_read_fn(png, reader, px_on_read);
  // The caller limits the picture itself, between this and px_png_start.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_cache_max(png, 100);
  png_set_chunk_malloc_max(png, 8u << 20);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  // Chunks that nobody here asks for are skipped unread, so that compressed text cannot blow up.
  static const png_byte skipped[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sTER\0"
                                    "tEXt\0tIME\0zTXt";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped, (int)(sizeof skipped / 5));

  png_read_info(png, info);

  int type = png_get_color_type(png, info);
  int transparent = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  png_set_expand(png);
  png_set_scale_16(png);

  memset(header, 0, sizeof *header);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->channels = ((type & PNG_COLOR_MASK_COLOR) ? 3 : 1) + (((type & PNG_COLOR_MASK_ALPHA) || transparent) ? 1 : 0);
  header->passes = (uint32_t)png_set_interlace_handling(png);
  header->is_plain = png_get_bit_depth(png, info) == 8 && !(type & PNG_COLOR_MASK_PALETTE) && !transparent &&
                     header->passes == 1;
  header->pixels_at = reader->offset - reader->left;

  png_charp name = NULL;
  int compression = 0;
  png_bytep profile = NULL;
  png_uint_32 profile_length = 0;
  if (png_get_iCCP(png, info, &name, &compression, &profile, &profile_length) && profile_length > 0) {
    header->profile = profile;
    header->profile_length = profile_length;
  }
  return PX_PNG_OK;
}

px_png_status px_png_start(px_png_reader *reader) {
  if (setjmp(png_jmpbuf(reader->png))) return px_failure(reader);
  png_read_update_info(reader->png, reader->info);
  return PX_PNG_OK;
}

px_png_status px_png_read_rows(px_png_reader *reader, uint8_t *rows, size_t stride, uint32_t count) {
  if (setjmp(png_jmpbuf(reader->png))) return px_failure(reader);
  if (png_get_rowbytes(reader->png, reader->info) > stride) png_error(reader->png, "a row is longer than its room");
  for (uint32_t i = 0; i < count; i++) png_read_row(reader->png, rows + i * stride, NULL);
  return PX_PNG_OK;
}

px_png_status px_png_finish(px_png_reader *reader) {
  if (setjmp(png_jmpbuf(reader->png))) return px_failure(reader);
  png_read_end(reader->png, NULL);
  return PX_PNG_OK;
}

const char *px_png_message(const px_png_reader *reader) { return reader->message; }

void px_png_close(px_png_reader *reader) {
  if (reader == NULL) return;
  if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader->window);
  free(reader);
}

size_t px_zlib_bound(size_t length) { return compressBound(length); }

size_t px_zlib(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
  uLongf written = capacity;
  return compress2(out, &written, data, length, 9) == Z_OK ? written : 0;
}
