// SPDX-License-Identifier: Apache-2.0
#include "report/remap_verdict.h"

#include <cmath>

#include <fmt/format.h>

namespace ranvier::report {

namespace {

std::string images_text(double images) {
  return std::isfinite(images) ? fmt::format("{:.0f} images", std::ceil(images)) : "never";
}

}  // namespace

std::string verdict_line(const sim::RemapVerdict& v) {
  if (v.migration.moved_tiles == 0 && v.migration.table_entries == 0)
    return "nothing to gain was found; the start is kept";
  std::string text =
      fmt::format("{}: time {:+.2f} %", v.kept ? "kept" : "too small a gain, the start is kept", -100 * v.time_gain);
  if (v.time_gain_error > 0) text += fmt::format(" (standard error {:.2f})", 100 * v.time_gain_error);
  text +=
      fmt::format(", energy {:+.2f} % on {} image{}; migration: {} tiles, {} B, {} table entries, {:.3g} uJ, {:.3g} us",
                  -100 * v.energy_gain, v.judged_images, v.judged_images == 1 ? "" : "s", v.migration.moved_tiles,
                  v.migration.bytes.count(), v.migration.table_entries, nanojoules(v.migration.energy) / 1000,
                  microseconds(v.migration.time));
  text += fmt::format("; breaks even: energy {}, time {}", images_text(v.break_even_images_energy),
                      images_text(v.break_even_images_time));
  return text;
}

}  // namespace ranvier::report
