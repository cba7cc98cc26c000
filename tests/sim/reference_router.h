// SPDX-License-Identifier: Apache-2.0
// An independent, naive model of a mesh of BookSim's input-queued routers: every cycle scans every router, port and VC.
// Written from the rules, not from the engine, so that the two can be compared packet by packet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace ranvier::sim::reference {

/// d5: route, VC allocation, switch allocation in three cycles. s3: the route is known on arrival and both allocations
/// share a cycle. p3: no VC allocation, the winner of the switch takes a VC.
enum class Pipeline { kD5, kS3, kP3 };

struct Spec {
  Pipeline pipeline = Pipeline::kP3;
  int width = 8, height = 8, vcs = 1, depth = 8;
  int flight = 3;            // from switch allocation to eligible in the next buffer, or out: crossbar, wire, one phase
  int credit = 2;            // from the event that frees a slot to its use upstream
  int entry = 2;             // from injection to eligible in the router
  bool input_first = false;  // allocators: inputs choose before outputs, instead of iSLIP
};

struct Traffic {
  int source = 0, destination = 0;
  std::int64_t at = 0;
  int flits = 1;
};

struct Times {
  std::int64_t entered = -1;    // head
  std::int64_t delivered = -1;  // tail
};

constexpr int kPorts = 5;  // inputs: from +x, from -x, from +y, from -y, local; outputs: to the same
constexpr int kLocal = 4;

/// One iteration of iSLIP with its pointers, which move only when a grant is accepted; or the same the other way round:
/// every input asks one output, every output takes one of them.
class Islip {
 public:
  Islip(int inputs, int outputs, bool input_first)
      : inputs_(inputs),
        outputs_(outputs),
        input_first_(input_first),
        grant_(static_cast<std::size_t>(outputs)),
        accept_(static_cast<std::size_t>(inputs)) {
    clear();
  }
  void clear() { asks_.assign(static_cast<std::size_t>(inputs_) * static_cast<std::size_t>(outputs_), false); }
  void ask(int input, int output) { asks_[at(input, output)] = true; }
  /// Output of each input, or -1.
  std::vector<int> match() {
    if (input_first_) return match_input_first();
    std::vector<int> granted(grant_.size(), -1);
    for (int o = 0; o < outputs_; ++o) {
      for (int k = 0; k < inputs_ && granted[index(o)] < 0; ++k) {
        const int i = (grant_[index(o)] + k) % inputs_;
        if (asks_[at(i, o)]) granted[index(o)] = i;
      }
    }
    std::vector<int> matched(accept_.size(), -1);
    for (int i = 0; i < inputs_; ++i) {
      for (int k = 0; k < outputs_ && matched[index(i)] < 0; ++k) {
        const int o = (accept_[index(i)] + k) % outputs_;
        if (granted[index(o)] == i) matched[index(i)] = o;
      }
      if (const int o = matched[index(i)]; o >= 0) {
        grant_[index(o)] = (i + 1) % inputs_;
        accept_[index(i)] = (o + 1) % outputs_;
      }
    }
    return matched;
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  std::size_t at(int input, int output) const { return index(input * outputs_ + output); }
  std::vector<int> match_input_first() {
    std::vector<int> wish(accept_.size(), -1);
    for (int i = 0; i < inputs_; ++i) {
      for (int k = 0; k < outputs_ && wish[index(i)] < 0; ++k) {
        const int o = (accept_[index(i)] + k) % outputs_;
        if (asks_[at(i, o)]) wish[index(i)] = o;
      }
    }
    std::vector<int> matched(accept_.size(), -1);
    for (int o = 0; o < outputs_; ++o) {
      int winner = -1;
      for (int k = 0; k < inputs_ && winner < 0; ++k) {
        const int i = (grant_[index(o)] + k) % inputs_;
        if (wish[index(i)] == o) winner = i;
      }
      if (winner < 0) continue;
      matched[index(winner)] = o;
      grant_[index(o)] = (winner + 1) % inputs_;
      accept_[index(winner)] = (o + 1) % outputs_;
    }
    return matched;
  }

  int inputs_, outputs_;
  bool input_first_;
  std::vector<int> grant_, accept_;
  std::vector<bool> asks_;
};

struct Flit {
  int packet = 0;
  bool head = true, tail = true;
};

class Router {
 public:
  explicit Router(const Spec& spec)
      : spec_(spec),
        va_(kPorts * spec.vcs, kPorts * spec.vcs, spec.input_first),
        sa_(kPorts, kPorts, spec.input_first),
        inputs_(lanes()),
        outputs_(lanes()) {
    for (Output& o : outputs_) o.credits = spec.depth;
  }

