// SPDX-License-Identifier: Apache-2.0
// The mapping file (docs/reference/mapping-file.md): problem and mapping as one JSON object.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/mapping.h"
#include "mapper/repeaters.h"

namespace ranvier::mapper {

/// Units of a stage in the order of the mapping: their numbers in the network as given.
struct UnitOrder {
  std::string stage;
  std::vector<std::int32_t> units;
};

/// A tile of a sketch: what is left out is the whole range.
struct SketchTile {
  std::string stage;
  std::optional<Range> outputs, inputs, tokens;
  TokenMode mode = TokenMode::kShared;
  Engine engine = Engine::kSpiking;
  TileId partial_of;  // numbered as in the mapping: the host's tile is 0
  bool statistics = false;
  CoreId core;
};

/// What a mapping file holds. `problem.program` is null and `problem.board` empty until attach().
struct MappingFile {
  std::string file;
  std::string program_name;
  std::string program_digest;  // SHA-256 of the integer program
  std::string settings;        // that the program was made with, KEY=VALUE,...; empty: none, or not known
  std::string target;          // what chips::load_target takes
  std::string chip_name;
  std::vector<Repeater> repeaters;  // that the program was given
  std::vector<UnitOrder> orders;    // in which its units were put
  bool sketch = false;              // written by hand: tiles and cores only; attach() works out the rest
  std::vector<SketchTile> sketch_tiles;
  MappingProblem problem;
  Mapping mapping;
};

/// SHA-256 over every integer of the program.
std::string program_digest(const workloads::Program& program);

std::string mapping_to_json(const MappingProblem& problem, const Mapping& mapping, const std::string& target,
                            const std::string& settings = "");

/// Throws MappingFileError with the JSON place. `file` is for messages.
MappingFile mapping_from_json(std::string_view text, const std::string& file);

/// The program with the file's repeaters and its units in the file's order: what attach() takes. Throws MappingMismatch
/// where it has not those stages or units.
workloads::Program program_for(const MappingFile& file, const workloads::Program& program);

/// Throws MappingFileError at /schedule where the file's is none for a network over time, or one on images.
void check_schedule(const MappingFile& file, bool over_time);

/// Sets program and board. Throws MappingMismatch when they are not those that the file was made for. Of a sketch also
/// flows, routes, levels and demands (mapping_sketch.cpp); throws MappingFileError where its tiles are none of the
/// program's.
void attach(MappingFile& file, const workloads::Program& program, const chips::Board& board);

}  // namespace ranvier::mapper
