// SPDX-License-Identifier: Apache-2.0
// Method `ei-if` (BrainTransformers, technical report 2024-10) on transformer encoders: every quantiser is a layer of
// EI-IF neurons that fires a thermometer of T steps. docs/explanation/ei-if.md.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "workloads/methods/converted_network.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// kStatic: one scale a site, from calibration; an ordinary integer program, causal. kDynamic: max|x| of the whole
/// tensor over T, as in the released code: no neuron may fire before the last potential of its tensor is known.
enum class EiIfScale : std::uint8_t { kStatic, kDynamic };
/// Norms and activations: exact integer units of integer-units.md, or the spiking approximators.
enum class EiIfUnits : std::uint8_t { kTable, kSpiking };

struct EiIfOptions {
  int bits = 8;   // of activations: T = 2^(bits - 1) - 1
  int steps = 0;  // > 0: T itself, in place of bits; at most kEiIfMostSteps
  EiIfScale scale = EiIfScale::kStatic;
  EiIfUnits units = EiIfUnits::kTable;
  std::string calibration;               // static: images, as load_images takes; empty: the model's own
  std::size_t calibration_images = 128;  // at most; 0: all
  int threads = 0;                       // of calibration; 0: all cores
};
inline constexpr int kEiIfMostSteps = 127;

/// Throws BadActivationBits, EiIfUnsupported, EiIfStepsOutOfRange, CannotCalibrate, DoesNotFitIntegers,
/// ApproximatorFileError and what loading images throws.
std::unique_ptr<ConvertedNetwork> convert_ei_if(const VitModel& model, const EiIfOptions& options = {});

/// The static form with table units as a program of kThermometer encoders: run_reference() gives its integers at rest,
/// and a network file holds it. Throws as convert_ei_if; the options' scale and units are not looked at.
Program ei_if_program(const VitModel& model, const EiIfOptions& options = {});
/// From such a program.
std::unique_ptr<ConvertedNetwork> ei_if_network(Program program);

}  // namespace ranvier::workloads
