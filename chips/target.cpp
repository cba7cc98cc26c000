// SPDX-License-Identifier: Apache-2.0
// Target text: NAME, NAME:CxR, PATH, PATH:CxR, each with +DEVICE. A name has no slash and no .yaml ending.
#include "chips/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/data_folder.h"
#include "base/file.h"
#include "base/nearest_name.h"
#include "chips/device_loader.h"
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

bool is_device_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && is_device_text(read_file(path));
}

Device find_device(const std::string& target, const std::string& name) {
  const std::filesystem::path path = looks_like_path(name) ? std::filesystem::path(name) : bundled_file(name);
  if (path.empty()) {
    const std::vector<std::string> known = bundled_devices();
    throw UnknownTarget(name, nearest_name(name, known), known);
  }
  if (std::filesystem::exists(path) && !is_device_file(path)) throw DeviceMisplaced(target, name, false);
  return load_device_file(path);
}

Board board_of(const std::string& target, const std::string& name) {
  const std::filesystem::path path = find_target(target, name);
  if (is_device_file(path)) throw DeviceMisplaced(target, name, true);
  return load_target_file(path);
}

struct Parts {
  std::string name;  // of a chip or board, or a path
  std::optional<Grid> grid;
  std::string grid_text;
  std::optional<std::string> device;
};

/// A ':' or '+' in the path of a file that is there is part of its name.
Parts parts_of(const std::string& target) {
  const auto is_file = [](const std::string& path) {
    std::error_code ignored;
    return looks_like_path(path) && std::filesystem::is_regular_file(path, ignored);
  };
  Parts parts{target, {}, {}, {}};
  if (const std::size_t plus = target.rfind('+'); plus != std::string::npos && !is_file(target)) {
    parts.device = target.substr(plus + 1);
    parts.name.resize(plus);
  }
  if (const std::size_t colon = parts.name.rfind(':'); colon != std::string::npos && !is_file(parts.name)) {
    parts.grid_text = parts.name.substr(colon + 1);
    parts.grid = parse_grid(target, parts.grid_text);
    parts.name.resize(colon);
  }
  return parts;
}

void set_grid(const std::string& target, const Parts& parts, Board& board) {
  const auto refuse = [&](const std::string& reason) { throw BadGrid(target, parts.grid_text, reason); };
  if (board.chips() != 1) refuse(fmt::format("multiplies '{}', which is a board already", parts.name));
  if (std::int64_t{parts.grid->columns} * board.chip.noc.width > limits::kSide ||
      std::int64_t{parts.grid->rows} * board.chip.noc.height > limits::kSide) {
    refuse(fmt::format("makes a mesh of more than {} routers a side", limits::kSide));
  }
  board.columns = parts.grid->columns;
  board.rows = parts.grid->rows;
  board.name += fmt::format(":{}x{}", board.columns, board.rows);
}

}  // namespace

std::vector<std::string> bundled_targets() {
  std::set<std::string> names;
  for (const auto& folder : data_folders()) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "chips", ignored)) {
      if (entry.path().extension() == ".yaml" && !is_device_file(entry.path()))
        names.insert(entry.path().stem().string());
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
  const Parts parts = parts_of(target);
  Board board = board_of(target, parts.name);
  if (parts.grid) set_grid(target, parts, board);
  if (!parts.device) return board;
  board.device = find_device(target, *parts.device);
  board.name += "+" + board.device->name;
  return board;
}

}  // namespace ranvier::chips
