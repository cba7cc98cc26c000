/* SPDX-License-Identifier: Apache-2.0
 * A core without RTL: the neuron of rtl/adapter/ranvier_core.h in plain C, one neuron a cycle, as a library for tests.
 * DEFECT breaks it in one way, so that every check of the loader and of the regression is seen to fail. */
#include <stdlib.h>
#include <string.h>

#include "rtl/adapter/ranvier_core.h"

#define NONE 0
#define OTHER_ABI 1
#define NO_STEP 2       /* ranvier_core_step is not defined */
#define NO_NAME 3       /* the description has no name */
#define NEVER_READY 4   /* no event is ever taken */
#define THRESHOLD 5     /* fires at V > threshold, not V >= threshold */
#define LATE_COUNT 6    /* the counter of events in stands still */
#define LOST_EVENT 7    /* the last event of a step does not come out */
#define STATE 8         /* writing a state loses the codes */
#define NO_CORE 9       /* create gives none */
#define TOO_MANY 10     /* more events out than neurons */
#define NEVER_LOADS 11  /* loading does not end */
#define WRONG_NEURON 12 /* events out of neurons beyond the tile */
#define OLD_CODES 13    /* loading again leaves the codes of the tile before */
#define OLD_WEIGHT 14   /* loading again leaves the first weight of the tile before */
#define MANY_SYNAPSES 15 /* describes more synapses than 32 bits number */
#define MANY_CONTEXTS 16 /* the same of contexts */
#ifndef DEFECT
#define DEFECT NONE
#endif

struct ranvier_core {
  ranvier_core_tile tile;
  int8_t* weight;
  int32_t *threshold, *potential, *code;
  ranvier_core_counts counts;
};

static size_t contexts(const ranvier_core* core) { return (size_t)core->tile.tokens * (size_t)core->tile.neurons; }

static void* copy(const void* from, size_t size) { return memcpy(malloc(size), from, size); }

uint32_t ranvier_core_abi(void) { return DEFECT == OTHER_ABI ? RANVIER_CORE_ABI + 1 : RANVIER_CORE_ABI; }

void ranvier_core_describe(ranvier_core_info* info) {
  const ranvier_core_info mine = {"soft_core", RANVIER_CORE_GRADED | RANVIER_CORE_DIRECT, 48, 40, 6, 255, 1 << 20, 8, 24,
                                  -256,        255,                                       100000};
  *info = mine;
  if (DEFECT == NO_NAME) info->name[0] = 0;
  if (DEFECT == MANY_SYNAPSES) info->neurons = info->axons = 1 << 17;
  if (DEFECT == MANY_CONTEXTS) info->neurons = info->tokens = 1 << 17;
}

ranvier_core* ranvier_core_create(void) { return DEFECT == NO_CORE ? NULL : calloc(1, sizeof(ranvier_core)); }

static void forget(ranvier_core* core) {
  free(core->weight);
  free(core->threshold);
  free(core->potential);
  free(core->code);
}

void ranvier_core_destroy(ranvier_core* core) {
  forget(core);
  free(core);
}

int32_t ranvier_core_load(ranvier_core* core, const ranvier_core_tile* tile, uint64_t max_cycles) {
  ranvier_core before;
  if (DEFECT == NEVER_LOADS) {
    core->counts.cycles += max_cycles;
    return RANVIER_CORE_TIMEOUT;
  }
  before = *core;
  core->tile = *tile;
  core->weight = copy(tile->weight, (size_t)tile->axons * (size_t)tile->neurons);
  core->threshold = copy(tile->threshold, (size_t)tile->neurons * sizeof(int32_t));
  core->potential = copy(tile->potential, contexts(core) * sizeof(int32_t));
  core->code = calloc(contexts(core), sizeof(int32_t));
  if (before.code != NULL) {
    if (DEFECT == OLD_CODES) core->code[0] = before.code[0];
    if (DEFECT == OLD_WEIGHT) core->weight[0] = before.weight[0];
  }
  forget(&before);
  return RANVIER_CORE_OK;
}

