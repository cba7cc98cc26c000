// SPDX-License-Identifier: Apache-2.0
// Shapes along a NIR graph. What a file writes down (input_shape, Output's shape) is checked, never needed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_network.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // that nir_count() tells apart
constexpr std::int64_t kMostOfUnit = std::int64_t{1} << 24;    // that a node takes or gives
constexpr std::int64_t kMostExtent = std::int64_t{1} << 24;

/// Shapes of one meaning: extents of 1 do not tell them apart.
NirShape essence(const NirShape& shape) {
  NirShape kept;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept), [](std::int64_t extent) { return extent != 1; });
  return kept;
}

std::int64_t pick(const std::vector<std::int64_t>& values, std::size_t axis) {
  return values[values.size() == 1 ? 0 : axis];
}

class Inference {
 public:
  Inference(const NirNetwork& network, NirUnit& unit) : network_(network), unit_(unit), node_(*unit.node) {}

  void run() {
    const std::string& type = node_.type;
    if (type == "Input" || type == "Output") {
      boundary();
    } else if (type == "Affine" || type == "Linear") {
      matrix();
    } else if (type == "Conv1d" || type == "Conv2d" || type == "SumPool2d" || type == "AvgPool2d") {
      window();
    } else if (type == "Flatten") {
      flatten();
    } else if (type.starts_with("ranvier.")) {
      refuse(fmt::format("a {} has no meaning over time; read this file as a canonical graph", type));
    } else {
      element_wise();
    }
    if (nir_count(unit_.out_shape) > kMostOfUnit || nir_count(unit_.in_shape) > kMostOfUnit)
      refuse(fmt::format("{} elements, at most {} are taken", nir_shape_text(unit_.out_shape), kMostOfUnit));
  }

 private:
  [[noreturn]] void refuse(const std::string& detail) const {
    throw NirShapeMismatch(network_.file, unit_.path, detail);
  }

  void demand_input() const {
    if (unit_.in_shape.empty()) refuse("no edge leads here and no parameter tells its shape; connect it");
  }

  void boundary() {
    const NirShape written = node_.integers("shape");
    if (unit_.in_shape.empty()) {
      unit_.in_shape = written;
    } else if (essence(written) != essence(unit_.in_shape)) {
      refuse(fmt::format("its shape is {}, but {} arrives; correct `shape`", nir_shape_text(written),
                         nir_shape_text(unit_.in_shape)));
    }
    unit_.out_shape = unit_.in_shape;
  }

  void matrix() {
    NirShape weight = node_.shape_of("weight");
    const std::int64_t in = weight.back();
    weight.pop_back();
    NirShape takes = weight;
    takes.back() = in;
    if (unit_.in_shape.empty()) unit_.in_shape = takes;
    if (essence(unit_.in_shape) != essence(takes)) {
      refuse(fmt::format("weight {} takes {}, but {} arrives; put a Flatten before it or correct the weight",
                         nir_shape_text(node_.shape_of("weight")), nir_shape_text(takes),
                         nir_shape_text(unit_.in_shape)));
    }
    unit_.out_shape = weight;
    if (!node_.has("bias")) return;
    const auto& bias = node_.shape_of("bias");
    if (essence(bias) != essence(weight))
      refuse(fmt::format("bias {} for outputs {}; one a output", nir_shape_text(bias), nir_shape_text(weight)));
  }

  void window() {
    if (unit_.in_shape.empty() && node_.has("input_shape") && node_.has("weight")) {
      const auto& weight = node_.shape_of("weight");
      unit_.in_shape = node_.integers("input_shape");
      const bool fits = weight[1] <= kMostExtent && node_.integers("groups")[0] <= kMostExtent;
      unit_.in_shape.insert(unit_.in_shape.begin(), fits ? weight[1] * node_.integers("groups")[0] : kMostExtent + 1);
    }
    demand_input();
    const NirWindow w = nir_window(node_, unit_.in_shape, network_.file, unit_.path);
    unit_.out_shape = {w.out_channels, w.out[0], w.out[1]};
    if (node_.type == "Conv1d") unit_.out_shape = {w.out_channels, w.out[1]};
  }

