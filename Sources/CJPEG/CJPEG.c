#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf landing;
  px_jpeg_status status;
  char message[JMSG_LENGTH_MAX];
} px_errors;

static void px_note(j_common_ptr info, px_jpeg_status status) {
  px_errors *errors = (px_errors *)info->err;
  // The end of the file comes first: what a decoder makes of the missing rest says nothing more.
  if (errors->status == PX_JPEG_OK || (status == PX_JPEG_TRUNCATED && errors->status == PX_JPEG_DAMAGED)) {
    errors->status = status;
    (*info->err->format_message)(info, errors->message);
  }
}

static void px_on_error(j_common_ptr info) {
  px_errors *errors = (px_errors *)info->err;
  int *parameters = info->err->msg_parm.i;
  switch (info->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
      px_note(info, PX_JPEG_MEMORY);
      break;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
      px_note(info, PX_JPEG_TRUNCATED);
      break;
    case JERR_BAD_PRECISION:
      if (parameters[0] == 12 || parameters[0] == 16) {
        errors->status = PX_JPEG_UNSUPPORTED;
        snprintf(errors->message, sizeof errors->message, "%d-bit JPEG", parameters[0]);
      } else {
        px_note(info, PX_JPEG_DAMAGED);
      }
      break;
    case JERR_SOF_UNSUPPORTED:
      errors->status = PX_JPEG_UNSUPPORTED;
      snprintf(errors->message, sizeof errors->message, "%s",
               (parameters[0] & 3) == 3 ? "lossless JPEG" : "hierarchical JPEG");
      break;
    case JERR_UNKNOWN_MARKER:
      if (parameters[0] == 0xF7) {
        errors->status = PX_JPEG_UNSUPPORTED;
        snprintf(errors->message, sizeof errors->message, "JPEG-LS");
      } else {
        px_note(info, PX_JPEG_DAMAGED);
      }
      break;
    case JERR_IMAGE_TOO_BIG:
      errors->status = PX_JPEG_UNSUPPORTED;
      snprintf(errors->message, sizeof errors->message, "JPEG of more than %d pixels a side", parameters[0]);
      break;
    case JERR_ARITH_NOTIMPL:
      errors->status = PX_JPEG_UNSUPPORTED;
      snprintf(errors->message, sizeof errors->message, "arithmetic-coded JPEG");
      break;
    default:
      px_note(info, PX_JPEG_DAMAGED);
  }
  longjmp(errors->landing, 1);
}

// Warnings have level -1. Those that lose no pixel pass; traces (level 0 and up) are nobody's business.
static void px_on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  info->err->num_warnings++;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
      px_note(info, PX_JPEG_TRUNCATED);
      break;
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
#ifdef LIBJPEG_TURBO_VERSION
    case JWRN_BOGUS_ICC:
#endif
      break;
    default:
      px_note(info, PX_JPEG_DAMAGED);
  }
}

// libjpeg's own would write to stderr, where a screen may be.
static void px_on_output(j_common_ptr info) { (void)info; }

static void px_errors_set(px_errors *errors) {
  jpeg_std_error(&errors->base);
  errors->base.error_exit = px_on_error;
  errors->base.emit_message = px_on_message;
  errors->base.output_message = px_on_output;
}

#define PX_WINDOW 65536

struct px_jpeg_reader {
  struct jpeg_decompress_struct info;
  px_errors errors;
  struct jpeg_source_mgr manager;
  px_jpeg_source source;
  size_t offset;    // of what comes after the window
  uint8_t *window;  // NULL if the file is in memory
  int created;
  int output_started;
};

static void px_on_source(j_decompress_ptr info) { (void)info; }

// The next window, and at the end of the file what libjpeg's own sources give: a warning and an end marker.
static boolean px_on_empty(j_decompress_ptr info) {
  static const JOCTET end[2] = {0xFF, JPEG_EOI};
  px_jpeg_reader *reader = (px_jpeg_reader *)info;
  long count = 0;
  if (reader->window != NULL) {
    count = reader->source.read(reader->source.context, reader->offset, reader->window, PX_WINDOW);
    if (count < 0) {
      reader->errors.status = PX_JPEG_UNREADABLE;
      snprintf(reader->errors.message, sizeof reader->errors.message, "the file cannot be read");
      longjmp(reader->errors.landing, 1);
    }
  }
  if (count == 0) {
    if (reader->offset == 0) ERREXIT(info, JERR_INPUT_EMPTY);
    WARNMS(info, JWRN_JPEG_EOF);
    reader->manager.next_input_byte = end;
    reader->manager.bytes_in_buffer = 2;
    return TRUE;
  }
  reader->offset += (size_t)count;
  reader->manager.next_input_byte = reader->window;
  reader->manager.bytes_in_buffer = (size_t)count;
  return TRUE;
}

