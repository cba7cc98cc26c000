# SPDX-License-Identifier: Apache-2.0
"""Trains a Vision Transformer on CIFAR-10 and writes it as ranvier reads it: model.safetensors under timm's names.
usage: train.py DATA OUT [--epochs N] [--width D] [--blocks L] ...    DATA: what data.py wrote; a GPU is used if there is one
Pre-norm, GELU, class token; crops, mirrors, colour jitter, a cut-out square and MixUp stand for RandAugment."""
import argparse
import json
import struct
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import data

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5, -1)
        return self.proj((a @ v).transpose(1, 2).reshape(n, t, d))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(a.width, 1e-6), nn.LayerNorm(a.width, 1e-6)
        self.attn, self.mlp = Attention(a.width, a.heads), Mlp(a.width, a.hidden)

    def forward(self, x, keep):
        """`keep`: share of images whose layers are not skipped (stochastic depth)."""
        x = x + self.drop(self.attn(self.norm1(x)), keep)
        return x + self.drop(self.mlp(self.norm2(x)), keep)

    def drop(self, y, keep):
        if not self.training or keep >= 1:
            return y
        return y * (torch.rand(len(y), 1, 1, device=y.device) < keep) / keep


class ViT(nn.Module):
    def __init__(self, a):
        super().__init__()
        tokens = (data.SIDE // a.patch) ** 2 + 1
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, a.width, a.patch, a.patch)})
        self.cls_token = nn.Parameter(torch.randn(1, 1, a.width) * 0.02)
        self.pos_embed = nn.Parameter(torch.randn(1, tokens, a.width) * 0.02)
        self.blocks = nn.ModuleList(Block(a) for _ in range(a.blocks))
        self.norm = nn.LayerNorm(a.width, 1e-6)
        self.head = nn.Linear(a.width, 10)
        self.keep = [1 - a.drop * i / max(a.blocks - 1, 1) for i in range(a.blocks)]

    def forward(self, x):
        x = self.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        for block, keep in zip(self.blocks, self.keep):
            x = block(x, keep)
        return self.head(self.norm(x)[:, 0])


def normalised(pixels):
    mean, deviation = (torch.tensor(v, device=pixels.device).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    return (pixels.float() / 255 - mean) / deviation


def augmented(pixels):
    """One crop of a padded image, mirror and cut-out square each; brightness and contrast."""
    n, device = len(pixels), pixels.device
    padded = F.pad(pixels.float(), (4, 4, 4, 4))
    top, left = (torch.randint(0, 9, (n,), device=device) for _ in range(2))
    rows = (top[:, None] + torch.arange(data.SIDE, device=device)).view(n, 1, -1, 1)
    columns = (left[:, None] + torch.arange(data.SIDE, device=device)).view(n, 1, 1, -1)
    x = padded[torch.arange(n, device=device).view(n, 1, 1, 1), torch.arange(3, device=device).view(1, 3, 1, 1), rows,
               columns]
    x = torch.where(torch.rand(n, 1, 1, 1, device=device) < 0.5, x.flip(3), x)
    contrast = 1 + 0.4 * (torch.rand(n, 1, 1, 1, device=device) - 0.5)
    brightness = 60 * (torch.rand(n, 3, 1, 1, device=device) - 0.5)
    x = ((x - 128) * contrast + 128 + brightness).clamp(0, 255)
    y, z = (torch.randint(0, data.SIDE, (n, 1, 1, 1), device=device) for _ in range(2))
    at = torch.arange(data.SIDE, device=device)
    hole = ((at.view(1, 1, -1, 1) - y).abs() < 5) & ((at.view(1, 1, 1, -1) - z).abs() < 5)
    return x.masked_fill(hole, 120.0)


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        hits = sum((model(normalised(x[i:i + 500])).argmax(1) == y[i:i + 500]).sum().item() for i in range(0, len(x), 500))
    model.train()
    return 100.0 * hits / len(x)


def write_safetensors(path, tensors):
    header, blobs, at = {}, [], 0
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name], np.float32)
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        blobs.append(array.tobytes())
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("data", type=Path)
    p.add_argument("out", type=Path)
    for name, value in (("epochs", 200), ("batch", 256), ("patch", 4), ("width", 256), ("heads", 4), ("blocks", 8),
                        ("hidden", 768), ("seed", 1), ("images", 50000)):
        p.add_argument(f"--{name}", type=int, default=value)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--drop", type=float, default=0.1)
    a = p.parse_args()
    torch.manual_seed(a.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    px, y = (torch.from_numpy(v).to(device) for v in data.load(a.data / "train.bin"))
    tx, ty = (torch.from_numpy(v).to(device) for v in data.load(a.data / "test.bin"))
    px, y = px[:a.images], y[:a.images]
    model = ViT(a).to(device)
    print(f"{sum(w.numel() for w in model.parameters())} parameters on {device}; {vars(a)}", flush=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=a.lr, weight_decay=0.05)
    steps = max(len(px) // a.batch, 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, a.lr, total_steps=steps * a.epochs,
                                                   pct_start=max(0.1, min(2 / (steps * a.epochs), 0.5)))
    scaler = torch.cuda.amp.GradScaler(enabled=device == "cuda")
    a.out.mkdir(parents=True, exist_ok=True)
    for epoch in range(a.epochs):
        start, total = time.time(), 0.0
        order = torch.randperm(len(px), device=device)
        for i in range(steps):
            pick = order[i * a.batch:(i + 1) * a.batch]
            x, one = normalised(augmented(px[pick])), y[pick]
            share = float(np.random.default_rng(a.seed + epoch * steps + i).beta(0.2, 0.2))
            other = torch.randperm(len(x), device=device)
            with torch.autocast(device, enabled=device == "cuda"):
                logits = model(share * x + (1 - share) * x[other])
                loss = share * F.cross_entropy(logits, one, label_smoothing=0.05) \
                    + (1 - share) * F.cross_entropy(logits, one[other], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()
            scaler.unscale_(optimiser)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimiser)
            scaler.update()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{a.epochs} loss {total / steps:.4f} test {evaluate(model, tx, ty):.2f} % "
              f"{time.time() - start:.0f} s", flush=True)
    write_safetensors(a.out / "model.safetensors", {k: v.detach().cpu().numpy() for k, v in model.state_dict().items()})
    (a.out / "config.json").write_text(json.dumps({"num_attention_heads": a.heads, "layer_norm_eps": 1e-6}) + "\n")
    (a.out / "preprocessor_config.json").write_text(json.dumps({"image_mean": MEAN, "image_std": DEVIATION}) + "\n")


if __name__ == "__main__":
    main()
