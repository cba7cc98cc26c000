# SPDX-License-Identifier: Apache-2.0
"""Writes what the product ships of a trained network: safetensors and config.json (docs/reference/model-files.md).
usage: export.py NAME FLOAT.pt QAT.pt BITS OUT_DIR"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch

import data
from model import CONFIGS, ViT
from quantise import Site, bounds
from train_float import evaluate

TEST_IMAGES = 500
CALIBRATION_IMAGES = 256


def write_safetensors(path, tensors):
    """8-byte little-endian header length, JSON header, then the bytes; names in order, so the file is reproducible."""
    header, blobs, at = {}, [], 0
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        kind = {"float32": "F32", "uint8": "U8"}[array.dtype.name]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        blobs.append(array.tobytes())
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def state(model):
    return {name: w.detach().numpy() for name, w in model.state_dict().items() if not name.endswith("ready")}


def logits(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).numpy()


def main():
    name, float_pt, qat_pt, bits, out = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), Path(sys.argv[5])
    cfg = CONFIGS[name]
    px, y = data.load("t10k")
    x = data.patches(data.normalise(data.codes(px)), cfg.patch)
    trained = ViT(cfg)
    trained.load_state_dict(torch.load(float_pt))
    quantised = ViT(cfg, lambda n: Site(n, bits))
    quantised.load_state_dict(torch.load(qat_pt))
    plain = ViT(cfg)
    plain.load_state_dict({k: w for k, w in quantised.state_dict().items() if k in plain.state_dict()})

    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", state(quantised))
    write_safetensors(folder / "float.safetensors", state(trained))
    head = x[:TEST_IMAGES]
    write_safetensors(folder / "float_logits.safetensors", {
        "logits": logits(plain, head), "logits_quantised": logits(quantised, head),
        "logits_float_trained": logits(trained, head)})
    config = {
        "name": name, "dataset": "fashion-mnist", "patch": cfg.patch, "width": cfg.width, "heads": cfg.heads,
        "blocks": cfg.blocks, "hidden": cfg.hidden, "classes": cfg.classes, "image": cfg.image,
        "pixel_shift": data.PIXEL_SHIFT, "input_zero": data.INPUT_ZERO, "input_scale": data.INPUT_SCALE,
        "activation_bits": bits, "accuracy_float_10k": round(evaluate(trained, x, y), 2),
        "accuracy_quantised_10k": round(evaluate(quantised, x, y), 2),
        "bounds": {site: list(bounds(site, bits)) for site in ("attn", "gelu")},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    images = out / "fashion-mnist"
    images.mkdir(exist_ok=True)
    write_safetensors(images / "test500.safetensors",
                      {"pixels": px[:TEST_IMAGES].numpy(), "labels": y[:TEST_IMAGES].numpy().astype(np.uint8)})
    cx, cy = data.load("train")
    write_safetensors(images / "calibration.safetensors",
                      {"pixels": cx[:CALIBRATION_IMAGES].numpy(), "labels": cy[:CALIBRATION_IMAGES].numpy().astype(np.uint8)})
    print(json.dumps(config))


if __name__ == "__main__":
    main()
