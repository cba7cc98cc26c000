// SPDX-License-Identifier: Apache-2.0
// ranvier dense DEVICE --network NAME|FILE --batch N [--precision fp16|int8]
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "chips/device_schema.h"
#include "cli/common.h"
#include "mapper/layer_work.h"

namespace ranvier::cli {
namespace {

using mapper::DenseCost;
using mapper::Precision;

struct Options {
  Common common;
  std::string device;
  std::string network = "vgg16";
  std::int64_t batch = 1;
  std::string precision = "fp16";
};

struct Row {
  std::string name;
  DenseCost cost;
};

/// A part of the energy and the tag of the number that it is a multiple of.
struct EnergyPart {
  std::string name;
  Energy energy;
  chips::Tag tag;
};

struct Sums {
  DenseCost cost;
  std::vector<EnergyPart> energy;
  double images_per_second = 0;
};

const char* bound_name(mapper::Bound bound) {
  constexpr const char* kNames[] = {"cube", "move", "memory", "vector", "launch"};
  return kNames[static_cast<std::size_t>(bound)];
}

Sums sums_of(const chips::Device& d, const std::vector<Row>& rows, const Options& options) {
  Sums s;
  DenseCost& t = s.cost;
  Energy buffer, shared;
  for (const Row& row : rows) {
    const DenseCost& c = row.cost;
    t.total += c.total;
    t.cube += c.cube;
    t.move += c.move;
    t.memory += c.memory;
    t.vector += c.vector;
    t.launch += c.launch;
    t.multiply_adds += c.multiply_adds;
    t.cube_multiply_adds += c.cube_multiply_adds;
    t.memory_bytes += c.memory_bytes;
    t.compute += c.compute;
    t.vector_energy += c.vector_energy;
    t.memory_energy += c.memory_energy;
    t.static_energy += c.static_energy;
    buffer += d.buffer_byte.value * c.buffer_bytes;
    shared += d.shared_byte.value * c.shared_bytes;
  }
  t.buffer_energy = buffer + shared;
  const auto& multiply_add = options.precision == "fp16" ? d.multiply_add_fp16 : d.multiply_add_int8;
  s.energy = {{"matrix unit", t.compute, multiply_add.origin.tag},
              {"vector unit", t.vector_energy, d.vector_operation.origin.tag},
              {"L1, L0, UB", buffer, d.buffer_byte.origin.tag},
              {"L2", shared, d.shared_byte.origin.tag},
              {"memory", t.memory_energy, d.memory_byte.origin.tag},
              {"static", t.static_energy, d.static_device.origin.tag}};
  s.images_per_second = static_cast<double>(options.batch) / seconds(t.total);
  return s;
}

double assumed_share(const Sums& s) {
  Energy assumed;
  for (const EnergyPart& part : s.energy)
    if (part.tag == chips::Tag::kAssumed || part.tag == chips::Tag::kUnverified) assumed += part.energy;
  const Energy all = s.cost.energy();
  return all.count() == 0 ? 0 : static_cast<double>(assumed.count()) / static_cast<double>(all.count());
}

double microjoules(Energy e) { return nanojoules(e) * 1e-3; }

void print_text(const chips::Device& device, const workloads::LayerTable& table, const std::vector<Row>& rows,
                const Sums& s, const Options& o) {
  fmt::print("{} on {}, batch {}, {}; microseconds of a batch\n", table.name, device.name, o.batch, o.precision);
  fmt::print("{:<32} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}  {:<7} {:>9}\n", "operator", "total", "cube", "move", "memory",
             "vector", "launch", "bound", "memory MB");
  const auto line = [](const std::string& name, const DenseCost& c, const char* bound) {
    fmt::print("{:<32} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>8.1f}  {:<7} {:>9.2f}\n", name,
               microseconds(c.total), microseconds(c.cube), microseconds(c.move), microseconds(c.memory),
               microseconds(c.vector), microseconds(c.launch), bound, static_cast<double>(c.memory_bytes) * 1e-6);
  };
  for (const Row& row : rows) line(row.name, row.cost, bound_name(row.cost.bound));
  line("all", s.cost, "");
  const auto batch = static_cast<double>(o.batch);
  fmt::print("\n{:.1f} images/s, {:.3f} ms a batch; {:.2f} G multiply-adds an image, {:.1f} % of the matrix unit's\n\n",
             s.images_per_second, microseconds(s.cost.total) * 1e-3,
             static_cast<double>(s.cost.multiply_adds) * 1e-9 / batch,
             100 * static_cast<double>(s.cost.multiply_adds) / static_cast<double>(s.cost.cube_multiply_adds));
  fmt::print("{:<24} {:>12} {:>7}  {}\n", "energy", "uJ an image", "share", "tag");
  const double energy = microjoules(s.cost.energy());
  for (const EnergyPart& part : s.energy)
    fmt::print("{:<24} {:>12.1f} {:>5.1f} %  {}\n", part.name, microjoules(part.energy) / batch,
               energy > 0 ? 100 * microjoules(part.energy) / energy : 0, chips::name_of(part.tag));
  fmt::print("{:<24} {:>12.1f}          {:.1f} % on assumed or unverified numbers\n\n", "all", energy / batch,
             100 * assumed_share(s));
  fmt::print("not in these times: a batch of images over the host link, {:.1f} us in 4-byte values\n",
             microseconds(mapper::link_time(device, table.layers.front().input_values() * 4 * o.batch)));
}

void print_json(const chips::Device& device, const workloads::LayerTable& table, const std::vector<Row>& rows,
                const Sums& s, const Options& o) {
  const auto object = [](const std::string& name, const DenseCost& c) {
    return nlohmann::ordered_json{{"name", name},
                                  {"total_fs", c.total.count()},
                                  {"cube_fs", c.cube.count()},
                                  {"move_fs", c.move.count()},
                                  {"memory_fs", c.memory.count()},
                                  {"vector_fs", c.vector.count()},
                                  {"launch_fs", c.launch.count()},
                                  {"multiply_adds", c.multiply_adds},
                                  {"memory_bytes", c.memory_bytes},
                                  {"energy_aj", c.energy().count()}};
  };
  nlohmann::ordered_json operators = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    operators.push_back(object(row.name, row.cost));
    operators.back()["bound"] = bound_name(row.cost.bound);
  }
  nlohmann::ordered_json energy = nlohmann::ordered_json::array();
  for (const EnergyPart& part : s.energy)
    energy.push_back({{"component", part.name}, {"energy_aj", part.energy.count()}, {"tag", chips::name_of(part.tag)}});
  fmt::print("{}\n", nlohmann::ordered_json{{"device", device.name},
                                            {"network", table.name},
                                            {"batch", o.batch},
                                            {"precision", o.precision},
                                            {"images_per_second", s.images_per_second},
                                            {"all", object("all", s.cost)},
                                            {"energy_of_batch", energy},
                                            {"assumed_energy_share", assumed_share(s)},
                                            {"operators", operators}}
                         .dump(2));
}

void cost(const Options& o) {
  const chips::Device device = chips::load_device(o.device);
  const workloads::LayerTable table = workloads::load_layer_table(o.network);
  const Precision precision = o.precision == "fp16" ? Precision::kFp16 : Precision::kInt8;
  std::vector<Row> rows;
  for (const mapper::DenseWork& work : mapper::dense_works_of(table, device, precision))
    rows.push_back({work.name, mapper::dense_cost(device, work, o.batch, precision)});
  const Sums sums = sums_of(device, rows, o);
  if (o.common.json) {
    print_json(device, table, rows, sums, o);
  } else {
    print_text(device, table, rows, sums, o);
  }
}

}  // namespace

void add_dense_verb(CLI::App& app, Context&) {
  auto* verb = app.add_subcommand("dense", "time and energy of a table of layers on a dense device");
  auto options = std::make_shared<Options>();
  verb->add_option("device", options->device, "device or device file, such as ascend-310")->required();
  verb->add_option("--network", options->network, "layer table by name or .csv")->capture_default_str();
  verb->add_option("--batch", options->batch, "images at a time")->capture_default_str()->check(whole_number(1, 65536));
  verb->add_option("--precision", options->precision, "fp16 or int8")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp16", "int8"}));
  add_common(*verb, options->common);
  verb->callback([options] {
    apply_common(options->common);
    cost(*options);
  });
}

}  // namespace ranvier::cli
