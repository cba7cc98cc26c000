// SPDX-License-Identifier: Apache-2.0
// HTML text.
#include "report/markup.h"

#include <fmt/format.h>

#include "report/html_style.h"

namespace ranvier::report {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool forbidden = (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7F;
        out += forbidden ? '?' : c;
      }
    }
  }
  return out;
}

HtmlTable::HtmlTable(std::string caption, std::vector<Column> columns)
    : caption_(std::move(caption)), columns_(std::move(columns)) {}

void HtmlTable::row(const std::vector<std::string>& cells, const std::string& css_class) {
  body_ += css_class.empty() ? "<tr>" : fmt::format("<tr class=\"{}\">", css_class);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const char* align = columns_[i].number ? " class=\"n\"" : "";
    body_ += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", align, escaped(cells[i]))
                    : fmt::format("<td{}>{}</td>", align, escaped(cells[i]));
  }
  body_ += "</tr>\n";
}

std::string HtmlTable::text() const {
  std::string head;
  for (const Column& column : columns_) {
    head += fmt::format("<th scope=\"col\"{}>{}</th>", column.number ? " class=\"n\"" : "", escaped(column.title));
  }
  return fmt::format(
      "<div "
      "class=\"scroll\"><table><caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
      escaped(caption_), head, body_);
}

std::string folded(const std::string& summary, const std::string& content) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escaped(summary), content);
}

std::string section(const std::string& id, const std::string& heading, const std::string& content) {
  return fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n{2}</section>\n", id,
                     escaped(heading), content);
}

std::string figure(const std::string& drawing, const std::string& caption) {
  return fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", drawing, escaped(caption));
}

std::string paragraph(const std::string& plain_text) { return fmt::format("<p>{}</p>\n", escaped(plain_text)); }

std::string whole_page(const std::string& what, const std::string& heading, const std::string& introduction,
                       const std::string& content) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // Nothing may be fetched and no script may run: the page cannot depend on either.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  page += fmt::format("<title>{} - Ranvier {}</title>\n<style>\n{}</style>\n</head>\n<body>\n", escaped(heading),
                      escaped(what), kStyle);
  page += fmt::format("<header>\n<p class=\"kicker\">Ranvier {}</p>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n<main>\n",
                      escaped(what), escaped(heading), escaped(introduction));
  return page + content + "</main>\n</body>\n</html>\n";
}

}  // namespace ranvier::report