static void work(ranvier_core* core, uint64_t cycles) {
  core->counts.cycles += cycles;
  core->counts.busy_cycles += cycles;
}

int32_t ranvier_core_send(ranvier_core* core, const ranvier_core_event* events, size_t count, uint64_t max_cycles) {
  size_t i;
  int32_t n;
  if (DEFECT == NEVER_READY && count > 0) {
    core->counts.cycles += max_cycles;
    return RANVIER_CORE_TIMEOUT;
  }
  for (i = 0; i < count; ++i) {
    const ranvier_core_event e = events[i];
    int32_t* row = core->potential + (ptrdiff_t)e.token * core->tile.neurons;
    if (e.direct) {
      row[e.axon] += e.payload;
    } else {
      for (n = 0; n < core->tile.neurons; ++n) row[n] += core->weight[(ptrdiff_t)e.axon * core->tile.neurons + n] * e.payload;
    }
    work(core, e.direct ? 1 : (uint64_t)core->tile.neurons);
    if (DEFECT != LATE_COUNT) ++core->counts.events_in;
  }
  return RANVIER_CORE_OK;
}

#if DEFECT != NO_STEP
static int32_t fire(ranvier_core* core, size_t i) {
  const int32_t threshold = core->threshold[i % (size_t)core->tile.neurons];
  int32_t fires = 0;
  do {
    if (core->potential[i] >= threshold + (DEFECT == THRESHOLD) && core->code[i] < core->tile.hi) {
      core->potential[i] -= threshold;
      ++core->code[i];
      ++fires;
    } else if (core->potential[i] < 0 && core->code[i] > core->tile.lo) {
      core->potential[i] += threshold;
      --core->code[i];
      --fires;
    } else {
      break;
    }
  } while (core->tile.graded);
  return fires;
}

int32_t ranvier_core_step(ranvier_core* core, ranvier_core_spike* spikes, size_t capacity, size_t* count,
                          uint64_t max_cycles) {
  const uint64_t start = core->counts.cycles;
  size_t i, n = 0;
  (void)max_cycles;
  for (i = 0; i < contexts(core); ++i) {
    const int32_t fires = fire(core, i);
    work(core, 1);
    if (fires == 0) continue;
    if (n < capacity) {
      spikes[n].token = (int32_t)(i / (size_t)core->tile.neurons);
      spikes[n].neuron = (int32_t)(i % (size_t)core->tile.neurons) + (DEFECT == WRONG_NEURON ? 1000 : 0);
      spikes[n].payload = fires;
      spikes[n].cycle = core->counts.cycles - start;
    }
    ++n;
  }
  if (DEFECT == LOST_EVENT && n > 0) --n;
  if (DEFECT == TOO_MANY) n = capacity + 1;
  core->counts.events_out += n;
  *count = n;
  return RANVIER_CORE_OK;
}
#endif

int32_t ranvier_core_read_state(ranvier_core* core, int32_t* potential, int32_t* code, uint64_t max_cycles) {
  (void)max_cycles;
  memcpy(potential, core->potential, contexts(core) * sizeof(int32_t));
  memcpy(code, core->code, contexts(core) * sizeof(int32_t));
  return RANVIER_CORE_OK;
}

int32_t ranvier_core_write_state(ranvier_core* core, const int32_t* potential, const int32_t* code, uint64_t max_cycles) {
  (void)max_cycles;
  memcpy(core->potential, potential, contexts(core) * sizeof(int32_t));
  if (DEFECT != STATE) memcpy(core->code, code, contexts(core) * sizeof(int32_t));
  return RANVIER_CORE_OK;
}

void ranvier_core_count(const ranvier_core* core, ranvier_core_counts* counts) { *counts = core->counts; }
