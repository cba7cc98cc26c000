// SPDX-License-Identifier: Apache-2.0
// A netlist of gates, flip-flops of one clock and memories, read from BLIF as yosys writes it, and simulated cycle by
// cycle from zeroed registers. A word of 64 bits holds a net in 64 copies of the netlist at once: copy 0 is the netlist
// as it is; each of the others may have one gate inverted, so that the same run also tells how well it is tested.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gates {

constexpr int kCopies = 64;
constexpr uint64_t kAll = ~uint64_t{0};

class Netlist {
 public:
  // `clock` is the one net that may clock flip-flops and memories.
  Netlist(const std::string& path, const std::string& clock) : clock_(clock) {
    read(path);
    order();
  }

  const std::vector<std::string>& inputs() const { return input_names_; }
  const std::vector<std::string>& outputs() const { return output_names_; }
  std::size_t gates() const { return ops_.size(); }
  std::size_t flip_flops() const { return flops_.size(); }
  std::size_t memories() const { return memories_.size(); }

  // One bit of a port in all copies; the inputs' order is that of inputs().
  void set(std::size_t input, bool bit) { value_[inputs_[input]] = bit ? kAll : 0; }
  uint64_t get(std::size_t output) const { return value_[outputs_[output]]; }

  // Inverts in each copy but copy 0 one gate, another one in each while there are enough.
  void invert_one_gate_a_copy(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<uint64_t> flips(ops_.size(), 0);
    const int copies = ops_.size() < kCopies - 1 ? static_cast<int>(ops_.size()) + 1 : kCopies;
    for (int copy = 1; copy < copies;) {
      uint64_t& flip = flips[random() % ops_.size()];
      if (flip == 0) flip = uint64_t{1} << copy++;
    }
    inverted_ = copies - 1;
    runs_.clear();
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      if (runs_.empty() || runs_.back().flip != 0 || flips[i] != 0 || ops_[i].kind != ops_[i - 1].kind)
        runs_.push_back({i, i, flips[i]});
      runs_.back().end = i + 1;
    }
  }
  int inverted() const { return inverted_; }

  // From inputs and state to all nets.
  void evaluate() {
    for (const Run& run : runs_) {
      const Op* const first = ops_.data() + run.begin;
      const Op* const last = ops_.data() + run.end;
      uint64_t* const v = value_.data();
      switch (first->kind) {
        case Kind::And:
          for (const Op* o = first; o != last; ++o) v[o->y] = v[o->a] & v[o->b];
          break;
        case Kind::Or:
          for (const Op* o = first; o != last; ++o) v[o->y] = v[o->a] | v[o->b];
          break;
        case Kind::Xor:
          for (const Op* o = first; o != last; ++o) v[o->y] = v[o->a] ^ v[o->b];
          break;
        case Kind::Not:
          for (const Op* o = first; o != last; ++o) v[o->y] = ~v[o->a];
          break;
      }
      v[first->y] ^= run.flip;
    }
  }

  // The rising edge, after evaluate().
  void clock() {
    for (std::size_t i = 0; i < flops_.size(); ++i) next_[i] = value_[flops_[i].d];
    for (Memory& m : memories_) m.sample(value_);
    for (std::size_t i = 0; i < flops_.size(); ++i) value_[flops_[i].q] = next_[i];
    for (Memory& m : memories_) m.show(value_);
  }

 private:
  enum class Kind : uint8_t { And, Or, Xor, Not };
  struct Op {
    Kind kind;
    uint32_t a, b, y;
  };
  struct Run {  // of gates of one kind; the first is inverted in the copies of `flip`
    std::size_t begin, end;
    uint64_t flip;
  };
  struct Flop {
    uint32_t d, q;
  };

  // rv_sram_1r1w. Bits are stored as nets are, 64 copies in a word, since the copies may read and write different
  // addresses.
  struct Memory {
    uint32_t read, write;
    std::vector<uint32_t> read_addr, write_addr, read_data, write_data;
    std::vector<uint64_t> words{}, shown{};

    // The pins have to be as many as the parameters say.
    void check(const std::string& parameter, std::size_t value) {
      if (parameter == "Width" && value != read_data.size())
        fail("a memory of " + std::to_string(value) + " bits with " + std::to_string(read_data.size()) + " pins");
      if (parameter != "Depth") return;
      if (value != std::size_t{1} << read_addr.size() || write_addr.size() != read_addr.size())
        fail("a memory of " + std::to_string(value) + " words, not what its address pins reach");
      words.assign(value * read_data.size(), 0);
    }
    void sample(const std::vector<uint64_t>& v) {
      if (v[read] != 0)
        access(v, v[read], read_addr, [&](std::size_t word, uint64_t copies) {
          for (std::size_t i = 0; i < shown.size(); ++i) shown[i] = (shown[i] & ~copies) | (words[word + i] & copies);
        });
      if (v[write] != 0)
        access(v, v[write], write_addr, [&](std::size_t word, uint64_t copies) {
          for (std::size_t i = 0; i < shown.size(); ++i)
            words[word + i] = (words[word + i] & ~copies) | (v[write_data[i]] & copies);
        });
    }
    void show(std::vector<uint64_t>& v) const {
      for (std::size_t i = 0; i < shown.size(); ++i) v[read_data[i]] = shown[i];
    }
    // Calls `visit` once for each address that copies of `copies` access, with those that do.
    template <class Visit>
    void access(const std::vector<uint64_t>& v, uint64_t copies, const std::vector<uint32_t>& addr, Visit visit) const {
      while (copies != 0) {
        const int copy = __builtin_ctzll(copies);
        uint64_t same = copies;
        std::size_t at = 0;
        for (std::size_t i = 0; i < addr.size(); ++i) {
          const bool bit = v[addr[i]] >> copy & 1;
          at |= std::size_t{bit} << i;
          same &= bit ? v[addr[i]] : ~v[addr[i]];
        }
        visit(at * shown.size(), same);
        copies &= ~same;
      }
    }
  };

  uint32_t net(const std::string& name) {
    const auto [at, fresh] = nets_.try_emplace(name, static_cast<uint32_t>(nets_.size()));
    return at->second;
  }
  std::string name_of(uint32_t n) const {
    const auto at = std::find_if(nets_.begin(), nets_.end(), [n](const auto& net) { return net.second == n; });
    return at->first;
  }
  [[noreturn]] static void fail(const std::string& what) { throw std::runtime_error("netlist: " + what); }

  // .inputs, .outputs, .subckt with .param, and .names as constants and buffers, of the first .model.
  void read(const std::string& path) {
    std::ifstream in(path);
    if (!in) fail("cannot read " + path);
    zero_ = net("$false");
    one_ = net("$true");
    undefined_ = net("$undef");  // 0, as Verilator is told
    std::string line;
    std::vector<std::string> words;
    Memory* memory = nullptr;
    while (std::getline(in, line) && line != ".end") {
      std::istringstream text(line);
      words.clear();
      for (std::string word; text >> word;) words.push_back(word);
      if (words.empty() || words[0][0] != '.') continue;  // the 1 of a constant, the 1 1 of a buffer
      if (words[0] == ".inputs") {
        input_names_.assign(words.begin() + 1, words.end());
      } else if (words[0] == ".outputs") {
        output_names_.assign(words.begin() + 1, words.end());
      } else if (words[0] == ".names" && words.size() == 3) {
        buffers_.emplace_back(net(words[2]), net(words[1]));
      } else if (words[0] == ".subckt") {
        memory = add(words);
      } else if (words[0] == ".param" && memory != nullptr && words.size() == 3) {
        memory->check(words[1], std::stoul(words[2], nullptr, 2));
      } else if (words[0] != ".model" && !(words[0] == ".names" && words.size() == 2)) {
        fail("does not know '" + line.substr(0, 80) + "'");
      }
    }
    for (const std::string& name : input_names_) inputs_.push_back(net(name));
    for (const std::string& name : output_names_) outputs_.push_back(net(name));
  }

  Memory* add(const std::vector<std::string>& words) {
    std::unordered_map<std::string, uint32_t> pin;
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::size_t at = words[i].find('=');
      pin[words[i].substr(0, at)] = net(words[i].substr(at + 1));
    }
    const auto need = [&](const std::string& name) {
      const auto at = pin.find(name);
      if (at == pin.end()) fail(words[1] + " without pin " + name);
      return at->second;
    };
    const auto vector = [&](const std::string& name) {
      std::vector<uint32_t> bits;
      if (pin.count(name) != 0) bits.push_back(pin[name]);
      while (pin.count(name + "[" + std::to_string(bits.size()) + "]") != 0)
        bits.push_back(pin[name + "[" + std::to_string(bits.size()) + "]"]);
      return bits;
    };
    const std::string& type = words[1];
    if (type == "$_AND_" || type == "$_OR_" || type == "$_XOR_") {
      const Kind kind = type == "$_AND_" ? Kind::And : type == "$_OR_" ? Kind::Or : Kind::Xor;
      ops_.push_back({kind, need("A"), need("B"), need("Y")});
    } else if (type == "$_NOT_") {
      ops_.push_back({Kind::Not, need("A"), need("A"), need("Y")});
    } else if (type == "$_DFF_P_") {
      flops_.push_back({need("D"), need("Q")});
      clocks_.push_back(need("C"));
    } else if (type == "rv_sram_1r1w") {
      clocks_.push_back(need("clk_i"));
      memories_.push_back({need("read_i"), need("write_i"), vector("read_addr_i"), vector("write_addr_i"),
                           vector("read_data_o"), vector("write_data_i")});
      Memory& m = memories_.back();
      if (m.read_data.empty() || m.read_data.size() != m.write_data.size()) fail("a memory without data pins");
      m.shown.assign(m.read_data.size(), 0);
      return &m;
    } else {
      fail("does not know a cell " + type);
    }
    return nullptr;
  }

  // Buffers become their source; gates that reach nothing go; the rest in order, gates of one kind together where they
  // can be.
  void order() {
    std::vector<uint32_t> source(nets_.size());
    for (uint32_t i = 0; i < source.size(); ++i) source[i] = i;
    for (const auto& [to, from] : buffers_) source[to] = from;
    const auto root = [&](uint32_t& n) {
      while (source[n] != n) n = source[n];
    };
    for (Op& o : ops_) root(o.a), root(o.b);
    for (Flop& f : flops_) root(f.d);
    for (uint32_t& n : outputs_) root(n);
    for (uint32_t& n : clocks_) root(n);
    for (Memory& m : memories_) {
      root(m.read), root(m.write);
      for (std::vector<uint32_t>* pins : {&m.read_addr, &m.write_addr, &m.write_data})
        for (uint32_t& n : *pins) root(n);
      if (m.words.empty()) fail("a memory without parameter Depth");
    }
    for (const uint32_t n : clocks_)
      if (n != net(clock_)) fail("a flip-flop or memory that is not clocked by " + clock_);

    // Level of a net: 0 of inputs, constants and state, one more than its gate's inputs otherwise.
    constexpr int kUnknown = -1, kOpen = -2;
    std::vector<int> level(nets_.size(), kUnknown), gate(nets_.size(), kUnknown);
    for (std::size_t i = 0; i < ops_.size(); ++i) gate[ops_[i].y] = static_cast<int>(i);
    level[zero_] = level[one_] = level[undefined_] = 0;
    for (const uint32_t n : inputs_) level[n] = 0;
    for (const Flop& f : flops_) level[f.q] = 0;
    for (const Memory& m : memories_)
      for (const uint32_t n : m.read_data) level[n] = 0;
    std::vector<uint32_t> open = outputs_;
    for (const Flop& f : flops_) open.push_back(f.d);
    for (const Memory& m : memories_) {
      open.insert(open.end(), {m.read, m.write});
      for (const std::vector<uint32_t>* pins : {&m.read_addr, &m.write_addr, &m.write_data})
        open.insert(open.end(), pins->begin(), pins->end());
    }
    while (!open.empty()) {
      const uint32_t n = open.back();
      if (level[n] >= 0) {
        open.pop_back();
        continue;
      }
      if (gate[n] == kUnknown) fail("nothing drives " + name_of(n));
      const Op& o = ops_[gate[n]];
      if (level[n] == kOpen) {
        if (level[o.a] < 0 || level[o.b] < 0) fail("a combinational loop");
        level[n] = 1 + std::max(level[o.a], level[o.b]);
        continue;
      }
      level[n] = kOpen;
      for (const uint32_t in : {o.a, o.b})
        if (level[in] < 0) open.push_back(in);
    }
    std::erase_if(ops_, [&](const Op& o) { return level[o.y] < 0; });
    std::stable_sort(ops_.begin(), ops_.end(), [&](const Op& x, const Op& y) {
      return std::pair(level[x.y], x.kind) < std::pair(level[y.y], y.kind);
    });
    value_.assign(nets_.size(), 0);
    value_[one_] = kAll;
    next_.assign(flops_.size(), 0);
    invert_one_gate_a_copy(1);
  }

  std::string clock_;
  std::unordered_map<std::string, uint32_t> nets_;
  std::vector<std::string> input_names_, output_names_;
  std::vector<uint32_t> inputs_, outputs_, clocks_;
  std::vector<std::pair<uint32_t, uint32_t>> buffers_;  // to, from
  std::vector<Op> ops_;
  std::vector<Run> runs_;
  std::vector<Flop> flops_;
  std::vector<Memory> memories_;
  std::vector<uint64_t> value_, next_;
  uint32_t zero_ = 0, one_ = 0, undefined_ = 0;
  int inverted_ = 0;
};

}  // namespace gates
