// SPDX-License-Identifier: Apache-2.0
// Range reduction of a positive value that changes from step to step: value = mantissa * 2^(octaves * exponent). The
// exponent stays as long as the mantissa stays in its domain, since neurons have to follow when it jumps.
#pragma once

namespace ranvier::workloads {

struct UgoExponentRange {
  double low = 1;
  double high = 4;
  int octaves = 1;     // that one step of the exponent is: 2 in front of a square root
  bool fixed = false;  // the exponent never changes
};

/// The exponent for `value` > 0: `now` as long as the mantissa lies in [low, high), else the one whose mantissa is
/// nearest to the middle of that, by octaves.
int settled_exponent(double value, int now, const UgoExponentRange& range);

}  // namespace ranvier::workloads