  struct Departure {
    Flit flit;
    int input, input_vc, output, output_vc;
  };

  void receive(int port, int vc, const Flit& flit) { input(port, vc).fifo.push_back(flit); }
  void credit(int port, int vc) { ++output(port, vc).credits; }

  /// One cycle; `route(packet)` is the output port of a packet here.
  template <class Route>
  std::vector<Departure> step(const Route& route) {
    const bool d5 = spec_.pipeline == Pipeline::kD5;
    const bool s3 = spec_.pipeline == Pipeline::kS3;
    for (Input& in : inputs_) {
      if (in.state == State::kIdle && !in.fifo.empty()) in.state = d5 ? State::kRoute : State::kAllocate;
      if (in.state == State::kAllocate) in.port = route(in.fifo.front().packet);
    }
    const std::vector<int> vcs = d5 || s3 ? allocate_vcs() : std::vector<int>(inputs_.size(), -1);
    const std::vector<Departure> winners = allocate_switch(vcs);

    // Everything above looked at the state at the start of the cycle; from here it changes.
    for (Input& in : inputs_) {
      if (in.state == State::kRoute) in.port = route(in.fifo.front().packet), in.state = State::kAllocate;
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (vcs[i] < 0) continue;
      inputs_[i].state = State::kActive;
      inputs_[i].vc = vcs[i] % spec_.vcs;
      outputs_[static_cast<std::size_t>(vcs[i])].taken = true;
    }
    std::vector<Departure> out;
    for (Departure w : winners) {
      Input& in = input(w.input, w.input_vc);
      if (in.state == State::kAllocate && spec_.pipeline == Pipeline::kP3) {
        in.vc = pick_vc(in.port);
        in.state = State::kActive;
        output(in.port, in.vc).taken = true;
      }
      w.output_vc = in.vc;
      w.flit = in.fifo.front();
      in.fifo.pop_front();
      Output& o = output(w.output, w.output_vc);
      --o.credits;
      if (w.flit.tail) {
        o.taken = false;
        in.state = State::kIdle;
      }
      out.push_back(w);
    }
    return out;
  }

 private:
  enum class State { kIdle, kRoute, kAllocate, kActive };
  struct Input {
    std::deque<Flit> fifo;
    State state = State::kIdle;
    int port = 0, vc = 0;
  };
  struct Output {
    int credits = 0;
    bool taken = false;
  };

  std::size_t lanes() const { return static_cast<std::size_t>(kPorts * spec_.vcs); }
  Input& input(int port, int vc) { return inputs_[static_cast<std::size_t>(port * spec_.vcs + vc)]; }
  Output& output(int port, int vc) { return outputs_[static_cast<std::size_t>(port * spec_.vcs + vc)]; }

  /// By input VC: the output VC won in this cycle (port * VCs + VC), or -1.
  std::vector<int> allocate_vcs() {
    va_.clear();
    for (int i = 0; i < kPorts * spec_.vcs; ++i) {
      const Input& in = inputs_[static_cast<std::size_t>(i)];
      if (in.state != State::kAllocate) continue;
      for (int vc = 0; vc < spec_.vcs; ++vc) {
        if (!output(in.port, vc).taken) va_.ask(i, in.port * spec_.vcs + vc);
      }
    }
    return va_.match();
  }

