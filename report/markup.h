// SPDX-License-Identifier: Apache-2.0
// HTML text: escaping, tables, foldable parts. Whatever comes from the user or a file goes through escaped().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ranvier::report {

/// For element text and for attribute values in double quotes. Control characters that HTML forbids become '?'.
std::string escaped(std::string_view text);

struct Column {
  std::string title;
  bool number = true;  // right-aligned, digits of equal width
};

/// A table whose first column names the rows.
class HtmlTable {
 public:
  HtmlTable(std::string caption, std::vector<Column> columns);
  void row(const std::vector<std::string>& cells, const std::string& css_class = "");
  std::string text() const;

 private:
  std::string caption_;
  std::vector<Column> columns_;
  std::string body_;
};

/// Closed until clicked; works without scripts and prints its summary line.
std::string folded(const std::string& summary, const std::string& content);

/// `content` as one section of the page with a heading and an anchor.
std::string section(const std::string& id, const std::string& heading, const std::string& content);

/// A figure with its drawing and what one should see in it. `caption` is plain text.
std::string figure(const std::string& drawing, const std::string& caption);

std::string paragraph(const std::string& plain_text);

/// A whole page around `content`. `what` names the kind of page: "run report".
std::string whole_page(const std::string& what, const std::string& heading, const std::string& introduction,
                       const std::string& content);

}  // namespace ranvier::report
