#ifndef CIGZIP_H
#define CIGZIP_H

// A thin fence around igzip, the inflating half of ISA-L: the same streams as zlib, read about three times as fast. Its
// state is a structure of 90 kB with its tables inside, which is better not seen from outside.

#include <stddef.h>
#include <stdint.h>

typedef struct px_inflater px_inflater;

typedef enum {
  PX_INFLATE_MORE = 0,    // wants more input, or more room
  PX_INFLATE_END = 1,     // the stream has ended, its checksum is right, and all of it is written
  PX_INFLATE_DAMAGED = 2, // no zlib stream, or its checksum is wrong
} px_inflate_status;

/// Ready for the first byte of a zlib stream (RFC 1950). NULL: no memory.
px_inflater *px_inflater_open(void);
/// Reads on from `*in`, writes on to `*out`, and moves both on by what was read and written. Keeps the 32 KiB before that
/// a stream may refer to itself. Quickest with room for 128 KiB and more. Call it again with what is left, until it has
/// neither input nor anything to write. At most 1 GiB of each at once is looked at. After damage nothing has moved, what
/// lies at `*out` is of no use, and there is no going on.
px_inflate_status px_inflate(
    px_inflater *inflater, const uint8_t **in, size_t *in_length, uint8_t **out, size_t *out_length);
void px_inflater_close(px_inflater *inflater);

/// CRC-32 as PNG chunks carry it, continued from `crc` (0 at the start).
uint32_t px_crc32(uint32_t crc, const uint8_t *data, size_t length);

#endif
