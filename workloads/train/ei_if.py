# SPDX-License-Identifier: Apache-2.0
"""Fits the spiking approximators of method ei-if (docs/explanation/ei-if.md) on synthetic inputs and writes their integers.

    /usr/bin/python3 ei_if.py ../models/ei-if/approximators.json

Everything is drawn from one seed. A neuron without reset is a staircase whose jumps and amplitudes are the least-squares
optimum by dynamic programming; a neuron with reset gets its thresholds from the edges of its cell or a random search, its
amplitudes by least squares on the patterns that the integer neuron really fires. Prints the error table of the documentation.
"""
import json
import math
import sys

import numpy as np

SEED = 4
Q = 16  # fraction bits of x, V, thresholds, amplitudes and lambda
ONE = 1 << Q
ROOT_IN, ROOT_OUT = 32, 24  # fraction bits of the operand and the result of Sqrt


def erf(x):
    return np.array([math.erf(v) for v in np.ravel(x)]).reshape(np.shape(x))


FUNCTIONS = {
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    "gelu_tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "quick_gelu": lambda x: x / (1 + np.exp(-1.702 * x)),
}
# Negative branches: (from, to, steps, lambda, theta0); SiLU's are those of the released code, the others are ours.
SILU_BRANCHES = [(-2, 0, 20, 0.995, -0.5), (-4, -2, 10, 0.99, -2), (-6, -4, 5, 0.99, -4)]
GELU_BRANCHES = [(-1, 0, 20, 0.995, -0.25), (-2, -1, 10, 0.99, -1), (-4, -2, 5, 0.99, -2)]
POSITIVE = [(10, 0.95, 0.3), (10, 0.95, 0.3), (10, 1.0, 5)]
POSITIVE_END = 8.0


def charge(x, leak, steps):
    """Potentials of a neuron that never resets, integers: V = ((lambda V) >> 16) + x."""
    v, out = 0, []
    for _ in range(steps):
        v = ((leak * v) >> Q) + x
        out.append(v)
    return out


def best_staircase(samples, f, lo, hi, segments, first_level=None, bins=1024):
    """Edges (but the first) and levels of the piecewise constant function with the least squared error."""
    index = np.minimum(((samples - lo) / (hi - lo) * bins).astype(int), bins - 1)
    y = f(samples)
    n = np.concatenate([[0], np.cumsum(np.bincount(index, minlength=bins))]).astype(float)
    s = np.concatenate([[0], np.cumsum(np.bincount(index, y, minlength=bins))])
    ss = np.concatenate([[0], np.cumsum(np.bincount(index, y * y, minlength=bins))])

    def cost(i, j, level=None):  # bins i..j-1, arrays allowed
        count, total, squares = n[j] - n[i], s[j] - s[i], ss[j] - ss[i]
        if level is not None:
            return squares - 2 * level * total + level * level * count
        return squares - total * total / np.maximum(count, 1)

    ends = np.arange(bins + 1)
    best = cost(np.zeros(bins + 1, int), ends, first_level)
    back = []
    for _ in range(segments - 1):
        table = np.full((bins + 1, bins + 1), np.inf)
        for i in range(bins):
            table[i, i + 1 :] = best[i] + cost(np.full(bins - i, i), ends[i + 1 :])
        back.append(np.argmin(table, axis=0))
        best = np.min(table, axis=0)
    cuts, at = [], bins
    for step in reversed(back):
        at = step[at]
        cuts.append(at)
    cuts = cuts[::-1]
    edges = [0] + cuts + [bins]
    levels = [(s[j] - s[i]) / max(n[j] - n[i], 1) for i, j in zip(edges, edges[1:])]
    if first_level is not None:
        levels[0] = first_level
    return [lo + (hi - lo) * c / bins for c in cuts], levels


def neuron(jumps, rises, leak_real, theta0):
    """Step t fires exactly for x >= jumps[t]: its threshold is the potential that this x reaches in step t."""
    leak = round(leak_real * ONE)
    threshold = [charge(round(x * ONE), leak, t + 1)[t] for t, x in enumerate(jumps)]
    theta = round(theta0 * ONE)
    return {"lambda": leak, "theta0": theta, "delta": [v - theta for v in threshold],
            "amplitude": [round(a * ONE) for a in rises], "reset": False}


