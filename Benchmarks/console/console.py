"""The console by itself: key to last byte beside a 64 x 64 picture, what it costs to do nothing, and how soon it is there."""

import argparse
import os
import signal
import subprocess
import sys
import time

from terminal import Terminal, Workspace, noise, percentile, png

# Answers each key with as many bytes as a picture of noise takes, and does nothing else.
ECHO = """
import os, sys, tty
tty.setraw(0)
picture, count = b"x" * 74863, 0
os.write(1, b"ready")
while os.read(0, 1):
    count += 1
    answer = picture + b" input=%d " % count
    while answer:
        answer = answer[os.write(1, answer):]
"""


def latency(rounds):
    """Moves between pictures that are kept: each answer holds a whole new picture of noise. By turns with a process that
    only writes as many bytes: what pseudo-terminal and machine take of it. In milliseconds; ours, those, CPU of ours."""
    with Workspace() as workspace:
        for seed in range(4):
            workspace.put(f"{seed}.png", png(64, 64, noise(seed)))
        subprocess.run(workspace.command("run", "--all"), check=True, capture_output=True)
        console = workspace.console()
        console.wait_for_frame()
        console.wait_for_text(b"0.png")
        console.settle()
        for _ in range(5):
            console.press(b"]")
        console.settle()
        keys = [b"j", b"j", b"j", b"k", b"k", b"k"]
        for key in keys:
            console.press(key)
            console.settle()
        echo = Terminal([sys.executable, "-c", ECHO], workspace.root)
        echo.wait_for_text(b"ready")
        times, floor, cpu = [], [], console.cpu()
        for _ in range(rounds):
            for key in keys:
                seconds, received = console.press(key)
                assert b"\x1b[?2026l" in received, "the picture came later"
                times.append(seconds * 1e3)
            floor += [echo.press(key)[0] * 1e3 for key in keys]
        cpu = (console.cpu() - cpu) / len(times)
        console.end()
        os.kill(echo.pid, signal.SIGKILL)
        return times, floor, cpu * 1e3


def idle(seconds):
    with Workspace() as workspace:
        for seed in range(4):
            workspace.put(f"{seed}.png", png(64, 64, noise(seed)))
        console = workspace.console()
        console.wait_for_frame()
        console.settle(2)
        (ticks, wakeups), cpu, size = console.ticks(), console.cpu(), len(console.received)
        time.sleep(seconds)
        (later, woken), spent = console.ticks(), console.cpu() - cpu
        console.settle(0)
        written = len(console.received) - size
        console.end()
        return later - ticks, woken - wakeups, spent, written


def start(rounds, objects):
    """Milliseconds from its start to the first frame, and to the first object on the screen."""
    first, listed = [], []
    with Workspace() as workspace:
        for number in range(objects):
            workspace.put(f"object-{number:05d}.txt", b"x")
        for _ in range(rounds):
            console = workspace.console()
            first.append((console.wait_for_text(b"Objects") - console.started) * 1e3)
            listed.append((console.wait_for_text(b"object-00000.txt") - console.started) * 1e3)
            console.end()
    return first, listed


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--idle", type=int, default=30, metavar="SECONDS")
    arguments = arguments.parse_args()
    times, floor, cpu = latency(arguments.rounds)
    print(f"key to last byte, a new 64 x 64 picture of noise: p50 {percentile(times, 0.5):.1f} ms, "
          f"p95 {percentile(times, 0.95):.1f} ms, least {min(times):.1f} ms; {cpu:.1f} ms of CPU")
    print(f"a process that only writes as many bytes: p50 {percentile(floor, 0.5):.1f} ms, "
          f"p95 {percentile(floor, 0.95):.1f} ms, least {min(floor):.1f} ms")
    first, listed = start(arguments.rounds, 1000)
    print(f"start to first frame: p50 {percentile(first, 0.5):.0f} ms, least {min(first):.0f} ms; "
          f"to the first of 1,000 objects: p50 {percentile(listed, 0.5):.0f} ms, least {min(listed):.0f} ms")
    ticks, wakeups, cpu, written = idle(arguments.idle)
    print(f"idle for {arguments.idle} s: {ticks} ticks, {cpu * 1e3:.1f} ms of CPU ({cpu / arguments.idle:.3%}), "
          f"{wakeups} wakeups, {written} bytes")


if __name__ == "__main__":
    main()
