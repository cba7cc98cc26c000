// SPDX-License-Identifier: Apache-2.0
// Counts out of the ledger times two numbers of a table.
#include "report/arithmetic.h"

#include "mapper/dense_cost.h"
#include "report/format.h"

namespace ranvier::report {
namespace {

constexpr double kNanojoulesPerPicojoule = 1e-3;

double dense_nj(const workloads::Program& program, StageId stage) {
  const mapper::DenseWork work = mapper::dense_work_of(program, stage);
  return static_cast<double>(work.m * work.k * work.n * work.groups) * kLiteratureMultiplyAccumulatePj *
         kNanojoulesPerPicojoule;
}

}  // namespace

Arithmetic arithmetic_only(const RunRecord& record) {
  const sim::RunResult& result = record.result;
  const workloads::Program& program = *record.problem->program;
  Arithmetic all;
  for (const sim::LayerResult& layer : result.layers) {
    all.rows.emplace_back();
    all.rows.back().stage = layer.stage;
    all.rows.back().layer = layer.name;
  }
  for (const sim::LedgerEntry& e : result.ledger) {
    if (!e.stage.valid()) continue;
    ArithmeticRow& row = all.rows[e.stage.value()];
    if (e.component == sim::Component::kAccumulate) row.adds += e.count;
    if (e.component == sim::Component::kMultiplyAdd || e.component == sim::Component::kDenseMultiplyAdd ||
        e.component == sim::Component::kDeviceCompute)
      row.multiply_adds += e.count;
  }
  const double images = static_cast<double>(result.images.size());
  for (ArithmeticRow& row : all.rows) {
    row.snn_per_image_nj = share((kLiteratureAccumulatePj * static_cast<double>(row.adds) +
                                  kLiteratureMultiplyAccumulatePj * static_cast<double>(row.multiply_adds)) *
                                     kNanojoulesPerPicojoule,
                                 images);
    all.snn_per_image_nj += row.snn_per_image_nj;
    if (program.temporal()) continue;
    row.ann_per_image_nj = dense_nj(program, row.stage);
    all.ann_per_image_nj = all.ann_per_image_nj.value_or(0) + *row.ann_per_image_nj;
  }
  if (all.ann_per_image_nj && all.snn_per_image_nj > 0) all.ann_over_snn = *all.ann_per_image_nj / all.snn_per_image_nj;
  return all;
}

}  // namespace ranvier::report