  /// May this VC ask for the switch in this cycle? 0 no, 1 in speculation, 2 with an output VC in hand.
  int asks_switch(const Input& in) {
    if (in.fifo.empty()) return 0;
    if (in.state == State::kActive) return output(in.port, in.vc).credits > 0 ? 2 : 0;
    if (in.state != State::kAllocate || spec_.pipeline == Pipeline::kD5) return 0;
    for (int vc = 0; vc < spec_.vcs; ++vc) {
      if (!output(in.port, vc).taken && output(in.port, vc).credits > 0) return 1;
    }
    return 0;
  }

  std::vector<Departure> allocate_switch(const std::vector<int>& won_vcs) {
    sa_.clear();
    int standing[kPorts][kPorts];
    for (int i = 0; i < kPorts; ++i) {
      int strength[kPorts] = {};
      for (int k = 0; k < spec_.vcs; ++k) {
        const int vc = (next_vc_[i] + k) % spec_.vcs;
        const Input& in = input(i, vc);
        const int asks = asks_switch(in);
        if (asks <= strength[in.port]) continue;
        strength[in.port] = asks;
        standing[i][in.port] = vc;
        sa_.ask(i, in.port);
      }
    }
    const std::vector<int> matched = sa_.match();
    std::vector<Departure> winners;
    for (int i = 0; i < kPorts; ++i) {
      const int o = matched[static_cast<std::size_t>(i)];
      if (o < 0) continue;
      const int vc = standing[i][o];
      next_vc_[i] = (vc + 1) % spec_.vcs;
      if (spec_.pipeline == Pipeline::kS3 && input(i, vc).state == State::kAllocate) {
        const int won = won_vcs[static_cast<std::size_t>(i * spec_.vcs + vc)];
        if (won < 0 || outputs_[static_cast<std::size_t>(won)].credits == 0) continue;  // a speculation that failed
      }
      winners.push_back({{}, i, vc, o, 0});
    }
    return winners;
  }

  /// The VC that a winner of the switch takes (p3).
  int pick_vc(int port) {
    for (int k = 0; k < spec_.vcs; ++k) {
      const int vc = (next_output_vc_[port] + k) % spec_.vcs;
      if (output(port, vc).taken || output(port, vc).credits == 0) continue;
      next_output_vc_[port] = (vc + 1) % spec_.vcs;
      return vc;
    }
    return -1;
  }

  Spec spec_;
  Islip va_, sa_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  int next_vc_[kPorts] = {}, next_output_vc_[kPorts] = {};
};

/// The mesh, its sources and sinks. Packets of one source that are made in the same cycle go in the order given.
class Network {
 public:
  Network(const Spec& spec, const std::vector<Traffic>& packets)
      : spec_(spec), packets_(packets), times_(packets.size()) {
    const auto nodes = static_cast<std::size_t>(spec.width * spec.height);
    routers_.assign(nodes, Router(spec));
    sources_.resize(nodes);
    for (Source& s : sources_) s.credits.assign(static_cast<std::size_t>(spec.vcs), spec.depth);
    for (std::size_t p = 0; p < packets.size(); ++p) {
      sources_[static_cast<std::size_t>(packets[p].source)].queue.push_back(static_cast<int>(p));
    }
    for (Source& s : sources_) {
      std::stable_sort(s.queue.begin(), s.queue.end(), [&](int a, int b) { return packet(a).at < packet(b).at; });
    }
  }

  /// Times of every packet once all are out, or after `limit` cycles.
  const std::vector<Times>& run(std::int64_t limit) {
    for (std::int64_t now = 0; now < limit && delivered_ < packets_.size(); ++now) step(now);
    return times_;
  }

