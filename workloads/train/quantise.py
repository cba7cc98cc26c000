# SPDX-License-Identifier: Apache-2.0
"""Learned-step quantisers (LSQ, Esser et al., ICLR 2020, eq. 1-5) at the sites where the chip's encoders will stand."""
import math

import torch
from torch import nn


def bounds(name, bits):
    """Code range of a site: softmax is never negative, GELU hardly (above -0.17), all else is symmetric."""
    if name == "attn":
        return 0, 2**bits - 1
    if name == "gelu":
        return -(2 ** (bits - 3)), 2**bits - 1 - 2 ** (bits - 3)
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


class Site(nn.Module):
    """x -> clip(floor(x/scale + 1/2), lo, hi) * scale, with a straight-through gradient and a learned scale."""

    def __init__(self, name, bits):
        super().__init__()
        self.lo, self.hi = bounds(name, bits)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("ready", torch.zeros(1, dtype=torch.bool))

    def forward(self, x):
        if not self.ready:
            # Attention rows are peaky: the LSQ start (from the mean) would clip their maxima.
            spread = x.detach().abs().mean() * 2 / math.sqrt(self.hi) if self.lo else x.detach().max() * 0.5 / self.hi
            self.scale.data.fill_(max(spread.item(), 1e-5))
            self.ready.fill_(True)
        gain = 1.0 / math.sqrt(x.numel() / x.shape[0] * self.hi)
        s = (self.scale * gain) + (self.scale * (1 - gain)).detach()
        y = torch.clamp(x / s, self.lo, self.hi)
        return (y + (torch.floor(y + 0.5) - y).detach()) * s


def residual_sites(model):
    """Sites whose codes are summed on the residual stream; their scales become integer multiples of one unit."""
    return [model.embed_site] + [b.site[n] for b in model.blocks for n in ("proj", "fc2")]


def snap_residual_scales(model):
    """Rounds the residual sites' scales to multiples of min/8 and freezes them, as the converter would."""
    sites = residual_sites(model)
    unit = min(s.scale.item() for s in sites) / 8
    for s in sites:
        s.scale.data.fill_(round(s.scale.item() / unit) * unit)
        s.scale.requires_grad_(False)
