// SPDX-License-Identifier: Apache-2.0
// SVG elements as text.
#include "report/svg.h"

#include <fmt/format.h>

#include <cmath>

#include "report/markup.h"

namespace ranvier::report {

std::string coordinate(double value) {
  const double tenths = std::round(value * 10);
  std::string text = fmt::format("{:.1f}", tenths == 0 ? 0.0 : tenths / 10);  // never "-0"
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

Svg::Svg(std::string id, double width, double height, std::string title, std::string description)
    : id_(std::move(id)),
      title_(std::move(title)),
      description_(std::move(description)),
      width_(width),
      height_(height) {}

void Svg::close(const char* element, const std::string& tooltip) {
  body_ += tooltip.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", escaped(tooltip), element);
}

void Svg::rect(double x, double y, double width, double height, const std::string& fill, const std::string& tooltip,
               const std::string& stroke, double stroke_width) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"", coordinate(x), coordinate(y),
                       coordinate(width), coordinate(height), fill);
  if (!stroke.empty()) {
    body_ += fmt::format(" stroke=\"{}\" stroke-width=\"{}\"", stroke, coordinate(stroke_width));
  }
  close("rect", tooltip);
}

void Svg::line(double x1, double y1, double x2, double y2, const std::string& stroke, double width,
               const std::string& dashes) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"",
                       coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2), stroke, coordinate(width));
  if (!dashes.empty()) body_ += fmt::format(" stroke-dasharray=\"{}\"", dashes);
  close("line", "");
}

void Svg::polygon(const std::vector<std::pair<double, double>>& points, const std::string& fill,
                  const std::string& tooltip) {
  body_ += "<polygon points=\"";
  for (std::size_t i = 0; i < points.size(); ++i) {
    body_ += fmt::format("{}{},{}", i == 0 ? "" : " ", coordinate(points[i].first), coordinate(points[i].second));
  }
  body_ += fmt::format("\" fill=\"{}\"", fill);
  close("polygon", tooltip);
}

void Svg::circle(double x, double y, double radius, const std::string& fill, const std::string& stroke,
                 const std::string& tooltip) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"2\"",
                       coordinate(x), coordinate(y), coordinate(radius), fill, stroke);
  close("circle", tooltip);
}

void Svg::text(double x, double y, const std::string& text, Anchor anchor, const std::string& css_class) {
  body_ += fmt::format("<text x=\"{}\" y=\"{}\"", coordinate(x), coordinate(y));
  if (anchor != Anchor::kStart) {
    body_ += fmt::format(" text-anchor=\"{}\"", anchor == Anchor::kMiddle ? "middle" : "end");
  }
  if (!css_class.empty()) body_ += fmt::format(" class=\"{}\"", css_class);
  body_ += fmt::format(">{}</text>\n", escaped(text));
}

void Svg::vertical_text(double x, double y, const std::string& text) {
  body_ += fmt::format("<text transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                       coordinate(x), coordinate(y), escaped(text));
}

std::string Svg::str() const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{0}-t {0}-d\" viewBox=\"0 0 {1} {2}\" "
      "width=\"{1}\" height=\"{2}\">\n<title id=\"{0}-t\">{3}</title>\n<desc id=\"{0}-d\">{4}</desc>\n{5}</svg>\n",
      id_, coordinate(width_), coordinate(height_), escaped(title_), escaped(description_), body_);
}

}  // namespace ranvier::report
