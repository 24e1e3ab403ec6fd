"""A million objects: how soon they are there, what they take, and how soon a key is answered while the console works."""

import argparse
import os
import time

from terminal import Workspace, percentile

FOLDERS = 200


def fill(root, count):
    """Empty files; returns the mean length of a key."""
    total = 0
    for folder in range(FOLDERS):
        path = f"{root}/source/{folder:03d}"
        os.mkdir(path)
        for number in range(folder, count, FOLDERS):
            name = f"image-{number:07d}.png"
            os.close(os.open(f"{path}/{name}", os.O_CREAT | os.O_WRONLY))
            total += len(name) + 4
    return total / count


def hold(console, keys, until, patience=600):
    """Presses one of the keys again and again until something is so. Returns milliseconds from key to frame."""
    times, limit = [], time.perf_counter() + patience
    while not until() and time.perf_counter() < limit:
        seconds, _ = console.press(keys[len(times) % len(keys)])
        times.append(seconds * 1e3)
    return times


def summary(times):
    return (f"p50 {percentile(times, 0.5):.1f}, p95 {percentile(times, 0.95):.1f}, longest {max(times):.1f} ms "
            f"of {len(times)} keys")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--objects", type=int, default=1_000_000)
    arguments.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    arguments = arguments.parse_args()

    with Workspace(arguments.folder) as workspace:
        empty = workspace.console()
        empty.wait_for_frame()
        empty.settle(1)
        base = empty.memory()
        empty.end()

        begin = time.perf_counter()
        key_length = fill(workspace.root, arguments.objects)
        print(f"{arguments.objects} objects made in {time.perf_counter() - begin:.0f} s, {key_length:.0f} bytes a key",
              flush=True)

        console = workspace.console()
        total = f"{arguments.objects:,}".encode()
        console.wait_for_frame()
        first = console.wait_for_text(b"image-0000000.png") - console.started

        def listed():
            # The whole screen anew.
            return total in console.press(b"\x0c")[1]

        during = hold(console, [b"j", b"k"], listed)
        whole = time.perf_counter() - console.started
        print(f"first page {first * 1e3:.0f} ms, all {whole:.1f} s, CPU {console.cpu():.1f} s")
        print("moving while it lists:", summary(during), flush=True)
        # Work that ends with the listing.
        console.settle(1)
        taken = (console.memory() - base) / arguments.objects - key_length
        peak = (console.memory("VmHWM") - base) / arguments.objects - key_length
        print(f"memory beyond the keys: {taken:.0f} bytes an object, at most {peak:.0f} while listing", flush=True)

        moves = [console.press(key)[0] * 1e3 for key in [b"j", b"k"] * 200]
        print("moving:", summary(moves))
        pages = [console.press(key)[0] * 1e3 for key in [b"G", b"g"] * 20]
        print("to the end and back:", summary(pages))
        console.press(b"/")
        typed = [console.press(bytes([letter]))[0] * 1e3 for letter in b"image-00012"]
        print("typing a filter:", summary(typed))
        console.settle(0.5)
        console.press(b"\r")
        console.settle(0.5)
        cpu = console.cpu()
        console.press(b"\x1b", 1)
        console.settle(1)
        sorts = []
        for _ in range(6):
            sorts.append(console.press(b"s")[0] * 1e3)
            # Answers while it sorts.
            sorts += [console.press(key)[0] * 1e3 for key in [b"j", b"k"] * 10]
            console.settle(0.5)
        print("sorting six ways, moving meanwhile:", summary(sorts), f"CPU {(console.cpu() - cpu) / 6:.2f} s each")
        print(f"memory in the end: {(console.memory() - base) / arguments.objects - key_length:.0f} bytes an object")
        console.end()


if __name__ == "__main__":
    main()
