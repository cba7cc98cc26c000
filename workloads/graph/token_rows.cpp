// SPDX-License-Identifier: Apache-2.0
// Linear maps of tokens, and how those of the input cut it into patches or steps.
#include <algorithm>
#include <cmath>

#include "workloads/graph/token_reader.h"

namespace ranvier::workloads {
namespace {

/// The input as an image: extent along a side and planes, and where an element lies; side 0 where it is none.
struct ImageShape {
  std::int32_t side = 0;
  std::int32_t colours = 1;
  bool planes_last = false;
  struct Place {
    std::int32_t colour, y, x;
  };
  Place place(std::int32_t element) const {
    if (planes_last) return {element % colours, element / colours / side, element / colours % side};
    return {element / (side * side), element / side % side, element % side};
  }
};

ImageShape image_shape(const Extents& shape) {
  constexpr std::int64_t kMostColours = 16;
  const auto extent = [&](std::size_t i) { return static_cast<std::int32_t>(shape[i]); };
  if (shape.size() == 4 && shape[1] <= kMostColours && shape[2] == shape[3]) return {extent(2), extent(1), false};
  if (shape.size() == 4 && shape[3] <= kMostColours && shape[1] == shape[2]) return {extent(1), extent(3), true};
  if (shape.size() == 3 && shape[1] == shape[2]) return {extent(1), 1, false};
  return {};
}

/// What each row holds: a token and, the same for all rows, a channel by column. Each token is there once.
class Rows {
 public:
  Rows(std::size_t rows, std::size_t columns) : token_(rows, -1), channel_(columns, -1) {}
  /// False where it contradicts what is known.
  bool set(std::size_t row, std::size_t column, std::int64_t token, std::int64_t channel) {
    const auto same = [](std::int32_t& known, std::int64_t now) {
      if (known < 0) known = static_cast<std::int32_t>(now);
      return known == now;
    };
    return same(token_[row], token) && same(channel_[column], channel);
  }
  bool each_once() const {
    const auto once = [](std::vector<std::int32_t> all) {
      std::sort(all.begin(), all.end());
      return std::adjacent_find(all.begin(), all.end()) == all.end();
    };
    return once(token_) && once(channel_);
  }
  const std::vector<std::int32_t>& token() const { return token_; }
  const std::vector<std::int32_t>& channel() const { return channel_; }

 private:
  std::vector<std::int32_t> token_, channel_;
};

/// place(element) gives {token, channel}.
template <class Place>
bool fill(Rows& rows, const ElementIndex& elements, std::size_t columns, const Place& place) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto [token, channel] = place(elements[i]);
    if (!rows.set(i / columns, i % columns, token, channel)) return false;
  }
  return rows.each_once();
}

bool fill_image(Rows& rows, const ImageShape& image, const ElementIndex& elements, std::size_t columns,
                std::int32_t& patch) {
  if (image.side == 0 || columns % static_cast<std::size_t>(image.colours) != 0) return false;
  patch = static_cast<std::int32_t>(std::lround(std::sqrt(columns / static_cast<std::size_t>(image.colours))));
  if (patch < 1 || image.side % patch != 0 ||
      static_cast<std::size_t>(image.colours) * static_cast<std::size_t>(patch) * static_cast<std::size_t>(patch) !=
          columns)
    return false;
  return fill(rows, elements, columns, [&](std::int32_t element) {
    const ImageShape::Place at = image.place(element);
    return std::pair(at.y / patch * (image.side / patch) + at.x / patch,
                     (at.colour * patch + at.y % patch) * patch + at.x % patch);
  });
}

bool fill_sequence(Rows& rows, const ElementIndex& elements, std::size_t columns, bool transposed) {
  const auto features = static_cast<std::int32_t>(columns),
             steps = static_cast<std::int32_t>(elements.size() / columns);
  return fill(rows, elements, columns, [&](std::int32_t element) {
    return transposed ? std::pair(element % steps, element / steps) : std::pair(element / features, element % features);
  });
}

}  // namespace

std::vector<std::int32_t> TokenReader::read_rows(std::size_t value, const ElementIndex& elements, std::size_t columns,
                                                 std::int32_t out) {
  const TokenValue from = result_.values[value];
  if (from.op == TokenOp::kInput) return read_patches(value, elements, columns, out);
  Rows rows(elements.size() / columns, columns);
  const bool whole =
      columns == static_cast<std::size_t>(from.channels) && fill(rows, elements, columns, [&](std::int32_t element) {
        return std::pair(element / from.channels, element % from.channels);
      });
  if (!whole) differs("a linear map over parts of several tokens", "one over the channels of each token");
  add_value(TokenOp::kLinear, {value}, from.tokens, out).columns = rows.channel();
  return rows.token();
}