def fit_activation(rng, f, branches):
    normal = np.abs(rng.normal(0, 1.5, 180_000))
    x = np.concatenate([normal[normal < POSITIVE_END], rng.uniform(0, POSITIVE_END, 20_000)])
    total = sum(steps for steps, _, _ in POSITIVE)
    jumps, levels = best_staircase(x, f, 0.0, POSITIVE_END, total + 1, first_level=0.0)
    rises = np.diff(levels)
    neurons, at = [], 0
    for steps, leak, theta0 in POSITIVE:
        neurons.append(neuron(jumps[at : at + steps], rises[at : at + steps], leak, theta0))
        at += steps
    fitted = [{"from": 0, "neurons": neurons}]
    for lo, hi, steps, leak, theta0 in branches:
        x = rng.uniform(lo, hi, 60_000)
        jumps, levels = best_staircase(x, f, lo, hi, steps)
        rises = np.diff([0.0] + levels)
        fitted.append({"from": lo * ONE, "neurons": [neuron([lo] + jumps, rises, leak, theta0)]})
    return fitted


def fire_with_reset(x, leak, thresholds):
    """Firing pattern [samples][steps] of the integer neuron; a spike sets V to 0."""
    v = np.zeros(len(x), np.int64)
    pattern = np.zeros((len(x), len(thresholds)))
    for t, threshold in enumerate(thresholds):
        v = ((leak * v) >> Q) + x
        fired = v >= threshold
        pattern[:, t] = fired
        v[fired] = 0
    return pattern


def least_squares(x, y, leak, thresholds):
    pattern = fire_with_reset(x, leak, thresholds)
    amplitude = np.linalg.lstsq(pattern, y, rcond=None)[0]
    return float(np.sum((pattern @ amplitude - y) ** 2)), amplitude


def fit_cell(rng, edges, f, leak, unit, out_unit):
    """Four steps: the first always fires, the others tell the quarters of the cell apart."""
    lo, hi = edges[0], edges[-1]
    x = np.unique(np.linspace(lo, max(hi - 1, lo), 96).astype(np.int64))
    y = f(x / unit)
    best = None
    tries = [[lo, edges[2], edges[3], edges[1]]]
    if 1.99 * lo < edges[3]:  # the tree of quarters needs potentials of two steps above the cell's end
        tries += [[lo] + [int(v) for v in rng.uniform(lo, 3 * hi, 3)] for _ in range(3000)]
    for thresholds in tries:
        error, amplitude = least_squares(x, y, leak, thresholds)
        if best is None or error < best[0] - 1e-18:
            best = (error, thresholds, amplitude)
    _, thresholds, amplitude = best
    return {"edge": int(lo), "threshold": [int(v) for v in thresholds],
            "amplitude": [int(round(a * out_unit)) for a in amplitude]}


LEAK = round(0.99 * ONE)
BANDS = [(0, 2, 2.0), (2, 4, 2.0), (4, 6, 2.0), (6, 7, 1.2), (7, 8, 1.2)]  # (from, to, power of the cells)
OUTLIER_END = 16


def fit_square(rng):
    bands = []
    for start, end, power in BANDS:
        grid = [4 * (i / 64) ** power for i in range(65)]
        cells = []
        for lo, hi in zip(grid, grid[1:]):
            if lo >= end - start:
                break  # no input of this band gets there
            hi = min(hi, end - start)
            edges = [round((lo + (hi - lo) * k / 4) * ONE) for k in range(5)]
            cells.append(fit_cell(rng, edges, lambda u: u * u + 2 * start * u, LEAK, ONE, ONE))
        bands.append({"from": start * ONE, "offset": start * start * ONE, "cells": cells})
    x = np.sort(rng.uniform(8, OUTLIER_END, 40_000))
    jumps, _ = best_staircase(x, lambda v: v * v - 64, 8.0, float(OUTLIER_END), 20)
    thresholds = [round(v * ONE) for v in [8.0] + jumps]
    xi = np.round(x * ONE).astype(np.int64)
    _, amplitude = least_squares(xi, x * x - 64, LEAK, thresholds)
    outlier = {"threshold": thresholds, "amplitude": [int(round(a * ONE)) for a in amplitude]}
    return {"lambda": LEAK, "bands": bands, "outlier_from": 8 * ONE, "outlier_offset": 64 * ONE, "outlier": outlier}


