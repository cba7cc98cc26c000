# SPDX-License-Identifier: Apache-2.0
"""Fashion-MNIST as the Debian package dataset-fashion-mnist ships it: IDX files, gzip."""
import gzip
from pathlib import Path

import numpy as np
import torch

ROOT = Path("/usr/share/datasets/fashion-mnist")
# An image pixel reaches the network as a 5-bit code, pixel >> 3: the code is what the chip is sent,
# so float training sees the same 32 grey levels.
PIXEL_SHIFT = 3
# code -> network input: (code - INPUT_ZERO) * INPUT_SCALE; roughly zero mean and unit variance.
INPUT_ZERO = 9.0
INPUT_SCALE = 1.0 / 11.0


def read_idx(path):
    """Array of an IDX file; the header is big-endian: magic (type, rank), one 32-bit length a dimension."""
    raw = gzip.open(path, "rb").read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, -1, 4 + 4 * rank).reshape(shape)


def load(split):
    """(pixels uint8 [n,28,28], labels int64 [n]) of split 'train' or 't10k'."""
    images = read_idx(ROOT / f"{split}-images-idx3-ubyte.gz")
    labels = read_idx(ROOT / f"{split}-labels-idx1-ubyte.gz").astype(np.int64)
    return torch.from_numpy(images.copy()), torch.from_numpy(labels)


def codes(pixels):
    """5-bit input codes of uint8 pixels, as float."""
    return (pixels >> PIXEL_SHIFT).float()


def normalise(code):
    return (code - INPUT_ZERO) * INPUT_SCALE


def patches(image, patch):
    """[n,28,28] -> [n, tokens, patch*patch]; tokens and pixels inside a patch are row-major."""
    n, side = image.shape[0], image.shape[1] // patch
    image = image.reshape(n, side, patch, side, patch).permute(0, 1, 3, 2, 4)
    return image.reshape(n, side * side, patch * patch)
