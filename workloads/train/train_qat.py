# SPDX-License-Identifier: Apache-2.0
"""Quantisation-aware fine-tuning of a float checkpoint, distilled from it.
usage: train_qat.py NAME FLOAT.pt OUT.pt [--bits 5] [--epochs N] [--lr X] [--seed N]"""
import argparse
import time

import torch
from torch.nn import functional as F

import data
from model import CONFIGS, ViT
from quantise import Site, snap_residual_scales
from train_float import augment, evaluate


def main():
    p = argparse.ArgumentParser()
    p.add_argument("name", choices=CONFIGS)
    p.add_argument("float")
    p.add_argument("out")
    p.add_argument("--bits", type=int, default=5)
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--lr", type=float, default=5e-4)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.manual_seed(a.seed)
    torch.set_flush_denormal(True)
    cfg = CONFIGS[a.name]
    px, y = data.load("train")
    tx, ty = data.load("t10k")
    tx = data.patches(data.normalise(data.codes(tx)), cfg.patch)
    teacher = ViT(cfg)
    teacher.load_state_dict(torch.load(a.float))
    teacher.eval()
    model = ViT(cfg, lambda name: Site(name, a.bits))
    model.load_state_dict(torch.load(a.float), strict=False)
    model(data.patches(data.normalise(data.codes(px[:512])), cfg.patch))  # sets the first scales
    print(f"{a.name} {vars(a)}\nfloat test {evaluate(teacher, tx, ty):.2f} %, "
          f"quantised before fine-tuning {evaluate(model, tx, ty):.2f} %", flush=True)
    teacher.eval()
    scales = [w for n, w in model.named_parameters() if n.endswith("scale")]
    weights = [w for n, w in model.named_parameters() if not n.endswith("scale")]
    opt = torch.optim.AdamW([{"params": weights, "weight_decay": 0.02}, {"params": scales, "weight_decay": 0.0}], lr=a.lr)
    steps = len(px) // a.batch
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, a.lr, total_steps=steps * a.epochs, pct_start=0.1)
    for epoch in range(a.epochs):
        if epoch == a.epochs - 1:
            snap_residual_scales(model)
        start, total = time.time(), 0.0
        order = torch.randperm(len(px))
        for i in range(steps):
            pick = order[i * a.batch:(i + 1) * a.batch]
            x = data.patches(data.normalise(data.codes(augment(px[pick]))), cfg.patch)
            with torch.no_grad():
                soft = torch.softmax(teacher(x), 1)
            out = model(x)
            loss = 0.5 * F.cross_entropy(out, y[pick], label_smoothing=0.05) + 0.5 * F.cross_entropy(out, soft)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            sched.step()
            for s in scales:
                s.data.clamp_(min=1e-5)
            total += loss.item()
        print(f"epoch {epoch + 1}/{a.epochs} loss {total / steps:.4f} quantised test {evaluate(model, tx, ty):.2f} % "
              f"{time.time() - start:.0f} s", flush=True)
        torch.save(model.state_dict(), a.out)


if __name__ == "__main__":
    main()