  void flatten() {
    if (unit_.in_shape.empty() && node_.has("input_type")) unit_.in_shape = node_.integers("input_type");
    demand_input();
    if (node_.has("input_type") && essence(node_.integers("input_type")) != essence(unit_.in_shape)) {
      refuse(fmt::format("input_type is {}, but {} arrives", nir_shape_text(node_.integers("input_type")),
                         nir_shape_text(unit_.in_shape)));
    }
    const auto rank = static_cast<std::int64_t>(unit_.in_shape.size());
    const auto dimension = [&](const char* name) {
      const std::int64_t given = node_.integers(name)[0];
      const std::int64_t at = given < 0 ? given + rank : given;
      if (at < 0 || at >= rank) refuse(fmt::format("{} {} of {} dimensions", name, given, rank));
      return at;
    };
    const std::int64_t first = dimension("start_dim");
    const std::int64_t last = dimension("end_dim");
    if (first > last) refuse(fmt::format("start_dim {} lies behind end_dim {}", first, last));
    const auto begin = unit_.in_shape.begin();
    unit_.out_shape.assign(begin, begin + first);
    unit_.out_shape.push_back(nir_count({begin + first, begin + last + 1}));
    unit_.out_shape.insert(unit_.out_shape.end(), begin + last + 1, unit_.in_shape.end());
  }

  /// Neurons, Scale, Threshold, Delay: parameters of one value, or one a element.
  void element_wise() {
    for (const auto& [name, dataset] : node_.storage.datasets) {
      if (name == "type" || dataset.value.null || dataset.value.count() == 1) continue;
      if (unit_.in_shape.empty()) unit_.in_shape = dataset.value.shape;
      if (essence(dataset.value.shape) != essence(unit_.in_shape)) {
        refuse(fmt::format("{} {} for {} elements; one value, or one a element", name,
                           nir_shape_text(dataset.value.shape), nir_shape_text(unit_.in_shape)));
      }
    }
    if (unit_.in_shape.empty() && !node_.storage.datasets.empty()) unit_.in_shape = {1};
    unit_.out_shape = unit_.in_shape;
  }

  const NirNetwork& network_;
  NirUnit& unit_;
  const NirNode& node_;
};

std::int64_t window_extent(const NirWindow& w, int axis, const std::string& file, const std::string& place) {
  const std::int64_t reach = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
  const std::int64_t room = w.in[axis] + w.before[axis] + w.after[axis] - reach;
  if (room < 0) {
    throw NirShapeMismatch(file, place,
                           fmt::format("a window of {} over {} with padding; make it fit", reach,
                                       w.in[axis] + w.before[axis] + w.after[axis]));
  }
  return room / w.stride[axis] + 1;
}

void set_padding(NirWindow& w, const NirNode& node, std::size_t first, const std::string& file,
                 const std::string& place) {
  const auto& stored = node.storage.datasets.at("padding").value;
  const bool word = stored.type.kind == Hdf5Type::Class::kString;
  const bool same = word && node.texts("padding")[0] == "same";
  for (std::size_t axis = first; axis < 2; ++axis) {
    if (!word) w.before[axis] = w.after[axis] = pick(node.integers("padding"), axis - first);
    if (!same) continue;
    if (w.stride[axis] != 1)
      throw NirShapeMismatch(file, place, fmt::format("padding \"same\" with stride {}; it needs 1", w.stride[axis]));
    const std::int64_t total = w.dilation[axis] * (w.kernel[axis] - 1);
    w.before[axis] = total / 2;  // the odd one goes behind, as in torch
    w.after[axis] = total - total / 2;
  }
}

}  // namespace

