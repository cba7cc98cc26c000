// SPDX-License-Identifier: Apache-2.0
// Facts from the build (compile definitions, generated commit) and from the running machine.
#include "report/build_facts.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <array>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ranvier_commit.h"

namespace ranvier::report {
namespace {

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.starts_with("model name")) {
      const std::size_t colon = line.find(": ");
      if (colon != std::string::npos) return line.substr(colon + 2);
    }
  }
  return "unknown";
}

}  // namespace

BuildFacts build_facts() {
  BuildFacts facts;
  facts.version = RANVIER_VERSION;
  facts.commit = kRanvierCommit;
  facts.compiler = RANVIER_COMPILER;
  facts.build_type = RANVIER_BUILD_TYPE;
  facts.libraries = {
      fmt::format("fmt {}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100),
      fmt::format("nlohmann_json {}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                  NLOHMANN_JSON_VERSION_PATCH),
      fmt::format("SQLite {}", sqlite3_libversion()),
  };
  return facts;
}

HostFacts host_facts() {
  HostFacts facts;
  utsname name{};
  if (::uname(&name) == 0) {
    facts.name = name.nodename;
    facts.system = fmt::format("{} {} {}", name.sysname, name.release, name.machine);
  }
  facts.processor = processor_name();
  facts.logical_cores = ::get_nprocs();
  struct sysinfo info {};
  if (::sysinfo(&info) == 0) {
    facts.memory_mib = static_cast<double>(info.totalram) * static_cast<double>(info.mem_unit) / (1024.0 * 1024.0);
  }
  return facts;
}

double peak_rss_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

}  // namespace ranvier::report
