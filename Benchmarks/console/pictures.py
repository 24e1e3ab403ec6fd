"""A 64 x 64 picture on a true-colour terminal: what the console writes for it, beside chafa and timg."""

import argparse
import os
import shutil
import statistics
import subprocess

from terminal import PICTURE, Workspace, flat, noise, photo, png, sprite

CONTENDERS = {
    "timg": ["timg", "-ph", "-g64x32"],
    "chafa": ["chafa", "-f", "symbols", "-c", "full", "--symbols", "vhalf", "-s", "64x32"],
}
COPIES = 50


def cpu_of(command):
    """Seconds of CPU of a whole process, and what it wrote."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return usage.ru_utime + usage.ru_stime, output


def rival(name, path, rounds):
    """Bytes of one picture; CPU of the process for one; CPU that one more picture adds."""
    once, more = [], []
    for _ in range(rounds):
        cpu, output = cpu_of([*CONTENDERS[name], path])
        once.append(cpu)
        more.append(cpu_of([*CONTENDERS[name], *[path] * COPIES])[0])
    once = statistics.median(once)
    return len(output), once, (statistics.median(more) - once) / (COPIES - 1)


def zoomed(workspace, name):
    """A console that shows the picture of the first object at 64 x 64, a pixel a column, and has no room for another."""
    console = workspace.console(rows=40)
    console.wait_for_frame()
    console.wait_for_text(name.encode())
    console.settle()
    # From whatever size it begins with to the greatest.
    for _ in range(5):
        console.press(b"]")
    console.settle()
    return console


def ours(pixels, other, rounds):
    """Bytes of the picture alone, and CPU of the whole console for one key that brings it and one that takes it away."""
    with Workspace() as workspace:
        workspace.put("a.png", png(64, 64, pixels))
        workspace.put("b.png", png(64, 64, other))
        subprocess.run(workspace.command("run", "--all"), check=True, capture_output=True)
        console = zoomed(workspace, "a.png")
        for key in (b"j", b"k"):
            # Both are read and kept.
            console.press(key)
            console.settle()
        sizes, before = [], console.cpu()
        for _ in range(rounds):
            console.press(b"j")
            _, received = console.press(b"k")
            sizes += [len(found) for found in PICTURE.findall(received)]
        cpu = (console.cpu() - before) / (2 * rounds)
        console.end()
        return statistics.median(sizes), cpu


def one_pixel(rounds):
    """Bytes that one pixel adds to a move from one object to the next, all else being alike."""
    pixels = bytearray(noise(1))
    changed = bytearray(pixels)
    at = (20 * 64 + 30) * 3
    changed[at : at + 3] = bytes(255 - value for value in changed[at : at + 3])
    lengths = {}
    for case, second in (("same", pixels), ("changed", changed)):
        with Workspace() as workspace:
            workspace.put("a.png", png(64, 64, bytes(pixels)))
            workspace.put("b.png", png(64, 64, bytes(second)))
            subprocess.run(workspace.command("run", "--all"), check=True, capture_output=True)
            console = zoomed(workspace, "a.png")
            for key in (b"j", b"k"):
                console.press(key)
                console.settle()
            lengths[case] = []
            for _ in range(rounds):
                for key in (b"j", b"k"):
                    lengths[case].append(len(console.press(key)[1]))
            console.end()
    return statistics.median(lengths["changed"]) - statistics.median(lengths["same"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    rounds = arguments.parse_args().rounds
    present = [name for name in CONTENDERS if shutil.which(name)]
    for name in CONTENDERS:
        if name not in present:
            print(f"{name} is not installed: left out")
    print(f"{'':10}{'bytes':>8}{'CPU ms':>9}   " + "".join(f"{name:>9} bytes, ms more, ms once" for name in present))
    pictures = {"noise": noise(1), "photo": photo(), "sprite": sprite(), "flat": flat()}
    for name, pixels in pictures.items():
        size, cpu = ours(pixels, noise(2), rounds)
        line = f"{name:10}{size:8.0f}{cpu * 1e3:9.2f}   "
        with Workspace() as workspace:
            workspace.put("picture.png", png(64, 64, pixels))
            for contender in present:
                size, once, more = rival(contender, f"{workspace.root}/source/picture.png", rounds)
                line += f"{size:15}{more * 1e3:9.2f}{once * 1e3:9.2f}"
        print(line, flush=True)
    print(f"{'one pixel':10}{one_pixel(rounds):8.0f}")


if __name__ == "__main__":
    main()
