// SPDX-License-Identifier: Apache-2.0
// Target text: NAME, NAME:CxR, PATH, PATH:CxR. A name has no slash and no .yaml ending.
#include "chips/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/data_folder.h"
#include "base/nearest_name.h"
#include "chips/errors.h"
#include "chips/schema.h"

namespace ranvier::chips {
namespace {

bool looks_like_path(const std::string& text) {
  return text.find('/') != std::string::npos || text.ends_with(".yaml") || text.ends_with(".yml");
}

std::filesystem::path bundled_file(const std::string& name) {
  if (name.empty() || name.find_first_of(std::string("/\0", 2)) != std::string::npos) return {};
  return find_data(std::filesystem::path("chips") / (name + ".yaml"));
}

struct Grid {
  std::int32_t columns = 1;
  std::int32_t rows = 1;
};

Grid parse_grid(const std::string& target, const std::string& text) {
  const std::size_t cross = text.find('x');
  const auto side = [&](const std::string& digits) {
    if (digits.empty() || digits.size() > 6 ||
        !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      throw BadGrid(target, text, "is not two whole numbers");
    }
    const int value = std::stoi(digits);
    if (value < 1 || value > limits::kSide)
      throw BadGrid(target, text, fmt::format("has a side outside 1 to {}", limits::kSide));
    return value;
  };
  if (cross == std::string::npos) throw BadGrid(target, text, "has no 'x'");
  return {side(text.substr(0, cross)), side(text.substr(cross + 1))};
}

std::filesystem::path find_target(const std::string& target, const std::string& name) {
  if (looks_like_path(name)) {
    return name;
  }
  const std::filesystem::path bundled = bundled_file(name);
  if (!bundled.empty()) return bundled;
  const std::vector<std::string> known = bundled_targets();
  throw UnknownTarget(target, nearest_name(name, known), known);
}

}  // namespace

std::vector<std::string> bundled_targets() {
  std::set<std::string> names;
  for (const auto& folder : data_folders()) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "chips", ignored)) {
      if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

ChipFinder chip_finder(const std::filesystem::path& folder) {
  return [folder](const std::string& name) -> std::filesystem::path {
    if (!looks_like_path(name)) return bundled_file(name);
    return std::filesystem::path(name).is_absolute() ? std::filesystem::path(name) : folder / name;
  };
}

Board load_target(const std::string& target) {
  std::error_code ignored;
  std::string name = target;
  std::optional<Grid> grid;
  if (!(looks_like_path(target) && std::filesystem::is_regular_file(target, ignored))) {
    if (const std::size_t plus = target.rfind('+'); plus != std::string::npos) {
      throw UnsupportedDevice(target, target.substr(plus + 1));
    }
    if (const std::size_t colon = target.rfind(':'); colon != std::string::npos) {
      name = target.substr(0, colon);
      grid = parse_grid(target, target.substr(colon + 1));
    }
  }
  Board board = load_target_file(find_target(target, name));
  if (!grid) return board;
  const std::string text = target.substr(target.rfind(':') + 1);
  if (board.chips() != 1) throw BadGrid(target, text, fmt::format("multiplies '{}', which is a board already", name));
  if (std::int64_t{grid->columns} * board.chip.noc.width > limits::kSide ||
      std::int64_t{grid->rows} * board.chip.noc.height > limits::kSide) {
    throw BadGrid(target, text, fmt::format("makes a mesh of more than {} routers a side", limits::kSide));
  }
  board.columns = grid->columns;
  board.rows = grid->rows;
  board.name = fmt::format("{}:{}x{}", board.name, grid->columns, grid->rows);
  return board;
}

}  // namespace ranvier::chips
