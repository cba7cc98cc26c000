# SPDX-License-Identifier: Apache-2.0
"""The bundled Vision Transformer: pre-norm, softmax attention, GELU, class token; quantiser sites after SpikeZIP-TF."""
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Config:
    patch: int
    width: int
    heads: int
    blocks: int
    hidden: int
    classes: int = 10
    image: int = 28

    @property
    def tokens(self):
        return (self.image // self.patch) ** 2 + 1


CONFIGS = {
    "fashion-vit": Config(patch=4, width=64, heads=4, blocks=4, hidden=128),
    "fashion-vit-small": Config(patch=7, width=64, heads=4, blocks=2, hidden=128),
}


class Identity(nn.Module):
    """Stands at a quantiser site while the network is trained in float."""

    def forward(self, x):
        return x


class Block(nn.Module):
    SITES = ("ln1", "q", "k", "v", "attn", "av", "proj", "ln2", "fc1", "gelu", "fc2")

    def __init__(self, cfg, site):
        super().__init__()
        d = cfg.width
        self.heads = cfg.heads
        self.norm1 = nn.LayerNorm(d)
        self.q, self.k, self.v, self.proj = (nn.Linear(d, d) for _ in range(4))
        self.norm2 = nn.LayerNorm(d)
        self.fc1 = nn.Linear(d, cfg.hidden)
        self.fc2 = nn.Linear(cfg.hidden, d)
        self.site = nn.ModuleDict({name: site(name) for name in self.SITES})

    def split(self, x):
        n, t, d = x.shape
        return x.reshape(n, t, self.heads, d // self.heads).transpose(1, 2)

    def forward(self, x):
        n, t, d = x.shape
        s = self.site
        h = s["ln1"](self.norm1(x))
        q, k, v = (self.split(s[name](getattr(self, name)(h))) for name in ("q", "k", "v"))
        a = s["attn"](torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(d // self.heads), -1))
        o = s["av"]((a @ v).transpose(1, 2).reshape(n, t, d))
        x = x + s["proj"](self.proj(o))
        h = s["ln2"](self.norm2(x))
        h = s["gelu"](F.gelu(s["fc1"](self.fc1(h))))
        return x + s["fc2"](self.fc2(h))


class ViT(nn.Module):
    """patches [n, tokens-1, patch^2] -> logits [n, classes]."""

    def __init__(self, cfg, site=lambda name: Identity()):
        super().__init__()
        self.cfg = cfg
        self.embed = nn.Linear(cfg.patch**2, cfg.width)
        self.cls = nn.Parameter(torch.randn(cfg.width) * 0.02)
        self.pos = nn.Parameter(torch.randn(cfg.tokens, cfg.width) * 0.02)
        self.embed_site = site("embed")
        self.blocks = nn.ModuleList(Block(cfg, site) for _ in range(cfg.blocks))
        self.norm = nn.LayerNorm(cfg.width)
        self.norm_site = site("norm")
        self.head = nn.Linear(cfg.width, cfg.classes)

    def forward(self, x):
        x = self.embed(x)
        x = torch.cat([self.cls.expand(x.shape[0], 1, -1), x], 1) + self.pos
        x = self.embed_site(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm_site(self.norm(x[:, 0])))
