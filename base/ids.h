// SPDX-License-Identifier: Apache-2.0
// Strong identifiers: an index into one kind of thing that cannot be mistaken for an index into another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>

namespace ranvier {

template <class Tag>
class Id {
 public:
  using value_type = std::uint32_t;
  static constexpr value_type kNone = std::numeric_limits<value_type>::max();

  constexpr Id() = default;
  constexpr explicit Id(std::size_t value) : value_(static_cast<value_type>(value)) {}
  constexpr value_type value() const { return value_; }
  constexpr bool valid() const { return value_ != kNone; }
  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  value_type value_ = kNone;
};

using StageId = Id<struct StageTag>;    // operator of the network, in topological order
using TileId = Id<struct TileTag>;      // slice of a stage, the unit that the mapper moves
using CoreId = Id<struct CoreTag>;      // core of a board: y * width + x over the whole router grid
using ChipId = Id<struct ChipTag>;      // chip of a board: y * columns + x
using LinkId = Id<struct LinkTag>;      // directed link between two neighbouring routers
using NeuronId = Id<struct NeuronTag>;  // output channel of a stage; the token is told apart
using TokenId = Id<struct TokenTag>;    // position that shares the weights of its stage

}  // namespace ranvier

template <class Tag>
struct std::hash<ranvier::Id<Tag>> {
  std::size_t operator()(ranvier::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value()); }
};
