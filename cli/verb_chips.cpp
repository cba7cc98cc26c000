// SPDX-License-Identifier: Apache-2.0
// ranvier chips list | show TARGET | check FILE | compare WORKLOAD (verb_compare.cpp)
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "chips/device_loader.h"
#include "chips/loader.h"
#include "chips/writer.h"
#include "cli/compare.h"

namespace ranvier::cli {
namespace {

void list(const Common& common) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::string& name : chips::bundled_targets()) {
    const chips::Board b = chips::load_target(name);
    if (common.json)
      rows.push_back({{"name", name},
                      {"chips", b.chips()},
                      {"cores", b.cores()},
                      {"mesh_width", b.width()},
                      {"mesh_height", b.height()},
                      {"clock_khz", b.chip.clock_khz.value},
                      {"rtl_module", b.chip.rtl_module},
                      {"description", b.chip.description}});
    else
      fmt::print("{:<20} {:>3} chip{} {:>5} cores  {}\n", name, b.chips(), b.chips() == 1 ? " " : "s", b.cores(),
                 b.chip.description);
  }
  nlohmann::ordered_json devices = nlohmann::ordered_json::array();
  for (const std::string& name : chips::bundled_devices()) {
    const chips::Device d = chips::load_device(name);
    if (common.json)
      devices.push_back(
          {{"name", name}, {"cores", d.cores.value}, {"clock_khz", d.clock_khz.value}, {"description", d.description}});
    else
      fmt::print("{:<20} device   {:>5} cores  {}\n", "+" + name, d.cores.value, d.description);
  }
  if (common.json) fmt::print("{}\n", nlohmann::ordered_json{{"targets", rows}, {"devices", devices}}.dump(2));
}

/// A device alone is no target, but has numbers to show.
std::string shown(const std::string& target) {
  std::error_code ignored;
  const auto devices = chips::bundled_devices();
  const bool file = std::filesystem::is_regular_file(target, ignored);
  if (std::find(devices.begin(), devices.end(), target) != devices.end() ||
      (file && chips::is_device_text(read_file(target))))
    return chips::resolved_yaml(chips::load_device(target));
  return chips::resolved_yaml(chips::load_target(target));
}

ExitCode check(const std::string& path) {
  const auto lines = chips::check_target_file(path);
  for (const std::string& line : lines) fmt::print("{}\n", line);
  if (lines.empty()) fmt::print("{}: good\n", path);
  return lines.empty() ? ExitCode::kOk : ExitCode::kBadInput;
}

}  // namespace

void add_chips_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("chips", "chip and board files");
  verb->require_subcommand(1);
  auto common = std::make_shared<Common>();
  auto target = std::make_shared<std::string>();

  auto* listing = verb->add_subcommand("list", "the targets that come with Ranvier");
  add_common(*listing, *common);
  listing->callback([common] { list(*common); });

  auto* show = verb->add_subcommand("show", "every number of a target with unit, tag and source, as YAML");
  show->add_option("target", *target, "chip, grid of chips, device, or file")->required();
  show->callback([target] { fmt::print("{}", shown(*target)); });

  auto* checking = verb->add_subcommand("check", "what is wrong with a chip or board file, a line a finding");
  checking->add_option("file", *target, "chip, board or device file")->required();
  checking->callback([target, &context] { context.exit_code = check(*target); });

  add_compare_verb(*verb, context);
}

}  // namespace ranvier::cli
