// SPDX-License-Identifier: Apache-2.0
// Room that a tile's synapses take in a core's memory, and the weight width that they need.
#pragma once

#include "chips/chip.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Lists of equally many synapses. A dense run lies in order of its targets and needs no index.
struct SynapseLists {
  std::int64_t lists = 0;
  std::int64_t synapses = 0;  // of each list
  bool dense = true;
};
SynapseLists synapse_lists(const workloads::Program& program, const Tile& tile);

/// Lists begin at a word; without words (core.synapse_word_bits 0) they are packed without gaps.
Bytes synapse_bytes(const chips::CoreKind& core, const SynapseLists& lists);

/// Words that so many synapses of one list fill; `dense`: they need no index. Without words: none.
std::int64_t synapse_words(const chips::CoreKind& core, std::int64_t synapses, bool dense);

/// Of a stage with sparse synapses: a list for each source that has a synapse in `outputs`, with an index each; a
/// dense run where every source reaches every target.
Bytes sparse_synapse_bytes(const chips::CoreKind& core, const workloads::Stage& stage, Range outputs);

/// Bits of a synapse that hold every weight of the stage. int8 weights: two's complement. kLif stages: a sign bit, and
/// the mantissas that are left when the largest common power of two is taken out, in two's complement if both signs
/// occur, else their magnitude: a Loihi core shares sign mode and exponent in a list and stores 8 bits a weight.
std::int32_t weight_bits_needed(const workloads::Stage& stage);

}  // namespace ranvier::mapper
