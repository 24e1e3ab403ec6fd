"""Five renditions of large pictures: pixelater beside Pillow, libvips, OpenCV, and the bare decoding of the same files."""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

import contenders
import pictures

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PIXELATER = os.environ.get("PIXELATER", os.path.join(ROOT, ".build/release/pixelater"))
OURS, FLOOR = "pixelater", "bare decode"


def build_floor(folder):
    program = os.path.join(folder, "floor")
    source = os.path.join(HERE, "floor.c")
    subprocess.run(["cc", "-O2", source, "-o", program, "-ljpeg", "-lpng", "-lz"], check=True)
    return program


def cpu_of(command):
    """Seconds of CPU, user and system, of a whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        sys.exit(f"{command[:3]}: {run.returncode}\n{run.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, run.stdout


def measure(name, program, files, output):
    """CPU seconds of one contender, and the bytes it wrote. Ours and the floor are whole processes, start and end
    included; those in Python say what they took without their imports."""
    shutil.rmtree(output, ignore_errors=True)
    os.mkdir(output)
    if name == FLOOR:
        seconds, _ = cpu_of([program, *files])
    elif name == OURS:
        seconds, _ = cpu_of([PIXELATER, "pixelate", *files, "--output", output])
    else:
        _, printed = cpu_of([sys.executable, os.path.join(HERE, "contenders.py"), name, output, *files])
        seconds = float(printed)
    return seconds, sum(entry.stat().st_size for entry in os.scandir(output))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", help="where the pictures are; with --fetch, where they are put")
    arguments.add_argument("--fetch", action="store_true", help="get wallpapers from Debian packages first")
    arguments.add_argument("--pictures", type=int, default=14, help="of each format, at most (default: 14)")
    arguments.add_argument("--runs", type=int, default=5, help="of which the median counts (default: 5)")
    arguments.add_argument("--only", help="contenders to measure, with commas between")
    arguments = arguments.parse_args()
    if arguments.fetch:
        pictures.fetch(arguments.folder)
    chosen = pictures.choose(arguments.folder, arguments.pictures)
    for kind, files in chosen.items():
        megapixels = sum(pixels for pixels, _ in files) / 1e6
        megabytes = sum(os.path.getsize(path) for _, path in files) / 1e6
        print(f"{kind}: {len(files)} pictures, {megapixels:.0f} megapixels, {megabytes:.0f} MB")
    names = [FLOOR, OURS, *contenders.ALL]
    if arguments.only:
        names = [name for name in names if name in arguments.only.split(",")]

    times = {(name, kind): [] for name in names for kind in chosen}
    sizes = {}
    with tempfile.TemporaryDirectory(prefix="pixelater-benchmark-") as folder:
        program = build_floor(folder)
        # Round by round, so that whatever else the machine does falls on all alike.
        for _ in range(arguments.runs):
            for kind, files in chosen.items():
                for name in names:
                    paths = [path for _, path in files]
                    seconds, size = measure(name, program, paths, os.path.join(folder, "out"))
                    times[name, kind].append(seconds)
                    sizes[name, kind] = size
    total = {}
    for name in names:
        for kind in chosen:
            total[name, kind] = statistics.median(times[name, kind])
        total[name, "both"] = sum(total[name, kind] for kind in chosen)
        sizes[name, "both"] = sum(sizes[name, kind] for kind in chosen)

    print(f"\nseconds of CPU, median of {arguments.runs}; in brackets times the bare decode, and times ours")
    print(f"{'':20}" + "".join(f"{kind:>24}" for kind in (*chosen, "both")))
    for name in names:
        row = f"{name:20}"
        for kind in (*chosen, "both"):
            floor = total.get((FLOOR, kind), float("nan"))
            ours = total.get((OURS, kind), float("nan"))
            value = total[name, kind]
            row += f"{value:9.2f} ({value / floor:5.2f} {value / ours:6.2f})"
        print(row)
    print("\nmegabytes written; in brackets times those of the Pillow reference")
    for name in names:
        if name == FLOOR:
            continue
        row = f"{name:20}"
        for kind in (*chosen, "both"):
            reference = sizes.get(("Pillow, reference", kind), float("nan"))
            row += f"{sizes[name, kind] / 1e6:16.2f} ({sizes[name, kind] / reference:5.2f})"
        print(row)


if __name__ == "__main__":
    main()