NirWindow nir_window(const NirNode& node, const NirShape& in_shape, const std::string& file, const std::string& place) {
  const bool line = node.type == "Conv1d";
  const bool pool = !node.has("weight");
  if (in_shape.size() != (line ? 2U : 3U)) {
    throw NirShapeMismatch(
        file, place,
        fmt::format("takes {}, but {} arrives", line ? "[channels, length]" : "[channels, height, width]",
                    nir_shape_text(in_shape)));
  }
  NirWindow w;
  const std::size_t first = line ? 1 : 0;  // the axis that the parameters start with
  w.in_channels = in_shape[0];
  for (std::size_t axis = first; axis < 2; ++axis) {
    w.in[axis] = in_shape[axis + (line ? 0 : 1)];
    w.stride[axis] = pick(node.integers("stride"), axis - first);
    if (!pool) w.dilation[axis] = pick(node.integers("dilation"), axis - first);
    w.kernel[axis] =
        pool ? pick(node.integers("kernel_size"), axis - first) : node.shape_of("weight")[axis + (line ? 1 : 2)];
    for (const std::int64_t size : {w.in[axis], w.stride[axis], w.dilation[axis], w.kernel[axis]}) {
      if (size > kMostExtent) throw NirShapeMismatch(file, place, fmt::format("{} is more than {}", size, kMostExtent));
    }
  }
  set_padding(w, node, first, file, place);
  for (std::size_t axis = first; axis < 2; ++axis) {
    if (w.before[axis] > kMostExtent || w.dilation[axis] * w.kernel[axis] > kMostExtent)
      throw NirShapeMismatch(file, place, fmt::format("padding or window of more than {}", kMostExtent));
  }
  if (pool) {
    w.out_channels = w.groups = w.in_channels;
  } else {
    const auto& weight = node.shape_of("weight");
    w.out_channels = weight[0];
    w.groups = node.integers("groups")[0];
    if (w.groups > w.in_channels || w.in_channels % w.groups != 0 || w.out_channels % w.groups != 0 ||
        weight[1] != w.in_channels / w.groups) {
      throw NirShapeMismatch(file, place,
                             fmt::format("weight {} with {} groups over {} channels; it needs {} inputs a group",
                                         nir_shape_text(weight), w.groups, w.in_channels,
                                         w.in_channels / std::max<std::int64_t>(1, std::min(w.groups, w.in_channels))));
    }
    if (nir_count(node.shape_of("bias")) != w.out_channels)
      throw NirShapeMismatch(
          file, place,
          fmt::format("bias {} for {} channels; one a channel", nir_shape_text(node.shape_of("bias")), w.out_channels));
    if (node.has("input_shape")) {
      const auto written = node.integers("input_shape");
      for (std::size_t axis = first; axis < 2; ++axis) {
        if (pick(written, axis - first) != w.in[axis])
          throw NirShapeMismatch(file, place,
                                 fmt::format("input_shape is {}, but {} arrives; correct or remove it",
                                             nir_shape_text(written), nir_shape_text(in_shape)));
      }
    }
  }
  for (int axis = 0; axis < 2; ++axis) w.out[axis] = window_extent(w, axis, file, place);
  return w;
}

void infer_nir_shapes(NirNetwork& network) {
  for (NirUnit& unit : network.units) {
    std::string first;
    for (const NirSource& source : unit.from) {
      if (source.closes_cycle) continue;
      const NirUnit& from = network.units[source.unit];
      if (unit.in_shape.empty()) {
        unit.in_shape = from.out_shape;
        first = from.path;
      } else if (essence(unit.in_shape) != essence(from.out_shape)) {
        throw NirShapeMismatch(
            network.file, unit.path,
            fmt::format("{} from '{}' and {} from '{}' cannot be added", nir_shape_text(unit.in_shape), first,
                        nir_shape_text(from.out_shape), from.path));
      }
    }
    Inference(network, unit).run();
  }
  for (const NirUnit& unit : network.units) {
    for (const NirSource& source : unit.from) {
      const NirUnit& from = network.units[source.unit];
      if (source.closes_cycle && essence(from.out_shape) != essence(unit.in_shape)) {
        throw NirShapeMismatch(network.file, unit.path,
                               fmt::format("takes {}, but {} comes back from '{}'", nir_shape_text(unit.in_shape),
                                           nir_shape_text(from.out_shape), from.path));
      }
    }
  }
}

std::string nir_shape_text(const NirShape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::int64_t nir_count(const NirShape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent > kMostElements || count > kMostElements) return kMostElements + 1;
    count *= extent;
  }
  return count;
}

}  // namespace ranvier::workloads
