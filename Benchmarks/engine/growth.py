"""How time and memory grow with a picture: 0.1 to 100 megapixels, and one width with ever more rows; and how long it takes
to show the 64x64 rendition of each, start and end of the process included."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PIXELATER = os.environ.get("PIXELATER", os.path.join(ROOT, ".build/release/pixelater"))
MEGAPIXELS = (0.1, 0.3, 1, 3, 10, 30, 60, 100)
WIDTH, HEIGHTS = 4000, (1000, 5000, 25000)


def draw(path, width, height):
    """A cloudy picture with some grain. Runs in a process of its own: the memory of whoever starts the measured program
    would count as its own."""
    import numpy
    from PIL import Image

    chance = numpy.random.default_rng(1)
    small = chance.integers(0, 256, (height // 60 + 2, width // 60 + 2, 3), numpy.uint8)
    picture = Image.fromarray(small).resize((width, height), Image.BICUBIC)
    # Less of it in a PNG, all channels alike, which else would pass the limit of 100 MB.
    is_jpeg = path.endswith(".jpg")
    tile = chance.integers(0, 24 if is_jpeg else 2, (256, 256, 3 if is_jpeg else 1), numpy.uint8)
    samples = numpy.asarray(picture).copy()
    for top in range(0, height, 256):
        rows = samples[top : top + 256]
        for left in range(0, width, 256):
            part = rows[:, left : left + 256]
            part //= 2 if is_jpeg else 4
            part += tile[: part.shape[0], : part.shape[1]]
    options = {"quality": 85} if path.endswith(".jpg") else {"compress_level": 1}
    Image.fromarray(samples).save(path, **options)


def measure(*words):
    """Seconds of CPU, MiB at the peak, and seconds by the clock."""
    start = time.perf_counter()
    process = subprocess.Popen([PIXELATER, *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        sys.exit(f"{words}: {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, time.perf_counter() - start


def fit(points):
    """Least squares of the relative error of seconds = start + rate * megapixels."""
    w = [1 / y**2 for _, y in points]
    sw = sum(w)
    mx = sum(wi * x for wi, (x, _) in zip(w, points)) / sw
    my = sum(wi * y for wi, (_, y) in zip(w, points)) / sw
    rate = sum(wi * (x - mx) * (y - my) for wi, (x, y) in zip(w, points)) / sum(
        wi * (x - mx) ** 2 for wi, (x, _) in zip(w, points)
    )
    return my - rate * mx, rate


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3, help="of which the median counts (default: 3)")
    arguments.add_argument("--draw", nargs=3, help=argparse.SUPPRESS)
    arguments = arguments.parse_args()
    if arguments.draw:
        path, width, height = arguments.draw
        return draw(path, int(width), int(height))

    with tempfile.TemporaryDirectory(prefix="pixelater-benchmark-") as folder:
        source, output = os.path.join(folder, "source"), os.path.join(folder, "output")
        os.mkdir(source)

        def row(kind, width, height):
            name = "picture." + kind
            path = os.path.join(source, name)
            subprocess.run([sys.executable, __file__, "--draw", path, str(width), str(height)], check=True)
            runs = [measure("pixelate", path, "--output", output) for _ in range(arguments.runs)]
            seconds = statistics.median(run[0] for run in runs)
            memory = max(run[1] for run in runs)
            preview = ("preview", name, "--size", "64", "--source", source, "--destination", output)
            shown = statistics.median(measure(*preview)[2] for _ in range(arguments.runs))
            size = os.path.getsize(path) / 1e6
            print(
                f"{kind}  {width:6} x {height:<6} {width * height / 1e6:7.1f} MP {size:7.1f} MB"
                f" {seconds:8.3f} s {memory:6.1f} MiB, shown in {shown * 1e3:3.0f} ms",
                flush=True,
            )
            return width * height / 1e6, seconds

        for kind in ("jpg", "png"):
            points = []
            for megapixels in MEGAPIXELS:
                height = int((megapixels * 1e6 * 3 / 4) ** 0.5)
                points.append(row(kind, int(megapixels * 1e6 / height), height))
            start, rate = fit(points)
            off = max(abs(start + rate * x - y) / y for x, y in points)
            print(f"{kind}  {start * 1e3:.0f} ms + {rate * 1e3:.2f} ms a megapixel; furthest off by {off:.0%}\n")
            for height in HEIGHTS:
                row(kind, WIDTH, height)
            print()


if __name__ == "__main__":
    main()
