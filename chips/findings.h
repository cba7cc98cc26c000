// SPDX-License-Identifier: Apache-2.0
// Collects what is wrong with a file, so that one check shows all of it and a load still throws a typed error.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "chips/errors.h"

namespace ranvier::chips {

class Findings {
 public:
  template <class E>
  void add(E error) {
    std::string text = error.what();
    const FilePlace place = error.place;
    entries_.push_back({std::is_same_v<E, MissingKey>, place.line, place.column, std::move(text),
                        std::make_exception_ptr(std::move(error))});
  }
  bool empty() const { return entries_.empty(); }
  /// One line a finding, in order of their place in the file; missing keys come last, since a misspelt key explains
  /// them.
  std::vector<std::string> lines() const;
  /// Throws the first of lines(), as its own type. Does nothing when there is none.
  void throw_first() const;

 private:
  struct Entry {
    bool missing;
    int line;
    int column;
    std::string text;
    std::exception_ptr error;
  };
  std::vector<Entry> sorted() const;
  std::vector<Entry> entries_;
};

}  // namespace ranvier::chips
