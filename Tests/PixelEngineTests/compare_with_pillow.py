#!/usr/bin/env python3
"""Compares what pixelater makes of a folder of pictures with what Pillow makes of it.

    python3 compare_with_pillow.py path/to/pixelater FOLDER

Runs `pixelater pixelate FILE --output DIR --form grid` for every PNG and JPEG in the folder, and compares each grid with
`resize((N, N), BILINEAR)` of the upright picture. A PNG grid must be within 1 in every channel, within 2 where colours
are multiplied by alpha. A JPEG grid has been quantised on the way out: it must be as near to Pillow's grid as Pillow's own
JPEG of it is (quality 75), within a tenth and half a step on average, and half as much again and 4 steps at most. Needs
Pillow 11 or later, and numpy.

Pictures that pixelater refuses are listed, for they may be broken in ways that Pillow forgives. Exits 1 if anything is
further off, or missing, or if nothing could be compared.
"""

import io
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

SIZES = [8, 16, 32, 48, 64]
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Image.MAX_IMAGE_PIXELS = 100_000_000


def expanded(picture):
    """Palettes and few or many bits as 8-bit samples, with alpha where the file has it: what is filtered."""
    if "transparency" in picture.info and picture.mode in ("1", "L", "I;16"):
        return None  # Pillow does not scale the transparent value with the samples
    with open(picture.filename, "rb") as file:
        depth = file.read(25)[24]
    if picture.format == "PNG" and depth == 16 and not picture.mode.startswith("I"):
        return None  # Pillow cuts the low byte off, it does not round
    if picture.mode.startswith("I"):
        wide = np.asarray(picture).astype(np.int64)
        return Image.fromarray(((wide * 255 + 32895) >> 16).astype(np.uint8))
    if picture.mode in ("P", "RGB"):
        return picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    return picture.convert("L") if picture.mode == "1" else picture


def samples(picture):
    """As numbers, colours multiplied by alpha."""
    array = np.asarray(picture).astype(float)
    array = array.reshape(picture.height, picture.width, -1)
    if picture.mode in ("LA", "RGBA"):
        array[..., :-1] = np.round(array[..., :-1] * array[..., -1:] / 255)
    return array


def premultiplied(picture):
    """What Pillow itself resizes where there is alpha; it divides afterwards, which rounds once more."""
    return picture.convert({"LA": "La", "RGBA": "RGBa"}.get(picture.mode, picture.mode))


def compare(path, output, size, reference):
    """Returns (largest difference, mean difference, within what is allowed)."""
    mine = Image.open(os.path.join(output, f"pixelated-{size}x{size}-{os.path.basename(path)}"))
    if mine.size != (size, size):
        return None
    grid = premultiplied(reference).resize((size, size), Image.BILINEAR)
    if mine.mode != reference.mode:
        return None
    difference = np.abs(samples(mine) - samples(grid))
    if mine.format == "JPEG":
        buffer = io.BytesIO()
        grid.save(buffer, "JPEG", quality=75)
        theirs = np.abs(samples(Image.open(buffer)) - samples(grid))
        allowed = (
            difference.mean() <= 1.1 * theirs.mean() + 0.5 and difference.max() <= 1.5 * theirs.max() + 4
        )
    else:
        allowed = difference.max() <= (2 if mine.mode in ("LA", "RGBA") else 1)
    return difference.max(), difference.mean(), allowed


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    binary, folder = sys.argv[1:]
    worst = {}
    bad = compared = skipped = refused = 0
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        try:
            picture = Image.open(path, formats=["PNG", "JPEG"])
            picture.load()
        except Exception:
            continue
        kind = picture.format
        reference = expanded(picture)
        if reference is None:
            skipped += 1
            continue
        orientation = picture.getexif().get(0x0112)
        if orientation in TURNS:
            reference = reference.transpose(TURNS[orientation])
        with tempfile.TemporaryDirectory() as output:
            command = [binary, "pixelate", path, "--output", output, "--form", "grid"]
            run = subprocess.run(command, capture_output=True, text=True)
            if run.returncode != 0:
                print(f"{name}: refused with {run.returncode}: {run.stderr.strip()[:160]}")
                refused += 1
                continue
            for size in SIZES:
                try:
                    result = compare(path, output, size, reference)
                except OSError as error:
                    print(f"{name} {size}: {error}")
                    result = None
                if result is None:
                    print(f"{name} {size}: missing, or of another shape or mode")
                    bad += 1
                    continue
                largest, mean, allowed = result
                compared += 1
                key = (kind, reference.mode)
                worst[key] = tuple(map(max, worst.get(key, (0, 0)), (largest, mean)))
                if not allowed:
                    print(f"{name} {size}: largest difference {largest:.0f}, mean {mean:.2f}")
                    bad += 1
    for (kind, mode), (largest, mean) in sorted(worst.items()):
        print(f"{kind} {mode}: largest difference {largest:.0f}, largest mean of a grid {mean:.3f}")
    print(f"{compared} grids compared, {bad} wrong; {refused} pictures refused, {skipped} that Pillow expands otherwise")
    sys.exit(1 if bad or not compared else 0)


main()
