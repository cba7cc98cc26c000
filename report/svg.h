// SPDX-License-Identifier: Apache-2.0
// A small writer of inline SVG drawings: accessible (title, description), hover texts without scripts, all text
// escaped.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ranvier::report {

enum class Anchor { kStart, kMiddle, kEnd };

class Svg {
 public:
  /// `id` is unique on the page; `title` and `description` are what a screen reader says.
  Svg(std::string id, double width, double height, std::string title, std::string description);

  /// `tooltip`, where given, shows on hover.
  void rect(double x, double y, double width, double height, const std::string& fill, const std::string& tooltip = "",
            const std::string& stroke = "", double stroke_width = 1);
  void line(double x1, double y1, double x2, double y2, const std::string& stroke, double width = 1,
            const std::string& dashes = "");
  void polygon(const std::vector<std::pair<double, double>>& points, const std::string& fill,
               const std::string& tooltip = "");
  void circle(double x, double y, double radius, const std::string& fill, const std::string& stroke,
              const std::string& tooltip = "");
  /// `css_class` is one of the page's: "small", "strong", "faint".
  void text(double x, double y, const std::string& text, Anchor anchor = Anchor::kStart,
            const std::string& css_class = "");
  /// Text that reads upwards, centred on (x, y).
  void vertical_text(double x, double y, const std::string& text);

  std::string str() const;

 private:
  void close(const char* element, const std::string& tooltip);

  std::string id_, title_, description_, body_;
  double width_, height_;
};

/// Shortest text of a coordinate, a tenth of a pixel fine.
std::string coordinate(double value);

}  // namespace ranvier::report
