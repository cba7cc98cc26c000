// SPDX-License-Identifier: Apache-2.0
// Bytes as a mapping file of a small network. The first byte says how the chip sends events; the digest of the program
// is put right first. What is read and attached is verified, and comes back the same from the text that it makes.
#include "mapper/mapping_io.h"
#include "tests/fuzz/feed.h"
#include "tests/mapper/fixtures.h"

namespace ranvier::fuzz {

namespace {

using namespace ranvier::mapper;

MappingFile attached(const std::string& text, const workloads::Program& program, const chips::Board& board,
                     workloads::Program& as_mapped) {
  MappingFile file = mapping_from_json(text, "mapping.json");
  as_mapped = program_for(file, program);
  file.program_digest = program_digest(as_mapped);
  attach(file, as_mapped, board);
  return file;
}

}  // namespace

bool feed_mapping(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return false;
  static const workloads::Program program = mapper::testing::attention_program(2, 8, 1);
  chips::Board board = mapper::testing::toy_board(3, 3);
  constexpr chips::Multicast kWays[] = {chips::Multicast::kRelay, chips::Multicast::kUnicast, chips::Multicast::kTree};
  board.chip.noc.multicast = kWays[bytes[0] % 3];
  const std::string text(bytes.begin() + 1, bytes.end());
  return read_or_refused([&] {
    workloads::Program first, second;
    const MappingFile file = attached(text, program, board, first);
    if (!verify(file.problem, file.mapping).empty()) return;
    const std::string made = mapping_to_json(file.problem, file.mapping, file.target);
    const MappingFile again = attached(made, program, board, second);
    if (!verify(again.problem, again.mapping).empty()) throw std::logic_error("comes back illegal");
    if (mapping_to_json(again.problem, again.mapping, again.target) != made)
      throw std::logic_error("comes back as another mapping");
  });
}

}  // namespace ranvier::fuzz
