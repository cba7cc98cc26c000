// SPDX-License-Identifier: Apache-2.0
#include "report/vcd_file.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <stdexcept>

namespace ranvier::report {
namespace {

/// Printable characters, '!' to '~', as digits.
std::string identifier(std::size_t number) {
  constexpr std::size_t kDigits = '~' - '!' + 1;
  std::string code;
  do {
    code += static_cast<char>('!' + number % kDigits);
    number /= kDigits;
  } while (number > 0);
  return code;
}

std::vector<std::string> parts_of(const std::string& scope) {
  std::vector<std::string> parts(1);
  for (const char c : scope) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// "$end" within a comment would end it.
std::string as_comment(std::string text) {
  for (char& c : text) {
    if (c == '$' || static_cast<unsigned char>(c) < ' ') c = '?';
  }
  return text;
}

}  // namespace

std::size_t VcdFile::declare(const std::string& scope, const std::string& name, int bits) {
  codes_.push_back(identifier(signals_.size()));
  signals_.push_back({scope, name, bits});
  return signals_.size() - 1;
}

void VcdFile::start(const sim::ProbeSpec& spec, Duration period) {
  write_header(spec, period);
  std::string& out = file_.buffer();
  out += "$enddefinitions $end\n#0\n$dumpvars\n";
  cycle_ = 0;
  for (std::size_t s = 0; s < signals_.size(); ++s) {
    out += signals_[s].bits == 1 ? "x" : "bx ";
    out += codes_[s] + "\n";
  }
  out += "$end\n";
}

void VcdFile::write_header(const sim::ProbeSpec& spec, Duration period) {
  static constexpr std::array<const char*, 6> kUnits{"fs", "ps", "ns", "us", "ms", "s"};
  units_per_cycle_ = period.count();
  std::size_t zeros = 0;
  for (; units_per_cycle_ % 10 == 0 && zeros + 1 < 3 * kUnits.size(); ++zeros) units_per_cycle_ /= 10;
  std::string& out = file_.buffer();
  fmt::format_to(std::back_inserter(out), "$version ranvier $end\n$comment probe {} $end\n", as_comment(spec.text));
  fmt::format_to(std::back_inserter(out), "$comment {} time units a clock cycle, cycle 0 at time 0 $end\n",
                 units_per_cycle_);
  fmt::format_to(std::back_inserter(out), "$timescale {} {} $end\n",
                 zeros % 3 == 0   ? 1
                 : zeros % 3 == 1 ? 10
                                  : 100,
                 kUnits[zeros / 3]);
  std::vector<std::string> open;
  const auto close_to = [&](std::size_t depth) {
    for (; open.size() > depth; open.pop_back()) out += "$upscope $end\n";
  };
  for (std::size_t s = 0; s < signals_.size(); ++s) {
    const std::vector<std::string> scope = parts_of(signals_[s].scope);
    std::size_t same = 0;
    while (same < open.size() && same < scope.size() && open[same] == scope[same]) ++same;
    close_to(same);
    for (std::size_t i = same; i < scope.size(); ++i) {
      fmt::format_to(std::back_inserter(out), "$scope module {} $end\n", scope[i]);
      open.push_back(scope[i]);
    }
    const int bits = signals_[s].bits;
    fmt::format_to(std::back_inserter(out), "$var wire {} {} {}{} $end\n", bits, codes_[s], signals_[s].name,
                   bits == 1 ? "" : fmt::format(" [{}:0]", bits - 1));
  }
  close_to(0);
}

void VcdFile::at(std::int64_t cycle) {
  if (cycle == cycle_) return;
  if (cycle < cycle_) throw std::logic_error("a waveform's values must come in order of time");
  cycle_ = cycle;
  fmt::format_to(std::back_inserter(file_.buffer()), "#{}\n", cycle * units_per_cycle_);
}

void VcdFile::set(std::int64_t cycle, std::size_t signal, std::int64_t value) {
  at(cycle);
  std::string& out = file_.buffer();
  if (unknown_) {
    // The standard wants all values here; those not set in this cycle stay unknown.
    out += "$dumpon\n$end\n";
    unknown_ = false;
  }
  if (signals_[signal].bits == 1) {
    out += value != 0 ? '1' : '0';
  } else {
    fmt::format_to(std::back_inserter(out), "b{:b} ", static_cast<std::uint64_t>(value));
  }
  out += codes_[signal];
  out += '\n';
  ++changes_;
  file_.write_if_full();
}

void VcdFile::set_all_unknown(std::int64_t cycle) {
  at(cycle);
  std::string& out = file_.buffer();
  out += "$dumpoff\n";
  for (std::size_t s = 0; s < signals_.size(); ++s) {
    out += signals_[s].bits == 1 ? "x" : "bx ";
    out += codes_[s] + "\n";
  }
  out += "$end\n";
  unknown_ = true;
}

void VcdFile::finish(std::int64_t cycle) {
  if (cycle > cycle_) at(cycle);
  file_.keep();
}

}  // namespace ranvier::report
