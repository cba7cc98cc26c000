// SPDX-License-Identifier: Apache-2.0
// A network converted by one published method, ready to run step by step: what the loss table, the accuracy ladder and
// the benchmarks see of every method.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ranvier::workloads {

/// Work of one stage over a run, as counted while it was done. Graded or exponent payloads that take a multiplication
/// are multiply_adds; unit payloads and shifts of one weight are adds.
struct StageWork {
  std::int64_t events = 0;         // emitted
  std::int64_t adds = 0;           // on this stage's accumulators, by events that arrive
  std::int64_t multiply_adds = 0;  // the same, with a multiplication; units' inner products and scalings too
  std::int64_t state_reads = 0;    // words of neuron or unit state read to decide what to emit
  std::int64_t neurons = 0;  // of this stage, hidden ones of function approximators included; not summed over steps
  StageWork& operator+=(const StageWork& other);
};

struct MethodRun {
  std::int64_t steps = 0;                           // simulated
  bool at_rest = false;                             // nothing would change in further steps (sum semantics)
  std::vector<std::vector<double>> logits_by_step;  // [steps][classes], real values of the integers; what a user reads
                                                    // out who stops after that step
  std::vector<StageWork> work;                      // by stage
  std::vector<std::vector<double>> values;          // by stage [tokens][channels]: what the codes stand for at the end;
                                                    // empty unless asked for
};

struct MethodRunOptions {
  int steps = 0;  // 0: the network's own
  bool keep_values = false;
};

/// Immutable and safe to run from several threads. Stages are those of stage_names() (vit_config.h) where the network
/// is a transformer encoder.
class ConvertedNetwork {
 public:
  virtual ~ConvertedNetwork() = default;
  virtual std::string method() const = 0;  // as --method takes it
  virtual int steps() const = 0;           // that it was calibrated for
  virtual std::vector<std::string> stages() const = 0;
  /// `input_codes` as input_codes() (dataset.h) makes them. The same result on any thread.
  virtual MethodRun run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options = {}) const = 0;
};

}  // namespace ranvier::workloads
