// SPDX-License-Identifier: Apache-2.0
// Universal group operators (STA, Jiang et al., ICLR 2024, section 3.2): one-input, one-output ReLU networks
// y = w2 . relu(w1 x + b1) + b2 that stand for a function on a domain; each hidden unit becomes one spiking neuron.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "workloads/vit_config.h"

namespace ranvier::workloads {

/// The raw forms are the paper's: on the values as they come. kExp stands behind a range reduction, the greatest logit
/// taken off; kReciprocal and kRoot behind one to a few octaves; the wide ones need none or hardly any
/// (docs/explanation/ugo.md). Roots are 1 / sqrt(x).
enum class UgoFunction : std::uint8_t {
  kGelu,
  kGeluTanh,
  kQuickGelu,
  kExp,
  kExpRaw,
  kReciprocal,
  kReciprocalWide,
  kReciprocalRaw,
  kRoot,
  kRootWide,
};

/// As networks.json has it.
const char* ugo_function_name(UgoFunction function);
const std::vector<UgoFunction>& ugo_functions();
double ugo_function_value(UgoFunction function, double x);
/// Whether losses and errors are relative: those of roots, as in the paper, and of reciprocals that are not the
/// paper's.
bool ugo_errors_relative(UgoFunction function);
/// Of an activation that has one; kRelu has none and is an internal error.
UgoFunction ugo_function_of(Activation activation);

struct UgoNetwork {
  UgoFunction function = UgoFunction::kGelu;
  double low = 0;  // domain that it was trained for
  double high = 0;
  std::vector<float> w1, b1, w2;
  float b2 = 0;

  std::size_t hidden() const { return w1.size(); }
  double evaluate(double x) const;
  /// Greatest value that hidden unit i takes on [from, to]; 0 where it is silent.
  double reach(std::size_t i, double from, double to) const;
};

struct UgoErrors {
  double greatest = 0;
  double root_mean_square = 0;
};
/// Against the true function on `points` equal steps of [from, to], of its logarithm for reciprocals and roots;
/// relative where ugo_errors_relative().
UgoErrors ugo_errors(const UgoNetwork& network, double from, double to, int points = 20001);

/// Section 3.2's three gaps between a function and its spiking form after T steps, for inputs in the domain.
struct UgoGaps {
  double approximation = 0;     // empirical and parameterisation gap together, measured: the greatest error in float
  double parameterisation = 0;  // the paper's order of it, L |y|max / N^2, with L the greatest slope
  double quantisation = 0;      // the paper's bound: greatest hidden value * sum of |w2| / T
};
UgoGaps ugo_gaps(const UgoNetwork& network, int steps);

class UgoLibrary {
 public:
  /// Throws FileMissing, UgoFileError.
  static UgoLibrary read(const std::filesystem::path& file);
  static UgoLibrary parse(const std::string& text, const std::string& file);
  /// The shipped networks, workloads/models/ugo/networks.json.
  static const UgoLibrary& bundled();

  /// Throws UgoNotTrained.
  const UgoNetwork& find(UgoFunction function, int hidden) const;
  std::vector<int> sizes(UgoFunction function) const;

 private:
  std::map<UgoFunction, std::map<int, UgoNetwork>> networks_;
};

}  // namespace ranvier::workloads