static void px_on_skip(j_decompress_ptr info, long count) {
  px_jpeg_reader *reader = (px_jpeg_reader *)info;
  if (count <= 0) return;
  size_t left = reader->manager.bytes_in_buffer;
  if ((size_t)count <= left) {
    reader->manager.next_input_byte += count;
    reader->manager.bytes_in_buffer = left - (size_t)count;
    return;
  }
  size_t beyond = (size_t)count - left;
  size_t rest = reader->offset < reader->source.length ? reader->source.length - reader->offset : 0;
  reader->offset += beyond < rest ? beyond : rest;
  reader->manager.bytes_in_buffer = 0;
}

static void px_on_source_end(j_decompress_ptr info) { (void)info; }

px_jpeg_reader *px_jpeg_open(const px_jpeg_source *source) {
  px_jpeg_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->source = *source;
  if (source->data == NULL) {
    reader->window = malloc(PX_WINDOW);
    if (reader->window == NULL) {
      free(reader);
      return NULL;
    }
  } else {
    reader->manager.next_input_byte = source->data;
    reader->manager.bytes_in_buffer = source->length;
    reader->offset = source->length;
  }
  reader->manager.init_source = px_on_source;
  reader->manager.fill_input_buffer = px_on_empty;
  reader->manager.skip_input_data = px_on_skip;
  reader->manager.resync_to_restart = jpeg_resync_to_restart;
  reader->manager.term_source = px_on_source_end;
  px_errors_set(&reader->errors);
  reader->info.err = &reader->errors.base;
  return reader;
}

px_jpeg_status px_jpeg_read_header(px_jpeg_reader *reader, px_jpeg_header *header) {
  j_decompress_ptr info = &reader->info;
  if (setjmp(reader->errors.landing)) return reader->errors.status;
  jpeg_create_decompress(info);
  reader->created = 1;
  info->src = &reader->manager;
  jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_save_markers(info, JPEG_APP0 + 2, 0xFFFF);
  jpeg_read_header(info, TRUE);
  if (reader->errors.status != PX_JPEG_OK) return reader->errors.status;

  memset(header, 0, sizeof *header);
  header->width = info->image_width;
  header->height = info->image_height;
  switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE:
      info->out_color_space = JCS_GRAYSCALE;
      header->channels = 1;
      break;
    case JCS_YCbCr:
    case JCS_RGB:
      info->out_color_space = JCS_RGB;
      header->channels = 3;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      info->out_color_space = JCS_CMYK;
      header->channels = 4;
      break;
    default:
      reader->errors.status = PX_JPEG_UNSUPPORTED;
      snprintf(reader->errors.message, sizeof reader->errors.message, "JPEG of %d components", info->num_components);
      return PX_JPEG_UNSUPPORTED;
  }
  header->multiple_scans = jpeg_has_multiple_scans(info) ? 1 : 0;
  if (header->multiple_scans) {
    for (int i = 0; i < info->num_components; i++) {
      jpeg_component_info *component = info->comp_info + i;
      // Rounded up to whole MCUs, as libjpeg does.
      uint64_t across = component->width_in_blocks + (uint64_t)component->h_samp_factor;
      uint64_t down = component->height_in_blocks + (uint64_t)component->v_samp_factor;
      header->coefficient_bytes += across * down * sizeof(JBLOCK);
    }
  }
  for (jpeg_saved_marker_ptr marker = info->marker_list; marker != NULL; marker = marker->next) {
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0) {
      header->exif = marker->data + 6;
      header->exif_length = marker->data_length - 6;
      break;
    }
  }
  return PX_JPEG_OK;
}

px_jpeg_status px_jpeg_start(px_jpeg_reader *reader, uint32_t pixels_per_sample) {
  if (setjmp(reader->errors.landing)) return reader->errors.status;
  reader->info.scale_num = 8 / pixels_per_sample;
  reader->info.scale_denom = 8;
  // Buffered-image mode lets the caller feed the scans step by step, and stop between two steps.
  reader->info.buffered_image = jpeg_has_multiple_scans(&reader->info);
  jpeg_start_decompress(&reader->info);
  return reader->errors.status;
}

px_jpeg_status px_jpeg_consume(px_jpeg_reader *reader, uint32_t steps, uint32_t *scan, int *done) {
  if (setjmp(reader->errors.landing)) return reader->errors.status;
  *done = 0;
  for (uint32_t i = 0; i < steps && !*done; i++) {
    *done = jpeg_consume_input(&reader->info) == JPEG_REACHED_EOI;
  }
  *scan = (uint32_t)reader->info.input_scan_number;
  return reader->errors.status;
}

px_jpeg_status px_jpeg_read_rows(px_jpeg_reader *reader, uint8_t *rows, size_t stride, uint32_t count) {
  j_decompress_ptr info = &reader->info;
  if (setjmp(reader->errors.landing)) return reader->errors.status;
  if ((size_t)info->output_width * (size_t)info->output_components > stride) ERREXIT(info, JERR_WIDTH_OVERFLOW);
  if (info->buffered_image && !reader->output_started) {
    reader->output_started = 1;
    jpeg_start_output(info, info->input_scan_number);
  }
  JSAMPROW pointers[16];
  while (count > 0) {
    JDIMENSION wanted = count < 16 ? count : 16;
    for (JDIMENSION i = 0; i < wanted; i++) pointers[i] = rows + i * stride;
    JDIMENSION got = jpeg_read_scanlines(info, pointers, wanted);
    if (got == 0) ERREXIT(info, JERR_CANT_SUSPEND);
    rows += got * stride;
    count -= got;
  }
  return reader->errors.status;
}

