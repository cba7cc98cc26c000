// SPDX-License-Identifier: Apache-2.0
// Which events of which tile go to which tiles: the rectangle of tokens and channels that a tile sends, cut along the
// borders of its consumers into cells with one set of destinations each.
#pragma once

#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Flows of all tiles, by source. Cells with equal destinations are merged into larger rectangles where they form one.
std::vector<Flow> make_flows(const workloads::Program& program, const std::vector<Tile>& tiles, Schedule schedule);

/// Events per image that each flow carries, estimated (work.h).
std::vector<double> estimate_flow_events(const workloads::Program& program, const std::vector<Tile>& tiles,
                                         const std::vector<Flow>& flows, Schedule schedule);

/// Bits that a payload of this stage needs: 1 for a unary fire (its sign), the code range for graded events.
std::int32_t payload_bits(const workloads::Program& program, StageId stage, Schedule schedule);
inline constexpr std::int32_t kPartialSumBits = 24;

/// Of |X| < 2^15 and at most 2^10 channels. Differences of the sum are less than 2^26 in magnitude: 27 bits. Those of
/// the sum of squares are less than 2^40: a low digit of kSquareDigitBits, not negative, and a high one of 21 bits with
/// its sign.
inline constexpr std::int32_t kStatisticsBits = 27;
inline constexpr std::int32_t kSquareDigitBits = 20;
inline constexpr std::int32_t kResidualSumBits = 16;
inline constexpr std::int32_t kPotentialBits = 24;  // of the head, on its way to the host

}  // namespace ranvier::mapper
