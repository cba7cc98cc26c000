// SPDX-License-Identifier: Apache-2.0
// A mapping file given to a verb: the network with its numbers (--set) and the board that it names.
#pragma once

#include <functional>
#include <string>

#include "chips/chip.h"
#include "mapper/mapping_io.h"

namespace ranvier::cli {

/// `given`, or where that is empty and the workload has numbers to set, those of the file.
std::string settings_for(const mapper::MappingFile& file, const std::string& workload, const std::string& given);

/// Calls `load`. Throws MappingFileError where `workload`, the name in the file, is none that can be loaded.
void load_workload_of(const mapper::MappingFile& file, const std::string& workload, const std::function<void()>& load);

/// That the file names. Throws MappingFileError where there is none of that name.
chips::Board board_of(const mapper::MappingFile& file);

/// mapper::program_for() and mapper::attach(). Throws UsageError in place of MappingMismatch where the program differs
/// because the numbers in `set` do.
void attach_mapping(mapper::MappingFile& file, workloads::Program& program, const chips::Board& board,
                    const std::string& set);

}  // namespace ranvier::cli
