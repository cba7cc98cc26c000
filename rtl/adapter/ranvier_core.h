/* SPDX-License-Identifier: Apache-2.0
 * A core of your own for Ranvier: a shared library that defines these functions runs tiles of a network in lock-step
 * with the behavioural model (ranvier run --rtl LAYER=LIBRARY) and is regressed against the golden model (ranvier rtl
 * test --core LIBRARY). Plain C; docs/how-to/add-a-core-rtl.md is the way there, step by step. */
#ifndef RANVIER_CORE_H
#define RANVIER_CORE_H

#include <stddef.h>
#include <stdint.h>

/* Changes with every change of this file that is not an addition of an optional function. Ranvier loads no library that
 * was built with another number. */
#define RANVIER_CORE_ABI 1

#ifdef __cplusplus
extern "C" {
#endif

#define RANVIER_CORE_EXPORT __attribute__((visibility("default")))

/* What functions that take time return. */
#define RANVIER_CORE_OK 0
#define RANVIER_CORE_TIMEOUT 1  /* max_cycles clock cycles went by and it is not done */
#define RANVIER_CORE_OVERFLOW 2 /* a potential left its range: the values mean nothing from here on */
#define RANVIER_CORE_FAILED 3   /* anything else that the core or the library noticed to be wrong */

/* What the core can do, beside unary firing (at most one event of +1 or -1 a neuron, token and step). */
#define RANVIER_CORE_GRADED 1u /* fires to rest in one step, the payload is the sum of the fires */
#define RANVIER_CORE_DIRECT 2u /* takes events that add their payload to one neuron: tiles that own partial sums */

typedef struct {
  char name[64];           /* for messages; ends with 0 */
  uint32_t features;       /* RANVIER_CORE_GRADED | ... */
  int32_t neurons;         /* most of one tile */
  int32_t axons;           /* most of one tile */
  int32_t tokens;          /* most of one tile: contexts that share weights and have states of their own */
  int32_t span;            /* most hi - lo of a tile */
  int32_t threshold_max;   /* of a neuron; thresholds are even and at least 2 */
  int32_t weight_bits;     /* signed, 2 to 8; Ranvier's conversions fill 8 */
  int32_t potential_bits;  /* signed, 8 to 32; Ranvier's conversions need up to 24 */
  int32_t payload_min;     /* of an event that is not direct, at most -1; Ranvier splits events beyond it */
  int32_t payload_max;     /* at least 1 */
  uint64_t timeout_cycles; /* a call that takes longer has failed; 0: 10 000 000 */
} ranvier_core_info;

/* One tile: neurons with a weight from every axon. A potential V and a code S for every token and neuron.
 *   event             V[token][n] += payload * weight[axon][n] for every neuron n
 *   direct event      V[token][n] += payload for the one neuron n = axon
 *   step, per neuron  V >= threshold and S < hi:  V -= threshold, S += 1, event out +1
 *                     V < 0 and S > lo:           V += threshold, S -= 1, event out -1
 * Unary: at most one of these a step. Graded: until neither holds, then one event out with the sum, unless it is 0. */
typedef struct {
  int32_t neurons, axons, tokens;
  int32_t graded;           /* 1 or 0 */
  int32_t lo, hi;           /* bounds of S, lo <= 0 <= hi */
  const int8_t* weight;     /* [axon * neurons + neuron] */
  const int32_t* threshold; /* [neuron] */
  const int32_t* potential; /* [token * neurons + neuron], before the first event; S is 0 there */
} ranvier_core_tile;

typedef struct {
  int32_t token, axon, payload; /* direct: up to the potential's bits, never split */
  int32_t direct;               /* 1 or 0 */
} ranvier_core_event;

typedef struct {
  int32_t token, neuron, payload; /* graded: up to hi - lo either way */
  uint64_t cycle;                 /* when it left, in clock cycles since the step was asked for */
} ranvier_core_spike;

/* Totals since create; read before and after a call. */
typedef struct {
  uint64_t cycles;      /* clock cycles of all calls, loading included */
  uint64_t busy_cycles; /* of these, the ones in which the core worked on events and steps: what a simulation charges */
  uint64_t events_in;   /* as they were sent: direct ones too, parts of a split event each */
  uint64_t events_out;
} ranvier_core_counts;

typedef struct ranvier_core ranvier_core; /* yours */

/* Which header the library was built with: returns RANVIER_CORE_ABI. */
RANVIER_CORE_EXPORT uint32_t ranvier_core_abi(void);
/* Fills in what the core can do; the same in every call. */
RANVIER_CORE_EXPORT void ranvier_core_describe(ranvier_core_info* info);

/* One core, reset, for one tile; any number of them live side by side. NULL where that fails. Calls come from one
 * thread at a time. Between two calls the core is idle: no event is in flight. */
RANVIER_CORE_EXPORT ranvier_core* ranvier_core_create(void);
RANVIER_CORE_EXPORT void ranvier_core_destroy(ranvier_core* core);

/* Loads weights, thresholds, bounds and the first state, through pins or behind the core's back. Pointers of the tile
 * are valid during the call only. A core may be loaded again, with a tile of any size: of the one before nothing stays.
 */
RANVIER_CORE_EXPORT int32_t ranvier_core_load(ranvier_core* core, const ranvier_core_tile* tile, uint64_t max_cycles);

/* Sends events back to back, in order, and clocks until the core is idle. */
RANVIER_CORE_EXPORT int32_t ranvier_core_send(ranvier_core* core, const ranvier_core_event* events, size_t count,
                                              uint64_t max_cycles);

/* One step: all neurons of all tokens fire; clocks until the core is idle. `count` becomes the number of events out, of
 * which the first `capacity` are written, in the order in which they left. */
RANVIER_CORE_EXPORT int32_t ranvier_core_step(ranvier_core* core, ranvier_core_spike* spikes, size_t capacity,
                                              size_t* count, uint64_t max_cycles);

/* State of all neurons, [token * neurons + neuron], read and written, through pins or behind the core's back.
 * Checkpoints and the start of every image go through these. */
RANVIER_CORE_EXPORT int32_t ranvier_core_read_state(ranvier_core* core, int32_t* potential, int32_t* code,
                                                    uint64_t max_cycles);
RANVIER_CORE_EXPORT int32_t ranvier_core_write_state(ranvier_core* core, const int32_t* potential, const int32_t* code,
                                                     uint64_t max_cycles);

RANVIER_CORE_EXPORT void ranvier_core_count(const ranvier_core* core, ranvier_core_counts* counts);

/* Optional. Writes a waveform of everything that follows to `path`; NULL ends it. RANVIER_CORE_OK, or
 * RANVIER_CORE_FAILED where the library was built without. */
RANVIER_CORE_EXPORT int32_t ranvier_core_wave(ranvier_core* core, const char* path);

/* Optional. State beyond potentials and codes, for checkpoints: `save` returns its size in bytes and writes it where
 * the capacity suffices; `restore` takes what `save` gave. */
RANVIER_CORE_EXPORT size_t ranvier_core_save(const ranvier_core* core, void* bytes, size_t capacity);
RANVIER_CORE_EXPORT int32_t ranvier_core_restore(ranvier_core* core, const void* bytes, size_t size);

#ifdef __cplusplus
}
#endif
#endif
