"""The pictures that the engine is measured on: large ones, JPEG and PNG, that came with a Debian desktop."""

import os
import subprocess
import sys
import tempfile

PACKAGES = (
    "gnome-backgrounds lxqt-themes mate-backgrounds plasma-workspace-wallpapers ubuntu-mate-wallpapers "
    "xfdesktop4-data desktop-base kde-wallpapers-default"
).split()
FEWEST_PIXELS = 2_000_000


def fetch(folder):
    """Puts every picture of the packages, as far as they are to be had, into a folder."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for package in PACKAGES:
            run = subprocess.run(["apt-get", "download", package], cwd=scratch, capture_output=True, text=True)
            if run.returncode:
                print(f"{package}: not to be had", file=sys.stderr)
        for name in sorted(os.listdir(scratch)):
            if name.endswith(".deb"):
                subprocess.run(["dpkg", "-x", name, "tree"], cwd=scratch, check=True)
        for parent, _, names in os.walk(os.path.join(scratch, "tree")):
            for name in names:
                path = os.path.join(parent, name)
                if name.lower().endswith((".jpg", ".jpeg", ".png")) and not os.path.islink(path):
                    # Wallpapers of one set are told apart by their folders.
                    flat = "-".join(os.path.relpath(path, scratch + "/tree/usr/share").split("/"))
                    os.replace(path, os.path.join(folder, flat))


def choose(folder, count):
    """Up to `count` files of each format, evenly over the sizes from the smallest that counts as large."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    found = {"JPEG": [], "PNG": []}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        try:
            with Image.open(path) as picture:
                pixels = picture.width * picture.height
                if picture.format in found and pixels >= FEWEST_PIXELS:
                    found[picture.format].append((pixels, path))
        except OSError:
            continue
    chosen = {}
    for kind, files in found.items():
        files.sort()
        if len(files) > count:
            files = [files[round(i * (len(files) - 1) / max(1, count - 1))] for i in range(count)]
        chosen[kind] = files
    return chosen
