# SPDX-License-Identifier: Apache-2.0
"""Trains the universal group operators that are shipped: for each function and number of hidden units one network
y = w2 relu(w1 x + b1) + b2 on synthetic inputs. Deterministic: one seed, float64, one core, under a minute.
usage: ugo_train.py OUT_DIR   (writes networks.json and training.log; OPENBLAS_NUM_THREADS=1)"""
import json
import sys
import time
from pathlib import Path

import numpy as np

from ugo_fit import Fit
from ugo_functions import FUNCTIONS, spaced

SEED = 6
SAMPLES = 6000
HIDDEN = (4, 8, 12, 16, 24, 32, 48, 64)


def samples(function):
    """One uniform draw in each of SAMPLES equal cells, and both ends."""
    cells = (np.arange(SAMPLES) + np.random.default_rng(SEED).random(SAMPLES)) / SAMPLES
    return spaced(function, np.concatenate([[0], cells, [1]]))


def units(function, knots, values):
    """The hidden units of a curve: a unit bends at its knot and is active on the side that it faces; units that face
    away from where the curve is flat are silent there. Each is scaled to reach 1 at the end of the domain."""
    slope = np.diff(values) / np.diff(knots)
    bend = np.diff(slope)
    inner = knots[1:-1]
    if function.facing == "right":
        made, offset = [(1, k, b) for k, b in zip(inner, bend)], values[0]
    elif function.facing == "left":
        made = [(-1, k, b) for k, b in zip(inner, bend)] + [(-1, knots[-1], -slope[-1])]
        offset = values[-1]
    else:
        centre = int(np.argmin(values[1:-1]))
        made = [(-1, k, b) for k, b in zip(inner[:centre], bend[:centre])]
        made += [(-1, inner[centre], -slope[centre]), (1, inner[centre], slope[centre + 1])]
        made += [(1, k, b) for k, b in zip(inner[centre + 1:], bend[centre + 1:])]
        offset = values[centre + 1]
    reach = [knots[-1] - k if side > 0 else k - knots[0] for side, k, _ in made]
    return {"w1": [s / r for (s, _, _), r in zip(made, reach)], "b1": [-s * k / r for (s, k, _), r in zip(made, reach)],
            "w2": [w * r for (_, _, w), r in zip(made, reach)], "b2": offset}


def errors(function, net):
    """Largest and root mean square error, of float32 parameters, on a grid that training did not see."""
    x = spaced(function, np.linspace(0, 1, 100003))
    w1, b1, w2 = (np.array(net[name], np.float32).astype(float) for name in ("w1", "b1", "w2"))
    y = np.full_like(x, float(np.float32(net["b2"])))
    for a, b, c in zip(w1, b1, w2):
        y += c * np.maximum(a * x + b, 0)
    e = y - function.value(x)
    if function.relative:
        e /= function.value(x)
    return float(np.max(np.abs(e))), float(np.sqrt(np.mean(e * e)))


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    log = ["function hidden iterations loss max_error rms_error sum_|w2|   (errors of all but reciprocal_raw below exp_raw: relative)"]
    started = time.time()
    for name, function in FUNCTIONS.items():
        x = samples(function)
        for hidden in HIDDEN:
            fit = Fit(function, hidden if function.facing == "right" else hidden - 1, x)
            iterations, loss = fit.run()
            net = units(function, *fit.curve(fit.p))
            greatest, rms = errors(function, net)
            entries.append({"function": name, "low": function.low, "high": function.high,
                            **{k: np.round(np.float32(v).astype(float), 10).tolist() for k, v in net.items()}})
            log.append(f"{name} {hidden} {iterations} {loss:.4e} {greatest:.3e} {rms:.3e} {np.sum(np.abs(net['w2'])):.3f}")
            print(log[-1], flush=True)
    text = ",\n".join(json.dumps(e) for e in entries)
    (out / "networks.json").write_text('{"format": "ranvier-ugo", "version": 1, "networks": [\n' + text + "\n]}\n")
    (out / "training.log").write_text("\n".join(log) + "\n")
    print(f"{time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
