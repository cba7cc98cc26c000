# SPDX-License-Identifier: Apache-2.0
"""Makes the small ONNX networks of tests/workloads/onnx, and what torch computes with them.

Each network has seeded random weights and is exported at several opsets; <network>.npz holds one input and torch's
output. Run with torch 1.13 and onnx 1.12:  python3 make_models.py [FOLDER]
"""
import math
import os
import sys
import warnings

import numpy
import onnx
import torch
import torch.nn.functional as F
from torch import nn

OPSETS = (11, 13, 14, 17)
BATCH_FREE = {"input": {0: "batch"}}


class Attention(nn.Module):
    """q, k and v from one layer: reshape, permute, take apart."""

    def __init__(self, width, heads, form="unbind"):
        super().__init__()
        self.heads, self.form = heads, form
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)

    def forward(self, x):
        b, n, d = x.shape
        head = d // self.heads
        if self.form == "unbind":
            qkv = self.qkv(x).reshape(b, n, 3, self.heads, head).permute(2, 0, 3, 1, 4)
            q, k, v = qkv[0], qkv[1], qkv[2]
            a = (q @ k.transpose(-2, -1)) * head ** -0.5
        elif self.form == "chunk":  # einops style: three pieces, each split in heads, einsum
            q, k, v = (t.view(b, n, self.heads, head) for t in self.qkv(x).chunk(3, dim=-1))
            a = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(head)
            y = torch.einsum("bhij,bjhd->bihd", a.softmax(-1), v)
            return self.project(y.reshape(b, n, d))
        else:  # the exponent stays an operation in the file
            qkv = self.qkv(x).reshape(b, n, 3, self.heads, head).permute(2, 0, 3, 1, 4)
            q, k, v = qkv.unbind(0)
            a = (q * torch.tensor(float(head)).pow(-0.5)) @ k.transpose(-2, -1)
        y = (a.softmax(dim=-1) @ v).transpose(1, 2).reshape(b, n, d)
        return self.project(y)


class FromTorch(nn.Module):
    """nn.MultiheadAttention with the weights of an Attention."""

    def __init__(self, other, batch_first=True):
        super().__init__()
        width = other.project.in_features
        self.inner = nn.MultiheadAttention(width, other.heads, batch_first=batch_first)
        with torch.no_grad():
            self.inner.in_proj_weight.copy_(other.qkv.weight)
            self.inner.in_proj_bias.copy_(other.qkv.bias)
            self.inner.out_proj.weight.copy_(other.project.weight)
            self.inner.out_proj.bias.copy_(other.project.bias)

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0]


class QuickGelu(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class TanhGelu(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3))))


class Block(nn.Module):
    def __init__(self, width, heads, hidden, activation=nn.GELU, post=False, form="unbind"):
        super().__init__()
        self.post = post
        self.attention = Attention(width, heads, form)
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), activation(), nn.Dropout(0.1), nn.Linear(hidden, width))

    def forward(self, x):
        if self.post:
            x = self.norm1(x + self.attention(x))
            return self.norm2(x + self.mlp(x))
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Vit(nn.Module):
    def __init__(self, extra=1, form="unbind", width=8, heads=2, tokens=9):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.extra = nn.Parameter(torch.randn(1, extra, width) * 0.5)
        self.positions = nn.Parameter(torch.randn(1, tokens + extra, width) * 0.5)
        self.drop = nn.Dropout(0.1)
        self.blocks = nn.Sequential(*(Block(width, heads, 2 * width, form=form) for _ in range(2)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.heads = nn.ModuleList(nn.Linear(width, 10) for _ in range(extra))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.extra.expand(x.shape[0], -1, -1), x), dim=1)
        x = self.norm(self.blocks(self.drop(x + self.positions)))
        logits = [head(x[:, i]) for i, head in enumerate(self.heads)]
        return logits[0] if len(logits) == 1 else (logits[0] + logits[1]) / 2


class Cct(nn.Module):
    """Convolutional tokens, sequence pooling (Hassani et al. 2021, arXiv 2104.05704)."""

    def __init__(self, width=8):
        super().__init__()
        self.tokens = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                                    nn.Conv2d(8, width, 3, 1, 1, bias=False), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.positions = nn.Parameter(torch.randn(1, 9, width) * 0.5)
        self.blocks = nn.Sequential(*(Block(width, 2, 2 * width) for _ in range(2)))
        self.norm = nn.LayerNorm(width)
        self.pool = nn.Linear(width, 1)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        x = self.tokens(x).flatten(2, 3).transpose(-2, -1)
        x = self.norm(self.blocks(x + self.positions))
        x = torch.matmul(F.softmax(self.pool(x), dim=1).transpose(-1, -2), x).squeeze(-2)
        return self.head(x)


class Kwt(nn.Module):
    """Frames of features, norms behind, GELU in its tanh form (as Berg et al. 2021, arXiv 2104.00769)."""

    def __init__(self, frames=12, features=10, width=8):
        super().__init__()
        self.embed = nn.Linear(features, width)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.5)
        self.positions = nn.Parameter(torch.randn(1, frames + 1, width) * 0.5)
        self.blocks = nn.Sequential(*(Block(width, 1, 2 * width, TanhGelu, post=True, form="pow") for _ in range(2)))
        self.head = nn.Linear(width, 6)

    def forward(self, x):
        x = self.embed(x)
        x = torch.cat((self.token.repeat(x.shape[0], 1, 1), x), dim=1) + self.positions
        return self.head(self.blocks(x)[:, 0])


class ClipBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), QuickGelu(), nn.Linear(4 * width, width))
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class Clip(nn.Module):
    """The image half of CLIP (Radford et al. 2021, arXiv 2103.00020): norm in front, tokens first, projection."""

    def __init__(self, width=8):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 4, 4, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) * 0.5)
        self.positional_embedding = nn.Parameter(torch.randn(10, width) * 0.5)
        self.ln_pre = nn.LayerNorm(width)
        self.blocks = nn.Sequential(*(ClipBlock(width, 2) for _ in range(2)))
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.randn(width, 6) * 0.25)

    def forward(self, x):
        x = self.conv1(x)
        x = x.reshape(x.shape[0], x.shape[1], -1).permute(0, 2, 1)
        zeros = torch.zeros(x.shape[0], 1, x.shape[-1], dtype=x.dtype, device=x.device)
        x = torch.cat([self.class_embedding.to(x.dtype) + zeros, x], dim=1)
        x = self.ln_pre(x + self.positional_embedding).permute(1, 0, 2)
        x = self.blocks(x).permute(1, 0, 2)
        return self.ln_post(x[:, 0, :]) @ self.proj


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(48, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.2),
                                    nn.BatchNorm1d(24), nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 10))

    def forward(self, x):
        return self.layers(x)


class Cnn(nn.Module):
    """Convolutions of one and two axes, depthwise ones too, pooling, HardSwish, SiLU."""

    def __init__(self):
        super().__init__()
        self.two = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.Hardswish(),
                                 nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.SiLU(), nn.AvgPool2d(2), nn.ReLU6())
        self.one = nn.Sequential(nn.Conv1d(8, 12, 3, padding=2, dilation=2), nn.BatchNorm1d(12), nn.ReLU(),
                                 nn.MaxPool1d(3), nn.AdaptiveAvgPool1d(1))
        self.head = nn.Linear(12, 5)

    def forward(self, x):
        return self.head(self.one(self.two(x).flatten(2)).flatten(1))


class Encoder(nn.Module):
    """torch's own nn.TransformerEncoderLayer."""

    def __init__(self, norm_first):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True, norm_first=norm_first)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.layer(x).mean(dim=1))


def spread(network, seed):
    """Random statistics for batch norms and affine parameters, so that a mistake in them shows."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)):
                module.weight.uniform_(0.5, 1.5, generator=generator)
                module.bias.uniform_(-0.5, 0.5, generator=generator)
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.running_mean.uniform_(-0.5, 0.5, generator=generator)
                module.running_var.uniform_(0.5, 1.5, generator=generator)


def networks():
    def seeded(make, seed=7):
        torch.manual_seed(seed)
        network = make()
        spread(network, seed)
        return network.eval()

    image = (1, 3, 12, 12)
    yield "vit", seeded(Vit), image
    yield "vit-einops", seeded(lambda: Vit(form="chunk")), image
    torch_vit = seeded(Vit)
    for block in torch_vit.blocks:
        block.attention = FromTorch(block.attention)
    yield "vit-mha", torch_vit.eval(), image
    yield "deit", seeded(lambda: Vit(extra=2)), image
    yield "cct", seeded(Cct), image
    yield "kwt", seeded(Kwt), (1, 12, 10)
    yield "clip", seeded(Clip), image
    yield "mlp", seeded(Mlp), (1, 3, 4, 4)
    yield "cnn", seeded(Cnn), image
    yield "encoder-pre", seeded(lambda: Encoder(True)), (1, 6, 8)
    yield "encoder-post", seeded(lambda: Encoder(False)), (1, 6, 8)


def export(network, example, path, opset):
    # Gradients on keep torch from the fused encoder layer, which no opset has.
    torch.onnx.export(network, example, path, opset_version=opset, input_names=["input"], output_names=["output"],
                      dynamic_axes=BATCH_FREE, do_constant_folding=True)


def main(folder):
    warnings.filterwarnings("ignore")
    for name, network, shape in networks():
        generator = torch.Generator().manual_seed(11)
        example = torch.randn(shape, generator=generator)
        output = network(example).detach()
        numpy.savez(os.path.join(folder, name + ".npz"), input=example.numpy(), output=output.numpy())
        for opset in OPSETS:
            if name == "vit-einops" and opset < 12:
                continue  # Einsum came with opset 12
            path = os.path.join(folder, f"{name}-{opset}.onnx")
            export(network, example, path, opset)
            model = onnx.load(path)
            for node in model.graph.node:
                node.doc_string = ""
            onnx.save(model, path)
            if name == "vit" and opset == 17:
                onnx.save_model(model, os.path.join(folder, "vit-external.onnx"), save_as_external_data=True,
                                all_tensors_to_one_file=True, location="vit-external.bin", size_threshold=0)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
