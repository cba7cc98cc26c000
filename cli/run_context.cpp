// SPDX-License-Identifier: Apache-2.0
// resume.json. Energies are exact integers of up to 128 bits, so they are written as text.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/job.h"
#include "cli/unfinished_run.h"

namespace ranvier::cli {
namespace {

using Json = nlohmann::ordered_json;

Json measured_json(Duration latency, Energy energy) {
  return {{"latency_fs", latency.count()}, {"energy_aj", fmt::format("{}", energy.exact())}};
}

Energy energy_of(const std::string& digits, const std::string& file) {
  constexpr std::size_t kMostDigits = 38;  // of 128 bits, all of them free
  Wide value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9' || digits.size() > kMostDigits)
      throw RunFolderUnreadable(file, "energy_aj: '" + digits + "' is no energy");
    value = value * 10 + (c - '0');
  }
  return Energy::of(value);
}

}  // namespace

std::string run_context_to_json(const RunContext& c) {
  Json alternatives = Json::array();
  for (const mapper::Alternative& a : c.alternatives) {
    Json j = measured_json(a.latency, a.energy);
    j["name"] = a.name;
    j["fits"] = a.fits;
    j["reason"] = a.reason;
    j["engines"] = Json::array();
    for (const mapper::Engine e : a.engines) j["engines"].push_back(static_cast<int>(e));
    if (a.measured) j["measured"] = measured_json(a.measured->latency, a.measured->energy);
    alternatives.push_back(std::move(j));
  }
  Json resumed = Json::array();
  for (const sim::CheckpointPlace& p : c.resumed_at) resumed.push_back({{"image", p.image}, {"step", p.step}});
  return Json{{"argv", c.argv},
              {"remap", c.remap},
              {"force", c.force},
              {"alternatives", std::move(alternatives)},
              {"resumed_at", std::move(resumed)}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

RunContext run_context_from_json(const std::string& text, const std::string& file) {
  RunContext c;
  try {
    const auto j = nlohmann::json::parse(text);
    j.at("argv").get_to(c.argv);
    j.at("remap").get_to(c.remap);
    j.at("force").get_to(c.force);
    for (const auto& from : j.at("alternatives")) {
      mapper::Alternative a;
      from.at("name").get_to(a.name);
      from.at("fits").get_to(a.fits);
      from.at("reason").get_to(a.reason);
      for (const auto& e : from.at("engines")) {
        const int engine = e.get<int>();
        if (engine < 0 || engine > static_cast<int>(mapper::Engine::kOffload))
          throw RunFolderUnreadable(file, "unknown engine");
        a.engines.push_back(static_cast<mapper::Engine>(engine));
      }
      a.latency = Duration(from.at("latency_fs").get<std::int64_t>());
      a.energy = energy_of(from.at("energy_aj").get<std::string>(), file);
      if (from.contains("measured")) {
        const auto& m = from["measured"];
        a.measured = mapper::Measured{Duration(m.at("latency_fs").get<std::int64_t>()),
                                      energy_of(m.at("energy_aj").get<std::string>(), file)};
      }
      c.alternatives.push_back(std::move(a));
    }
    for (const auto& p : j.at("resumed_at"))
      c.resumed_at.push_back({p.at("image").get<std::int32_t>(), p.at("step").get<std::int32_t>()});
  } catch (const nlohmann::json::exception& e) {
    throw RunFolderUnreadable(file, e.what());
  }
  return c;
}

}  // namespace ranvier::cli
