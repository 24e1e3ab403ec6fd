// The floor: every picture decoded by libjpeg or libpng from top to bottom, its rows thrown away. Nothing that reads a
// picture with these libraries costs less, unless it decodes less. Reads whole files into memory first, as the libraries
// like it best. Prints the seconds of CPU it took.
//
//   cc -O2 floor.c -o floor -ljpeg -lpng -lz

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <jpeglib.h>
#include <png.h>

struct source {
  const unsigned char *bytes;
  size_t length, offset;
};

static void read_png(png_structp png, png_bytep out, size_t count) {
  struct source *source = png_get_io_ptr(png);
  if (count > source->length - source->offset) png_error(png, "short");
  memcpy(out, source->bytes + source->offset, count);
  source->offset += count;
}

static int decode_png(const unsigned char *bytes, size_t length) {
  struct source source = {bytes, length, 0};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  if (setjmp(png_jmpbuf(png))) return 0;
  png_set_read_fn(png, &source, read_png);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_scale_16(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t stride = png_get_rowbytes(png, info), height = png_get_image_height(png, info);
  unsigned char *rows = malloc(passes > 1 ? stride * height : stride);
  for (int pass = 0; pass < passes; pass++)
    for (size_t row = 0; row < height; row++) png_read_row(png, rows + (passes > 1 ? row * stride : 0), NULL);
  png_read_end(png, NULL);
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

static int decode_jpeg(const unsigned char *bytes, size_t length) {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, length);
  jpeg_read_header(&info, TRUE);
  jpeg_start_decompress(&info);
  size_t stride = (size_t)info.output_width * info.output_components;
  unsigned char *rows = malloc(16 * stride);
  JSAMPROW pointers[16];
  for (int i = 0; i < 16; i++) pointers[i] = rows + i * stride;
  while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, pointers, 16);
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  free(rows);
  return 1;
}

int main(int count, char **names) {
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(names[i], "rb");
    if (file == NULL) return perror(names[i]), 1;
    fseek(file, 0, SEEK_END);
    size_t length = ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(length);
    if (fread(bytes, 1, length, file) != length) return perror(names[i]), 1;
    fclose(file);
    if (!(length > 8 && bytes[0] == 0x89 ? decode_png(bytes, length) : decode_jpeg(bytes, length))) return 1;
    free(bytes);
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%.6f\n", usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  return 0;
}
