#include "CIGZIP.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

struct px_inflater {
  struct inflate_state state;
};

px_inflater *px_inflater_open(void) {
  // Zeros, so that what a broken stream makes of its tables does not depend on what the memory held.
  px_inflater *inflater = calloc(1, sizeof *inflater);
  if (inflater == NULL) return NULL;
  isal_inflate_init(&inflater->state);
  inflater->state.crc_flag = ISAL_ZLIB;
  return inflater;
}

#define PX_MOST ((size_t)1 << 30)

px_inflate_status px_inflate(
    px_inflater *inflater, const uint8_t **in, size_t *in_length, uint8_t **out, size_t *out_length) {
  struct inflate_state *state = &inflater->state;
  if (state->block_state == ISAL_BLOCK_FINISH) return PX_INFLATE_END;
  uint32_t input = (uint32_t)(*in_length < PX_MOST ? *in_length : PX_MOST);
  uint32_t room = (uint32_t)(*out_length < PX_MOST ? *out_length : PX_MOST);
  // It only reads from there.
  state->next_in = (uint8_t *)(uintptr_t)*in;
  state->avail_in = input;
  state->next_out = *out;
  state->avail_out = room;
  int result = isal_inflate(state);
  // Of a broken stream not even what is left of the input comes out right.
  if (result != ISAL_DECOMP_OK || state->avail_in > input || state->avail_out > room) return PX_INFLATE_DAMAGED;
  *in += input - state->avail_in;
  *in_length -= input - state->avail_in;
  *out += room - state->avail_out;
  *out_length -= room - state->avail_out;
  return state->block_state == ISAL_BLOCK_FINISH ? PX_INFLATE_END : PX_INFLATE_MORE;
}

void px_inflater_close(px_inflater *inflater) { free(inflater); }

uint32_t px_crc32(uint32_t crc, const uint8_t *data, size_t length) { return crc32_gzip_refl(crc, data, length); }
