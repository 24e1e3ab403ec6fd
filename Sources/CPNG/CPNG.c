#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct px_png_reader {
  png_structp png;
  png_infop info;
  const uint8_t *data;
  size_t length;
  size_t offset;
  int truncated;
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

static void px_on_read(png_structp png, png_bytep out, size_t count) {
  px_png_reader *reader = png_get_io_ptr(png);
  if (count > reader->length - reader->offset) {
    reader->truncated = 1;
    reader->offset = reader->length;
    png_error(png, "the file ends early");
  }
  memcpy(out, reader->data + reader->offset, count);
  reader->offset += count;
}

static px_png_status px_failure(const px_png_reader *reader) {
  if (reader->truncated) return PX_PNG_TRUNCATED;
  return reader->no_memory ? PX_PNG_MEMORY : PX_PNG_DAMAGED;
}

px_png_reader *px_png_open(const uint8_t *data, size_t length) {
  px_png_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->data = data;
  reader->length = length;
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
  free(reader);
}

uint32_t px_crc32(uint32_t crc, const uint8_t *data, size_t length) {
  return (uint32_t)crc32_z(crc, data, length);
}

uint32_t px_adler32(uint32_t adler, const uint8_t *data, size_t length) {
  return (uint32_t)adler32_z(adler, data, length);
}

uint32_t px_adler32_combine(uint32_t first, uint32_t second, uint64_t length) {
  return (uint32_t)adler32_combine(first, second, (z_off_t)length);
}

struct px_deflater {
  z_stream stream;
};

px_deflater *px_deflate_open(int level) {
  px_deflater *deflater = calloc(1, sizeof *deflater);
  if (deflater == NULL) return NULL;
  if (deflateInit2(&deflater->stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    free(deflater);
    return NULL;
  }
  return deflater;
}

size_t px_deflate_bound(px_deflater *deflater, size_t length) {
  return deflateBound(&deflater->stream, length) + 16;  // and the empty block that the flush adds
}

size_t px_deflate_block(px_deflater *deflater, const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
  z_stream *stream = &deflater->stream;
  if (length > UINT32_MAX || capacity > UINT32_MAX) return 0;
  stream->next_in = (Bytef *)data;
  stream->avail_in = (uInt)length;
  stream->next_out = out;
  stream->avail_out = (uInt)capacity;
  if (deflate(stream, Z_FULL_FLUSH) != Z_OK || stream->avail_in != 0 || stream->avail_out == 0) return 0;
  return capacity - stream->avail_out;
}

void px_deflate_close(px_deflater *deflater) {
  if (deflater == NULL) return;
  deflateEnd(&deflater->stream);
  free(deflater);
}

size_t px_zlib_bound(size_t length) { return compressBound(length); }

size_t px_zlib(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
  uLongf written = capacity;
  return compress2(out, &written, data, length, 9) == Z_OK ? written : 0;
}
