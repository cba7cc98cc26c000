# SPDX-License-Identifier: Apache-2.0
"""Functions that universal group operators stand for: domain, loss, what lies outside the domain, side that units face.
The forms named *_raw are the paper's, on the values as they come; the others follow a range reduction or spare it by a wider
domain with relative errors (docs/explanation/ugo.md)."""
import math
from dataclasses import dataclass
from typing import Callable

import numpy as np

ERF = np.vectorize(math.erf)


@dataclass(frozen=True)
class Function:
    value: Callable[[np.ndarray], np.ndarray]
    low: float
    high: float
    facing: str = "left"  # of the hidden units' active sides: right, left, or both, away from the function's minimum
    zero_left: bool = False  # exactly 0 left of the first knot
    identity_right: bool = False  # exactly x right of the last knot
    relative: bool = False  # loss on relative errors
    log_spaced: bool = False  # synthetic inputs uniform in the logarithm: the domain spans decades


def gelu(x):
    return 0.5 * x * (1 + ERF(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def quick_gelu(x):
    return x / (1 + np.exp(-1.702 * x))


def reciprocal(x):
    return 1 / x


def root(x):
    return 1 / np.sqrt(x)


def spaced(function, parts):
    """Points of the domain at `parts` of the way through it."""
    if function.log_spaced:
        return function.low * (function.high / function.low) ** parts
    return function.low + (function.high - function.low) * parts


def bump(f):
    return Function(f, -10, 10, facing="both", zero_left=True, identity_right=True)


FUNCTIONS = {
    "gelu": bump(gelu),
    "gelu_tanh": bump(gelu_tanh),
    "quick_gelu": bump(quick_gelu),
    "exp": Function(np.exp, -20, 0, facing="right", zero_left=True),
    "exp_raw": Function(np.exp, -20, 3, facing="right", zero_left=True),
    "reciprocal": Function(reciprocal, 1, 4, relative=True, log_spaced=True),
    "reciprocal_wide": Function(reciprocal, 1, 64, relative=True, log_spaced=True),
    "reciprocal_raw": Function(reciprocal, 1, 256, log_spaced=True),
    "root": Function(root, 1, 16, relative=True, log_spaced=True),
    "root_wide": Function(root, 1 / 64, 16, relative=True, log_spaced=True),
}
