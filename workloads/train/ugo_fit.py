# SPDX-License-Identifier: Apache-2.0
"""Fits a piecewise linear function with free knots to samples: Levenberg-Marquardt over knots and the values at them, in
float64. A network of one hidden ReLU layer over one input is such a function and every such function is one, but in
knots and values the problem is well conditioned, which it is not in w1, b1 and w2."""
import numpy as np

from ugo_functions import spaced

HUBER_DELTA = 1.0  # as torch's HuberLoss has it


def first_knots(function, count, grid):
    """Interior knots of equal shares of (f''^2 times the weight of an error there)^(1/5), which is optimal for the squared
    error of free knots (de Boor, A Practical Guide to Splines, chapter XII)."""
    y = function.value(grid)
    bend = np.gradient(np.gradient(y, grid), grid) ** 2
    if function.relative:
        bend /= y * y
    if function.log_spaced:
        bend /= grid
    bend **= 0.2
    share = np.concatenate([[0], np.cumsum((bend[1:] + bend[:-1]) / 2 * np.diff(grid))])
    share += 1e-6 * share[-1] * (grid - grid[0]) / (grid[-1] - grid[0])
    return np.interp((np.arange(count) + 1) / (count + 1) * share[-1], share, grid)


class Fit:
    """Parameters: interior knots k[1..n], then those of the values y[0..n+1] that no pinned tail decides."""

    def __init__(self, function, count, x):
        self.function, self.x, self.n = function, x, count
        self.low, self.high = function.low, function.high
        self.target = function.value(x)
        self.scale = 1 / np.abs(self.target) if function.relative else np.ones_like(x)
        self.free = [i for i in range(count + 2)
                     if not (function.zero_left and i < 2) and not (function.identity_right and i >= count)]
        knots = first_knots(function, count, spaced(function, np.linspace(0, 1, 20001)))
        values = function.value(np.concatenate([[self.low], knots, [self.high]]))
        self.p = np.concatenate([knots, values[self.free]])

    def curve(self, p):
        knots = np.concatenate([[self.low], p[: self.n], [self.high]])
        values = np.zeros(self.n + 2)
        values[self.free] = p[self.n:]
        if self.function.identity_right:
            values[self.n:] = knots[self.n:]
        return knots, values

    def in_order(self, p):
        knots, _ = self.curve(p)
        return np.all(np.diff(knots) > 1e-6 * (self.high - self.low))

    def residual(self, p):
        knots, values = self.curve(p)
        return (np.interp(self.x, knots, values) - self.target) * self.scale

    def loss(self, r):
        a = np.abs(r)
        if self.function.relative:
            return np.mean(r * r) / 2
        return np.mean(np.where(a <= HUBER_DELTA, r * r / 2, HUBER_DELTA * (a - HUBER_DELTA / 2)))

    def jacobian(self, p):
        knots, values = self.curve(p)
        slope = np.diff(values) / np.diff(knots)
        segment = np.clip(np.searchsorted(knots, self.x, side="right") - 1, 0, self.n)
        part = (self.x - knots[segment]) / (knots[segment + 1] - knots[segment])
        rows = np.arange(len(self.x))
        hat = np.zeros((len(self.x), self.n + 2))
        hat[rows, segment] = 1 - part
        hat[rows, segment + 1] = part
        moved = -hat * slope[segment][:, None]  # a knot that moves right carries its segments along their slopes
        if self.function.identity_right:
            moved[:, self.n] += hat[:, self.n]
        return np.concatenate([moved[:, 1:-1], hat[:, self.free]], axis=1) * self.scale[:, None]

    def run(self, most=200):
        damping, r = 1e-3, self.residual(self.p)
        loss = self.loss(r)
        for step in range(most):
            weight = np.ones_like(r)
            if not self.function.relative:
                weight = np.minimum(1, HUBER_DELTA / np.maximum(np.abs(r), 1e-300))
            j = self.jacobian(self.p)
            normal, gradient = j.T @ (j * weight[:, None]), j.T @ (r * weight)
            before = loss
            while damping < 1e8:
                lifted = normal + damping * np.diag(np.diag(normal) + 1e-12 * np.trace(normal))
                tried = self.p - np.linalg.lstsq(lifted, gradient, rcond=None)[0]
                if self.in_order(tried):
                    new_r = self.residual(tried)
                    new_loss = self.loss(new_r)
                    if new_loss < loss:
                        self.p, r, loss, damping = tried, new_r, new_loss, damping / 4
                        break
                damping *= 4
            if damping >= 1e8 or before - loss < 1e-7 * before:
                return step + 1, loss
        return most, loss
