// SPDX-License-Identifier: Apache-2.0
// Mapping files written by hand: tiles and their cores, from which everything else follows.
#pragma once

#include "mapper/mapping_io.h"

namespace ranvier::mapper {

/// Tiles, flows, events, routes, levels and delays of `file`, whose program and board are set. Whether that is legal is
/// for verify() to say. Throws MappingFileError where a stage or range is none of the program's, DoesNotFit where the
/// routes overflow a table.
void complete_sketch(MappingFile& file);

}  // namespace ranvier::mapper