px_jpeg_status px_jpeg_finish(px_jpeg_reader *reader) {
  if (setjmp(reader->errors.landing)) return reader->errors.status;
  if (reader->info.buffered_image) jpeg_finish_output(&reader->info);
  jpeg_finish_decompress(&reader->info);
  return reader->errors.status;
}

uint8_t *px_jpeg_profile(px_jpeg_reader *reader, size_t *length) {
  *length = 0;
  if (setjmp(reader->errors.landing)) return NULL;
  JOCTET *profile = NULL;
  unsigned int count = 0;
  if (!jpeg_read_icc_profile(&reader->info, &profile, &count)) return NULL;
  *length = count;
  return profile;
}

const char *px_jpeg_message(const px_jpeg_reader *reader) { return reader->errors.message; }

void px_jpeg_close(px_jpeg_reader *reader) {
  if (reader == NULL) return;
  if (reader->created) jpeg_destroy_decompress(&reader->info);
  free(reader->window);
  free(reader);
}

void px_jpeg_free(uint8_t *memory) { free(memory); }

struct px_jpeg_writer {
  struct jpeg_compress_struct info;
  px_errors errors;
  struct jpeg_destination_mgr destination;
  uint8_t *out;
  size_t capacity;
  size_t length;
  int created;
};

// A growing buffer of our own: libjpeg's loses sight of its memory when an error strikes.
static void px_room(j_compress_ptr info, size_t used) {
  px_jpeg_writer *writer = (px_jpeg_writer *)info;
  size_t capacity = writer->capacity == 0 ? 65536 : writer->capacity * 2;
  uint8_t *out = realloc(writer->out, capacity);
  if (out == NULL) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  writer->out = out;
  writer->capacity = capacity;
  writer->destination.next_output_byte = out + used;
  writer->destination.free_in_buffer = capacity - used;
}

static void px_on_destination(j_compress_ptr info) { px_room(info, 0); }

static boolean px_on_full(j_compress_ptr info) {
  px_room(info, ((px_jpeg_writer *)info)->capacity);
  return TRUE;
}

static void px_on_end(j_compress_ptr info) {
  px_jpeg_writer *writer = (px_jpeg_writer *)info;
  writer->length = writer->capacity - writer->destination.free_in_buffer;
}

px_jpeg_writer *px_jpeg_writer_open(void) {
  px_jpeg_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) return NULL;
  px_errors_set(&writer->errors);
  writer->info.err = &writer->errors.base;
  return writer;
}

px_jpeg_status px_jpeg_writer_start(px_jpeg_writer *writer, const px_jpeg_format *format) {
  j_compress_ptr info = &writer->info;
  if (setjmp(writer->errors.landing)) return writer->errors.status;
  jpeg_create_compress(info);
  writer->created = 1;
  writer->destination.init_destination = px_on_destination;
  writer->destination.empty_output_buffer = px_on_full;
  writer->destination.term_destination = px_on_end;
  info->dest = &writer->destination;
  info->image_width = format->width;
  info->image_height = format->height;
  info->input_components = (int)format->channels;
  info->in_color_space = format->channels == 1 ? JCS_GRAYSCALE : format->channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(info);  // RGB becomes YCbCr 4:2:0; CMYK stays as it is, and gets an Adobe marker
  jpeg_set_quality(info, format->quality, TRUE);
  info->restart_in_rows = (int)format->restart_rows;
  jpeg_start_compress(info, TRUE);
  if (format->profile != NULL && format->profile_length > 0) {
    jpeg_write_icc_profile(info, format->profile, (unsigned int)format->profile_length);
  }
  return PX_JPEG_OK;
}

px_jpeg_status px_jpeg_write_row(px_jpeg_writer *writer, const uint8_t *row, uint32_t count) {
  if (setjmp(writer->errors.landing)) return writer->errors.status;
  JSAMPROW pointers[16];
  for (int i = 0; i < 16; i++) pointers[i] = (JSAMPROW)row;
  while (count > 0) {
    JDIMENSION written = jpeg_write_scanlines(&writer->info, pointers, count < 16 ? count : 16);
    if (written == 0) ERREXIT(&writer->info, JERR_CANT_SUSPEND);
    count -= written;
  }
  return PX_JPEG_OK;
}

px_jpeg_status px_jpeg_writer_finish(px_jpeg_writer *writer, const uint8_t **out, size_t *length) {
  if (setjmp(writer->errors.landing)) return writer->errors.status;
  jpeg_finish_compress(&writer->info);
  *out = writer->out;
  *length = writer->length;
  return PX_JPEG_OK;
}

const char *px_jpeg_writer_message(const px_jpeg_writer *writer) { return writer->errors.message; }

void px_jpeg_writer_close(px_jpeg_writer *writer) {
  if (writer == NULL) return;
  if (writer->created) jpeg_destroy_compress(&writer->info);
  free(writer->out);
  free(writer);
}
