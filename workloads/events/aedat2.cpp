// SPDX-License-Identifier: Apache-2.0
// AEDAT 2.0: pairs of a 32-bit address and 32 bits of microseconds, big-endian. What address bits mean is the camera's:
// DVS128:  15 external event, 14-8 y, 7-1 x, 0 polarity.
// DAVIS:   31 sample of the frame or the inertial sensor, 30-22 y, 21-12 x, 11 polarity, 10 external event.
#include "workloads/events/aedat.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kEventBytes = 8;

struct Layout {
  std::uint32_t never;  // bits that no address has
  std::uint32_t other;  // bits of what is no polarity event
  int x_shift, y_shift, polarity_shift;
  std::uint32_t x_mask, y_mask;
};
constexpr Layout kDvs128{0xffff0000, 0x8000, 1, 8, 0, 0x7f, 0x7f};
constexpr Layout kDavis{0, 0x80000400, 12, 22, 11, 0x3ff, 0x1ff};

}  // namespace

Recording parse_aedat2(const AedatHeader& header, ByteCursor data, const RecordingOptions& options) {
  const std::string named = options.camera.empty() ? header.value("AEChip") : options.camera;
  const Camera* camera = find_camera(named);
  if (camera == nullptr) throw UnknownCamera(header.file, named, camera_names());
  const Layout& layout = std::string_view(camera->name) == "dvs128" ? kDvs128 : kDavis;

  Recording recording;
  recording.file = header.file;
  recording.width = camera->width;
  recording.height = camera->height;
  recording.events.reserve(data.left() / kEventBytes);
  std::uint32_t last = 0;
  std::int64_t now = 0;
  bool first = true;
  while (data.left() > 0) {
    const std::uint32_t address = data.big_u32("an address");
    const std::uint32_t time = data.big_u32("a time");
    // 32 bits run over after 71 minutes; the difference of two neighbours does not.
    now = first ? time : now + static_cast<std::int32_t>(time - last);
    last = time;
    first = false;
    if ((address & layout.never) != 0) {
      data.fail(fmt::format("before here: address {:#010x} is none of a {}; set input.camera", address, camera->name));
    }
    if ((address & layout.other) != 0) continue;
    recording.events.push_back({static_cast<std::int32_t>(address >> layout.x_shift & layout.x_mask),
                                static_cast<std::int32_t>(address >> layout.y_shift & layout.y_mask),
                                static_cast<std::int32_t>(address >> layout.polarity_shift & 1), now});
  }
  return recording;
}

}  // namespace ranvier::workloads
