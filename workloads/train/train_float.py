# SPDX-License-Identifier: Apache-2.0
"""Trains a bundled ViT in float on Fashion-MNIST.  usage: train_float.py NAME OUT.pt [--epochs N] [--lr X] [--seed N]"""
import argparse
import time

import torch
from torch.nn import functional as F

import data
from model import CONFIGS, ViT


def evaluate(model, x, y, batch=500):
    model.eval()
    with torch.no_grad():
        hits = sum((model(x[i:i + batch]).argmax(1) == y[i:i + batch]).sum().item() for i in range(0, len(x), batch))
    model.train()
    return 100.0 * hits / len(x)


def augment(pixels):
    """Mirror half of the images; shift half of them by one pixel left, right, up or down."""
    flip = torch.rand(len(pixels)) < 0.5
    pixels = torch.where(flip[:, None, None], pixels.flip(2), pixels)
    move = torch.randint(0, 8, (len(pixels),))
    for k, (dy, dx) in enumerate(((0, 1), (0, -1), (1, 0), (-1, 0))):
        pixels[move == k] = pixels[move == k].roll((dy, dx), (1, 2))
    return pixels


def main():
    p = argparse.ArgumentParser()
    p.add_argument("name", choices=CONFIGS)
    p.add_argument("out")
    p.add_argument("--epochs", type=int, default=20)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.manual_seed(a.seed)
    torch.set_flush_denormal(True)
    cfg = CONFIGS[a.name]
    px, y = data.load("train")
    tx, ty = data.load("t10k")
    tx = data.patches(data.normalise(data.codes(tx)), cfg.patch)
    model = ViT(cfg)
    print(f"{a.name}: {sum(w.numel() for w in model.parameters())} parameters; {vars(a)}", flush=True)
    opt = torch.optim.AdamW(model.parameters(), lr=a.lr, weight_decay=0.05)
    steps = len(px) // a.batch
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, a.lr, total_steps=steps * a.epochs, pct_start=0.15)
    for epoch in range(a.epochs):
        start, total = time.time(), 0.0
        order = torch.randperm(len(px))
        for i in range(steps):
            pick = order[i * a.batch:(i + 1) * a.batch]
            x = data.patches(data.normalise(data.codes(augment(px[pick]))), cfg.patch)
            loss = F.cross_entropy(model(x), y[pick], label_smoothing=0.05)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            sched.step()
            total += loss.item()
            if i == 20 and epoch == 0:
                print(f"{(time.time() - start) / 21 * steps:.0f} s/epoch expected", flush=True)
        print(f"epoch {epoch + 1}/{a.epochs} loss {total / steps:.4f} test {evaluate(model, tx, ty):.2f} % "
              f"{time.time() - start:.0f} s", flush=True)
        torch.save(model.state_dict(), a.out)


if __name__ == "__main__":
    main()