def fit_root(rng):
    lo, hi = 1e-6, 0.01
    unit = 1 << ROOT_IN
    edge = [round(lo * (hi / lo) ** (i / 256) * unit) for i in range(257)]
    cells = [fit_cell(rng, edge[4 * i : 4 * i + 5], np.sqrt, LEAK, unit, 1 << ROOT_OUT) for i in range(64)]
    return {"lambda": LEAK, "cells": cells, "end": edge[-1]}


def run_activation(branches, x):
    xi = int(math.floor(x * ONE + 0.5))
    for branch in sorted(branches, key=lambda b: -b["from"]):
        if xi < branch["from"]:
            continue
        total = 0
        for n in branch["neurons"]:
            for v, delta, a in zip(charge(xi, n["lambda"], len(n["delta"])), n["delta"], n["amplitude"]):
                total += a if v >= n["theta0"] + delta else 0
        return total / ONE
    return 0.0


def run_cell(cell, leak, x):
    pattern = fire_with_reset(np.array([x], np.int64), leak, cell["threshold"])[0]
    return int(sum(a for a, fired in zip(cell["amplitude"], pattern) if fired))


def run_square(fit, x):
    xi = abs(int(math.floor(x * ONE + 0.5)))
    if xi >= fit["outlier_from"]:
        return (fit["outlier_offset"] + run_cell(fit["outlier"], fit["lambda"], xi)) / ONE
    band = [b for b in fit["bands"] if b["from"] <= xi][-1]
    u = xi - band["from"]
    cell = [c for c in band["cells"] if c["edge"] <= u][-1]
    return (band["offset"] + run_cell(cell, fit["lambda"], u)) / ONE


def run_root(fit, m):
    mi = max(int(m * (1 << ROOT_IN)), fit["cells"][0]["edge"])
    cell = [c for c in fit["cells"] if c["edge"] <= mi][-1]
    return run_cell(cell, fit["lambda"], mi) / (1 << ROOT_OUT)


def errors(name, approximate, exact, lo, hi, relative=False, n=4001, log=False):
    x = np.exp(np.linspace(math.log(lo), math.log(hi), n)) if log else np.linspace(lo, hi, n)
    x = x[:-1]
    got, want = np.array([approximate(v) for v in x]), exact(x)
    gap = (got - want) / want if relative else got - want
    print(f"| {name} | [{lo}, {hi}) | {np.sqrt(np.mean(gap**2)):.5f} | {np.max(np.abs(gap)):.5f} | {len(set(got))} |")


def main():
    rng = np.random.default_rng(SEED)
    fitted = {"format": "ranvier ei-if approximators 1", "seed": SEED}
    fitted["activations"] = {}
    for name, f in FUNCTIONS.items():
        branches = SILU_BRANCHES if name == "silu" else GELU_BRANCHES
        fitted["activations"][name] = fit_activation(rng, f, branches)
    fitted["square"] = fit_square(rng)
    fitted["root"] = fit_root(rng)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(fitted, file, separators=(",", ":"))
        file.write("\n")

    print("| function | domain | rms error | largest error | output levels |")
    print("|---|---|---|---|---|")
    for name, f in FUNCTIONS.items():
        branches = fitted["activations"][name]
        for lo, hi in [(0, 1), (0, 8), (-6, 0)]:
            errors(name, lambda x: run_activation(branches, x), f, lo, hi)
    square, root = fitted["square"], fitted["root"]
    for lo, hi in [(0, 2), (2, 4), (4, 6), (6, 8), (8, OUTLIER_END)]:
        errors("square", lambda x: run_square(square, x), lambda x: x * x, lo, hi)
    errors("sqrt, relative", lambda x: run_root(root, x), np.sqrt, 1e-6, 0.01, relative=True, log=True)


if __name__ == "__main__":
    main()
