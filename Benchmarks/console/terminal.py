"""A program under a pseudo-terminal, and what it wrote, when, and at what cost. Standard library only."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PIXELATER = os.environ.get("PIXELATER", os.path.join(ROOT, ".build/release/pixelater"))
# What the console says of itself in the stream of bytes: draws so far, events handled so far.
MARK = re.compile(rb"\x1b\]2;pixelater frame=(\d+) input=(\d+) size=\d+x\d+\x07")
PICTURE = re.compile(rb"\x1b\[\?2026h.*?\x1b\[\?2026l", re.DOTALL)


class Terminal:
    """Runs a program in a terminal of its own; nobody answers its questions, so its environment has to say it all."""

    def __init__(self, command, home, columns=160, rows=50):
        environment = {
            "HOME": home, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8", "PIXELATER_TRACE_FRAMES": "1",
        }
        self.started = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], command, environment)
        self.received, self.inputs, self.frames, self.last = bytearray(), 0, 0, self.started

    def read(self, seconds):
        """Takes what comes within some seconds at most. False where nothing came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 1 << 20)
        except OSError:
            data = b""
        if not data:
            raise SystemExit("the program ended: " + repr(bytes(self.received[-500:])))
        self.last = time.perf_counter()
        self.received += data
        return True

    def wait(self, is_there, what, patience=300):
        """Reads until `is_there(self)`. Returns when the last byte came."""
        limit = time.perf_counter() + patience
        while not is_there(self):
            if not self.read(max(0, limit - time.perf_counter())):
                raise SystemExit(f"no {what} within {patience} s: " + repr(bytes(self.received[-500:])))
        return self.last

    def wait_for_frame(self):
        return self.wait(lambda self: MARK.search(self.received), "frame")

    def wait_for_text(self, text):
        return self.wait(lambda self: text in self.received, repr(text))

    def press(self, keys, count=None):
        """Sends keys and waits for the frame that answers them. Returns the seconds to its last byte, and its bytes."""
        self.inputs += count or len(keys)
        self.received.clear()
        start = time.perf_counter()
        os.write(self.master, keys)
        mark = b" input=%d " % self.inputs
        end = self.wait(lambda self: mark in self.received, "answer to " + repr(keys))
        return end - start, bytes(self.received)

    def settle(self, seconds=0.2):
        """Reads until nothing has come for a while: background work is over."""
        while self.read(seconds):
            pass

    def cpu(self):
        """Seconds on a processor so far, of all threads that are or were, to the nanosecond."""
        # The process's own clock, as clock_getcpuclockid(3) numbers it.
        return time.clock_gettime((~self.pid << 3) | 2)

    def ticks(self):
        """utime and stime as the kernel counts them for `top`, and voluntary switches: how often it was woken."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        wakeups = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/status") as file:
                wakeups += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.MULTILINE).group(1))
        return int(fields[11]) + int(fields[12]), wakeups

    def memory(self, field="VmRSS"):
        """Bytes."""
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.MULTILINE).group(1)) * 1024

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        try:
            while self.read(5):
                pass
        except SystemExit:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.master)


def png(width, height, pixels):
    """An RGB picture without loss; `pixels` is bytes, three a pixel."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def noise(seed):
    """64 x 64 pixels, no two alike."""
    values = [(((index + seed * 4096) * 0x9E3779) ^ 0x5A5A5A) & 0xFFFFFF for index in range(4096)]
    return b"".join(value.to_bytes(3, "big") for value in values)


def photo():
    """64 x 64 pixels as a photograph has them: light that falls off, soft edges, grain."""
    out, state = bytearray(), 1
    for y in range(64):
        for x in range(64):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            grain = (state >> 16) % 9 - 4
            sky = max(0, 40 - y) / 40
            sun = max(0.0, 1 - (((x - 46) ** 2 + (y - 14) ** 2) ** 0.5) / 30)
            land = min(1.0, max(0.0, (y - 34 - 5 * ((x * 7) % 64 / 64)) / 6))
            red = (90 + 120 * sun + 30 * sky) * (1 - land) + (60 + x / 2) * land
            green = (120 + 90 * sun + 40 * sky) * (1 - land) + (100 - y / 2) * land
            blue = (150 + 40 * sun + 60 * sky) * (1 - land) + 40 * land
            out += bytes(min(255, max(0, int(value) + grain)) for value in (red, green, blue))
    return bytes(out)


PALETTE = (0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0x1D2B53, 0x7E2553, 0x008751, 0xAB5236, 0x5F574F, 0xFFEC27,
           0x29ADFF)


def sprite():
    """64 x 64 pixels: a fish in twelve flat colours."""
    def color(x, y):
        eye = (x - 44) ** 2 + (y - 24) ** 2
        if eye <= 20:
            return 0 if eye <= 4 else 1
        dx, dy = x - 30, y - 30
        if dx * dx * 4 + dy * dy * 9 <= 48 * 48:
            if dy > 8:
                return 10
            if 20 <= x < 24:
                return 2
            return 8 if 28 <= x < 32 and dy < -4 else 11
        if x < 10 and abs(dy) <= 12 - x:
            return 6
        if 24 <= x <= 36 and 8 <= y < 20 and y - 8 >= abs(dx):
            return 3
        if y >= 54:
            return 7 if y >= 58 else 9
        return 4 if y < 6 else 5

    return b"".join(PALETTE[color(x, y)].to_bytes(3, "big") for y in range(64) for x in range(64))


def flat():
    return bytes.fromhex("336699") * 4096


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Workspace:
    """Folders for sources, renditions and the console's own files, for as long as a `with` lasts."""

    def __init__(self, parent=None):
        self.folder = tempfile.TemporaryDirectory(prefix="pixelater-benchmark-", dir=parent)

    def __enter__(self):
        self.root = self.folder.name
        for name in ("source", "renditions", "home"):
            os.mkdir(f"{self.root}/{name}")
        self.locations = ["--source", f"{self.root}/source", "--destination", f"{self.root}/renditions"]
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def put(self, name, data):
        with open(f"{self.root}/source/{name}", "wb") as file:
            file.write(data)

    def command(self, *words):
        return [PIXELATER, *words, *self.locations]

    def console(self, **options):
        return Terminal(self.command("console"), f"{self.root}/home", **options)


if not os.access(PIXELATER, os.X_OK):
    sys.exit(f"{PIXELATER} is not there: make build, or set PIXELATER")
