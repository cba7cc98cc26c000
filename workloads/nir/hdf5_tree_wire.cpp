// SPDX-License-Identifier: Apache-2.0
// Groups with their attributes, data sets and groups; every map as its pairs.
#include "workloads/nir/hdf5_tree_wire.h"

#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

constexpr int kMostDepth = 128;  // twice what is read
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 48;
enum class Reply : std::uint8_t { kTree, kUnreadable, kUnsupported, kTooLarge };

void put_value(WireWriter& wire, const Hdf5Value& value) {
  wire.put(value.type.kind);
  wire.put(value.type.bytes);
  wire.put<std::uint8_t>(value.type.big_endian ? 1 : 0);
  wire.put(value.type.padding);
  wire.put<std::uint8_t>(value.type.utf8 ? 1 : 0);
  wire.put<std::uint8_t>(value.null ? 1 : 0);
  wire.put_list(value.shape);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value.values)) {
    wire.put<std::uint64_t>(texts->size());
    for (const std::string& text : *texts) wire.put_text(text);
  } else if (const auto* reals = std::get_if<std::vector<double>>(&value.values)) {
    wire.put_list(*reals);
  } else if (const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value.values)) {
    wire.put_list(*wholes);
  } else {
    wire.put_list(std::get<std::vector<std::uint64_t>>(value.values));
  }
}

/// As many as the shape says.
std::uint64_t count_of(const Hdf5Value& value) {
  if (value.null) return 0;
  std::uint64_t count = 1;
  for (const std::int64_t extent : value.shape) {
    if (extent < 0 || (extent > 0 && count > kMostElements / static_cast<std::uint64_t>(extent))) throw Hdf5ChildDied();
    count *= static_cast<std::uint64_t>(extent);
  }
  return count;
}

Hdf5Value get_value(WireReader& wire) {
  Hdf5Value value;
  value.type.kind = wire.get<Hdf5Type::Class>();
  value.type.bytes = wire.get<std::uint32_t>();
  value.type.big_endian = wire.get<std::uint8_t>() != 0;
  value.type.padding = wire.get<Hdf5Type::Padding>();
  value.type.utf8 = wire.get<std::uint8_t>() != 0;
  value.null = wire.get<std::uint8_t>() != 0;
  value.shape = wire.get_list<std::int64_t>();
  switch (value.type.kind) {
    case Hdf5Type::Class::kFloat:
      value.values = wire.get_list<double>();
      break;
    case Hdf5Type::Class::kSigned:
    case Hdf5Type::Class::kBoolean:
      value.values = wire.get_list<std::int64_t>();
      break;
    case Hdf5Type::Class::kUnsigned:
      value.values = wire.get_list<std::uint64_t>();
      break;
    case Hdf5Type::Class::kString: {
      std::vector<std::string> texts(wire.get_count());
      for (std::string& text : texts) text = wire.get_text();
      value.values = std::move(texts);
      break;
    }
    default:
      throw Hdf5ChildDied();
  }
  if (value.count() != count_of(value)) throw Hdf5ChildDied();
  return value;
}

void put_attributes(WireWriter& wire, const std::map<std::string, Hdf5Value>& attributes) {
  wire.put<std::uint64_t>(attributes.size());
  for (const auto& [name, value] : attributes) {
    wire.put_text(name);
    put_value(wire, value);
  }
}

std::map<std::string, Hdf5Value> get_attributes(WireReader& wire) {
  std::map<std::string, Hdf5Value> attributes;
  for (auto left = wire.get_count(); left > 0; --left) {
    std::string name = wire.get_text();
    attributes.emplace(std::move(name), get_value(wire));
  }
  return attributes;
}

Hdf5Group get_group(WireReader& wire, int depth) {
  if (depth > kMostDepth) throw Hdf5ChildDied();
  Hdf5Group group;
  group.name = wire.get_text();
  group.attributes = get_attributes(wire);
  for (auto left = wire.get_count(); left > 0; --left) {
    std::string name = wire.get_text();
    Hdf5Dataset set{get_value(wire), get_attributes(wire)};
    group.datasets.emplace(std::move(name), std::move(set));
  }
  for (auto left = wire.get_count(); left > 0; --left) group.groups.push_back(get_group(wire, depth + 1));
  return group;
}

}  // namespace

void put_tree(WireWriter& wire, const Hdf5Group& group) {
  wire.put_text(group.name);
  put_attributes(wire, group.attributes);
  wire.put<std::uint64_t>(group.datasets.size());
  for (const auto& [name, set] : group.datasets) {
    wire.put_text(name);
    put_value(wire, set.value);
    put_attributes(wire, set.attributes);
  }
  wire.put<std::uint64_t>(group.groups.size());
  for (const Hdf5Group& below : group.groups) put_tree(wire, below);
}

Hdf5Group get_tree(WireReader& wire) { return get_group(wire, 0); }

std::vector<std::uint8_t> tree_or_refusal(const std::function<Hdf5Group()>& read) {
  WireWriter wire;
  const auto refuse = [&](Reply reply, const NirError& e, const std::string& detail) {
    wire.put(reply);
    for (const std::string& text : {e.file, e.place, detail}) wire.put_text(text);
  };
  try {
    const Hdf5Group tree = read();
    wire.put(Reply::kTree);
    put_tree(wire, tree);
  } catch (const Hdf5Unreadable& e) {
    refuse(Reply::kUnreadable, e, e.detail);
  } catch (const Hdf5Unsupported& e) {
    refuse(Reply::kUnsupported, e, e.what_it_is);
  } catch (const Hdf5TooLarge& e) {
    refuse(Reply::kTooLarge, e, e.quantity);
    wire.put(e.got);
    wire.put(e.most);
  }
  return wire.take();
}

Hdf5Group get_tree_or_refusal(std::span<const std::uint8_t> bytes) {
  WireReader wire(bytes);
  const auto reply = wire.get<Reply>();
  if (reply == Reply::kTree) return get_tree(wire);
  const std::string file = wire.get_text(), place = wire.get_text(), detail = wire.get_text();
  if (reply == Reply::kUnreadable) throw Hdf5Unreadable(file, place, detail);
  if (reply == Reply::kUnsupported) throw Hdf5Unsupported(file, place, detail);
  const auto got = wire.get<std::uint64_t>(), most = wire.get<std::uint64_t>();
  throw Hdf5TooLarge(file, place, detail, got, most);
}

}  // namespace ranvier::workloads
