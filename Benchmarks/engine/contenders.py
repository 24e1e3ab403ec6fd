"""What else makes five renditions of a picture. `python contenders.py NAME OUTPUT FILE...` does all files with one of
them and prints the seconds of CPU that took, imports left out. One thread each."""

import os
import sys
import time

SIZES = (8, 16, 32, 48, 64)


def target(output, size, path):
    return os.path.join(output, f"pixelated-{size}x{size}-{os.path.basename(path)}")


def pillow_reference(output):
    """Opened, shrunk, blown up and saved anew for each size."""
    from PIL import Image

    def make(path):
        for size in SIZES:
            with Image.open(path) as picture:
                small = picture.resize((size, size), Image.BILINEAR)
                small.resize(picture.size, Image.NEAREST).save(target(output, size, path), picture.format)

    return make


def pillow_best(output):
    """Opened and decoded once, JPEG at reduced size; shrunk with a box first."""
    from PIL import Image

    def make(path):
        with Image.open(path) as picture:
            kind, shape = picture.format, picture.size
            picture.draft(None, (256, 256))
            for size in SIZES:
                small = picture.resize((size, size), Image.BILINEAR, reducing_gap=2.0)
                small.resize(shape, Image.NEAREST).save(target(output, size, path), kind)

    return make


def libvips(output):
    """Decoded once, at reduced size where the format allows it, to four times the largest grid."""
    os.environ["VIPS_CONCURRENCY"] = "1"
    import pyvips

    def make(path):
        header = pyvips.Image.new_from_file(path, access="sequential")
        middle = pyvips.Image.thumbnail(path, 256, height=256, size="force", no_rotate=True).copy_memory()
        for size in SIZES:
            small = middle.resize(size / middle.width, vscale=size / middle.height, kernel="linear").copy_memory()
            large = small.resize(header.width / size, vscale=header.height / size, kernel="nearest")
            name = target(output, size, path)
            if path.lower().endswith(".png"):
                large.pngsave(name)
            else:
                large.jpegsave(name, Q=75)

    return make


def opencv(output):
    """Decoded once."""
    import cv2

    cv2.setNumThreads(1)

    def make(path):
        picture = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        for size in SIZES:
            small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
            large = cv2.resize(small, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_NEAREST)
            cv2.imwrite(target(output, size, path), large, [cv2.IMWRITE_JPEG_QUALITY, 75])

    return make


ALL = {
    "Pillow, reference": pillow_reference,
    "Pillow at its best": pillow_best,
    "libvips": libvips,
    "OpenCV": opencv,
}


def main():
    make = ALL[sys.argv[1]](sys.argv[2])
    start = time.process_time()
    for path in sys.argv[3:]:
        make(path)
    print(f"{time.process_time() - start:.6f}")


if __name__ == "__main__":
    main()