 private:
  struct Source {
    std::deque<int> queue;
    std::vector<int> credits;
    int vc = -1, sent = 0;  // of the packet that is entering
    int next_vc = 0;
  };
  struct Arrival {
    int node, port, vc;  // node -1: out of the network
    Flit flit;
  };
  struct Credit {
    int node, port, vc;  // port -1: of the source
  };

  const Traffic& packet(int id) const { return packets_[static_cast<std::size_t>(id)]; }
  Router& router(int node) { return routers_[static_cast<std::size_t>(node)]; }

  /// x first.
  int route(int node, int id) const {
    const int to = packet(id).destination;
    const int dx = to % spec_.width - node % spec_.width;
    const int dy = to / spec_.width - node / spec_.width;
    if (dx != 0) return dx > 0 ? 0 : 1;
    if (dy != 0) return dy > 0 ? 2 : 3;
    return kLocal;
  }
  int neighbour(int node, int port) const {
    const int step[] = {1, -1, spec_.width, -spec_.width};
    return node + step[port];
  }

  void step(std::int64_t now) {
    for (const Credit& c : credits_[now]) {
      if (c.port < 0) {
        ++sources_[static_cast<std::size_t>(c.node)].credits[static_cast<std::size_t>(c.vc)];
      } else {
        router(c.node).credit(c.port, c.vc);
      }
    }
    credits_.erase(now);
    for (const Arrival& a : arrivals_[now]) {
      if (a.port < 0) {
        if (a.flit.tail) times_[static_cast<std::size_t>(a.flit.packet)].delivered = now, ++delivered_;
        credits_[now + spec_.credit].push_back({a.node, kLocal, a.vc});
      } else {
        router(a.node).receive(a.port, a.vc, a.flit);
      }
    }
    arrivals_.erase(now);
    for (int node = 0; node < spec_.width * spec_.height; ++node) {
      inject(node, now);
      for (const Router::Departure& d : router(node).step([&](int id) { return route(node, id); })) {
        const bool out = d.output == kLocal;
        arrivals_[now + spec_.flight].push_back(
            {out ? node : neighbour(node, d.output), out ? -1 : d.output ^ 1, d.output_vc, d.flit});
        const bool own = d.input == kLocal;
        credits_[now + spec_.credit].push_back(
            {own ? node : neighbour(node, d.input), own ? -1 : d.input ^ 1, d.input_vc});
      }
    }
  }

  void inject(int node, std::int64_t now) {
    Source& s = sources_[static_cast<std::size_t>(node)];
    if (s.queue.empty() || packet(s.queue.front()).at > now) return;
    const int id = s.queue.front();
    if (s.vc < 0) {
      for (int k = 0; k < spec_.vcs && s.vc < 0; ++k) {
        const int vc = (s.next_vc + k) % spec_.vcs;
        if (s.credits[static_cast<std::size_t>(vc)] > 0) s.vc = vc;
      }
      if (s.vc < 0) return;
      s.next_vc = (s.vc + 1) % spec_.vcs;
      times_[static_cast<std::size_t>(id)].entered = now;
    }
    int& credits = s.credits[static_cast<std::size_t>(s.vc)];
    if (credits == 0) return;
    --credits;
    const bool head = s.sent == 0;
    const bool tail = ++s.sent == packet(id).flits;
    arrivals_[now + spec_.entry].push_back({node, kLocal, s.vc, {id, head, tail}});
    if (tail) {
      s.queue.pop_front();
      s.vc = -1;
      s.sent = 0;
    }
  }

  Spec spec_;
  std::vector<Traffic> packets_;
  std::vector<Times> times_;
  std::vector<Router> routers_;
  std::vector<Source> sources_;
  std::map<std::int64_t, std::vector<Arrival>> arrivals_;
  std::map<std::int64_t, std::vector<Credit>> credits_;
  std::size_t delivered_ = 0;
};

}  // namespace ranvier::sim::reference
