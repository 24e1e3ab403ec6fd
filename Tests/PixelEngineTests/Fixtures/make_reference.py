#!/usr/bin/env python3
"""Makes the pictures in this folder and their reference grids, with Pillow and numpy.

    python3 make_reference.py

For every picture `references.txt` has a line "file width height model sizes": the upright width and height, the colour
model as the engine names it, and the sizes of which FILE.grids holds the grids, one after the other, as raw samples
(CMYK as stored). A grid is Pillow's `resize((N, N), BILINEAR)` of the decoded, upright picture. 16-bit samples are
rounded to 8 bits first, palettes expanded, which Pillow leaves to its caller. Colours are multiplied by alpha, as Pillow
resizes them: dividing again would round once more.

Two pictures are not made here, for Pillow cannot: `arithmetic.jpg`, the coefficients of `rgb.jpg` written again by libjpeg
with `arith_code`, and `ycck.jpg`, CMYK waves written by libjpeg as YCCK.
"""

import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = [8, 16, 32, 48, 64]
FEW = [8, 48]
MODELS = {"L": "grey", "LA": "greyAlpha", "RGB": "rgb", "RGBA": "rgba", "CMYK": "cmyk"}
lines = []


def picture(width, height, channels, seed, noise=20):
    """Waves, an edge and noise: something to filter that is not smooth."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    result = np.zeros((height, width, channels))
    for channel in range(channels):
        a, b, c = random.uniform(-4, 4, 3)
        wave = np.sin(a * x / width * 6 + b * y / height * 6 + c)
        edge = (x * random.uniform(-1, 1) + y * random.uniform(-1, 1) > 0) * 60
        result[..., channel] = 128 + 70 * wave + edge
    result += random.integers(-noise, noise + 1, result.shape)
    return np.clip(result, 0, 255).astype(np.uint8)


def reference(name, upright, sizes):
    """Stores the grids of a picture that has been decoded and stood upright."""
    model = MODELS[upright.mode]
    if upright.mode in ("LA", "RGBA"):
        upright = upright.convert({"LA": "La", "RGBA": "RGBa"}[upright.mode])
    grids = b""
    for size in sizes:
        grid = np.asarray(upright.resize((size, size), Image.BILINEAR))
        grids += (255 - grid if upright.mode == "CMYK" else grid).tobytes()
    with open(os.path.join(HERE, name + ".grids"), "wb") as file:
        file.write(grids)
    lines.append(f"{name} {upright.width} {upright.height} {model} {','.join(map(str, sizes))}")


def png(name, image, sizes, mode=None, **options):
    image.save(os.path.join(HERE, name), optimize=True, **options)
    reference(name, image.convert(mode) if mode else image, sizes)


def jpeg(name, image, sizes, **options):
    path = os.path.join(HERE, name)
    image.save(path, "JPEG", **options)
    reference(name, ImageOps.exif_transpose(Image.open(path)), sizes)


def png16(name, samples, sizes, interlaced=False):
    """A 16-bit PNG, which Pillow does not write: every row with filter "None"; Adam7 if asked for."""
    height, width, channels = samples.shape
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx]
        if part.shape[1]:
            rows += b"".join(b"\0" + row.astype(">u2").tobytes() for row in part)

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, int(interlaced))
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        file.write(chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
    rounded = ((samples.astype(np.int64) * 255 + 32895) >> 16).astype(np.uint8)
    reference(name, Image.fromarray(rounded.squeeze()), sizes)


def restarts():
    """JPEGs with restart markers. They have no reference: all that matters is that one thread and several agree."""
    photo = Image.fromarray(picture(90, 391, 3, 30, noise=12))
    options = {
        "444": {"subsampling": 0, "restart_marker_rows": 1},
        "422-half": {"subsampling": 1, "restart_marker_blocks": 3},
        "420-two": {"subsampling": 2, "restart_marker_rows": 2},
        "420-odd": {"subsampling": 2, "restart_marker_blocks": 9},
        "420-uncut": {"subsampling": 2, "restart_marker_blocks": 149},
    }
    for name, option in options.items():
        photo.save(os.path.join(HERE, f"restart-{name}.jpg"), "JPEG", quality=50, **option)


def main():
    image = Image.fromarray
    png("grey.png", image(picture(61, 47, 1, 1).squeeze()), ALL)
    png("rgb.png", image(picture(97, 71, 3, 2)), ALL)
    png("large.png", image(picture(400, 301, 1, 3, noise=1).squeeze()), ALL)
    png("wide.png", image(picture(211, 13, 3, 4)), FEW)
    png("tall.png", image(picture(11, 307, 3, 5)), FEW)
    png("one.png", image(picture(1, 1, 3, 6)), FEW)
    png("three.png", image(picture(3, 2, 3, 7)), FEW)
    png("seven.png", image(picture(7, 5, 4, 8)), FEW)
    png("exact.png", image(picture(64, 64, 3, 9)), [64])
    alpha = picture(83, 59, 4, 10)
    alpha[..., 3] = np.clip(np.linspace(-80, 335, 83), 0, 255).astype(np.uint8)[None, :]
    png("rgba.png", image(alpha), ALL)
    png("grey-alpha.png", image(np.ascontiguousarray(alpha[..., 2:])), FEW)
    png("palette.png", image(picture(53, 43, 3, 11)).quantize(16, dither=0), FEW, mode="RGB")
    clear = image(picture(37, 31, 3, 12)).quantize(8, dither=0)
    png("palette-alpha.png", clear, FEW, mode="RGBA", transparency=bytes([255, 0, 128, 255]))
    lines.pop()
    reference("palette-alpha.png", Image.open(os.path.join(HERE, "palette-alpha.png")).convert("RGBA"), FEW)
    png("bit.png", image(picture(41, 33, 1, 13).squeeze()).convert("1"), FEW, mode="L")
    wide = np.random.default_rng(14).integers(0, 65536, (29, 31, 3), dtype=np.uint16)
    png16("deep.png", wide, FEW)
    png16("deep-interlaced.png", wide[:, :, :1], FEW, interlaced=True)

    photo = image(picture(160, 120, 3, 20, noise=6))
    jpeg("grey.jpg", photo.convert("L"), FEW, quality=85)
    jpeg("rgb.jpg", photo, ALL, quality=85)
    jpeg("progressive.jpg", photo, FEW, quality=85, progressive=True)
    jpeg("full-colour.jpg", photo.crop((0, 0, 101, 67)), FEW, quality=90, subsampling=0)
    jpeg("cmyk.jpg", image(picture(90, 70, 4, 21, noise=4), "CMYK"), FEW, quality=85)
    reference("ycck.jpg", Image.open(os.path.join(HERE, "ycck.jpg")), FEW)
    upright = image(picture(72, 40, 3, 22, noise=2))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose values that undo the orientation
        stored = upright.transpose(turn[orientation]) if orientation in turn else upright
        jpeg(f"orientation-{orientation}.jpg", stored, [16], quality=92, subsampling=0, exif=exif)
    restarts()
    with open(os.path.join(HERE, "references.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")


main()