std::vector<std::int32_t> TokenReader::read_patches(std::size_t value, const ElementIndex& elements,
                                                    std::size_t columns, std::int32_t out) {
  const TokenValue from = result_.values[value];
  const Extents& shape = graph_.node(graph_.inputs[0]).shape;
  if (elements.size() != static_cast<std::size_t>(from.channels))
    differs("an embedding of part of the input, or of overlapping parts", "patches that cut an image without overlap");
  const ImageShape image = image_shape(shape);
  const std::size_t count = elements.size() / columns;
  std::int32_t patch = 0;
  bool is_image = false;
  Rows rows(count, columns);
  const auto as_image = [&] {
    return is_image = fill_image(rows = Rows(count, columns), image, elements, columns, patch);
  };
  const auto as_steps = [&](bool transposed) {
    return fill_sequence(rows = Rows(count, columns), elements, columns, transposed);
  };
  const bool image_first = shape.size() == 4 && image.side > 0;
  if (!((image_first && as_image()) || as_steps(false) || as_image() || as_steps(true)))
    differs("an embedding of parts that are neither square patches nor steps of a sequence",
            "a convolution or a linear map over patches");

  TokenValue& patches = add_value(TokenOp::kPatches, {value}, static_cast<std::int32_t>(count), out);
  patches.columns = rows.channel();
  if (is_image) patches.image = image.side, patches.colours = image.colours, patches.patch = patch;
  patches.elements.resize(elements.size());
  patches.element_gain.assign(columns, 0), patches.element_shift.assign(columns, 0);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto channel = static_cast<std::size_t>(rows.channel()[i % columns]);
    const auto element = static_cast<std::size_t>(elements[i]);
    patches.elements[static_cast<std::size_t>(rows.token()[i / columns]) * columns + channel] = elements[i];
    if (i < columns) {
      patches.element_gain[channel] = from.element_gain[element];
      patches.element_shift[channel] = from.element_shift[element];
    } else if (patches.element_gain[channel] != from.element_gain[element] ||
               patches.element_shift[channel] != from.element_shift[element]) {
      differs("an input scaled differently from patch to patch", "one scale a colour or feature");
    }
  }
  return rows.token();
}

TokenView TokenReader::read_linear(const GraphNode& node) {
  const TokenView x = operand(node, 0);
  const auto out = static_cast<std::int32_t>(node.bias.size());
  const std::vector<std::int32_t> tokens = read_rows(x.value, *x.index, node.weight.size() / node.bias.size(), out);
  ElementIndex index;
  for (const std::int32_t token : tokens)
    for (std::int32_t o = 0; o < out; ++o) index.push_back(token * out + o);
  return newest(std::move(index));
}

TokenView TokenReader::read_convolution(const GraphNode& node) {
  const TokenView x = operand(node, 0);
  const Extents& in = graph_.node(node.inputs[0]).shape;
  const Window& w = node.window;
  const std::int64_t width = in.back(), height = in.size() == 4 ? in[2] : 1;
  bool cuts = w.groups == 1;
  for (const int axis : {0, 1})
    cuts = cuts && w.kernel[axis] == w.stride[axis] && (w.dilation[axis] == 1 || w.kernel[axis] == 1);
  for (const std::int64_t padding : w.padding) cuts = cuts && padding == 0;
  if (!cuts)
    differs("a convolution whose windows overlap, leave gaps, are padded or grouped",
            "one that cuts its input into patches, stride equal to kernel");
  const std::int64_t rows = height / w.kernel[0], columns = width / w.kernel[1];
  ElementIndex elements;
  for (std::int64_t oy = 0; oy < rows; ++oy)
    for (std::int64_t ox = 0; ox < columns; ++ox)
      for (std::int64_t c = 0; c < in[1]; ++c)
        for (std::int64_t y = oy * w.kernel[0]; y < (oy + 1) * w.kernel[0]; ++y)
          for (std::int64_t x_at = ox * w.kernel[1]; x_at < (ox + 1) * w.kernel[1]; ++x_at)
            elements.push_back((*x.index)[static_cast<std::size_t>((c * height + y) * width + x_at)]);
  const auto out = static_cast<std::int32_t>(node.bias.size());
  const std::vector<std::int32_t> tokens =
      read_rows(x.value, elements, static_cast<std::size_t>(in[1] * w.kernel[0] * w.kernel[1]), out);
  ElementIndex index;
  for (std::int32_t o = 0; o < out; ++o)
    for (const std::int32_t token : tokens) index.push_back(token * out + o);
  return newest(std::move(index));
}

}  // namespace ranvier::workloads
