"""Pictures from a bucket to five renditions each in another: pixelater beside boto3 and Pillow, in objects a CPU second."""

import argparse
import io
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from server import PIXELATER, Run, call, connect, make_bucket, median, seaweedfs

SIZES = (8, 16, 32, 48, 64)


def pictures(folder, count):
    """Files of 1 to 2 megapixels, JPEG and PNG by turns: pieces of the pictures in `folder`, or drawn."""
    from PIL import Image, ImageFilter

    chance = random.Random(1)
    sources = []
    for name in sorted(os.listdir(folder)) if folder else []:
        try:
            sources.append(Image.open(os.path.join(folder, name)).convert("RGB"))
        except OSError:
            continue
        if len(sources) == 24:
            break
    if not sources:
        for _ in range(8):
            small = Image.frombytes("RGB", (60, 45), chance.randbytes(60 * 45 * 3))
            sources.append(small.resize((3000, 2250), Image.BICUBIC).filter(ImageFilter.GaussianBlur(3)))
    for number in range(count):
        source = sources[number % len(sources)]
        width, height = (chance.randint(1000, 1600) for _ in range(2))
        width, height = min(width, source.width), min(height, source.height)
        left, top = chance.randint(0, source.width - width), chance.randint(0, source.height - height)
        piece = source.crop((left, top, left + width, top + height))
        file = io.BytesIO()
        if number % 2:
            piece.save(file, "PNG")
            yield f"{number % 7}/picture {number}.png", file.getvalue()
        else:
            piece.save(file, "JPEG", quality=88)
            yield f"{number % 7}/picture {number}.jpg", file.getvalue()


def reference():
    """What the pipeline did before: fetched by boto3, and for each size opened, shrunk, blown up and saved by Pillow."""
    import boto3
    from PIL import Image

    s3 = boto3.client("s3")

    def process(key):
        content = s3.get_object(Bucket="source", Key=key)["Body"].read()
        for size in SIZES:
            original = Image.open(io.BytesIO(content))
            small = original.resize((size, size), Image.BILINEAR)
            file = io.BytesIO()
            small.resize(original.size, Image.NEAREST).save(file, original.format)
            s3.put_object(Bucket="reference", Key=f"pixelated-{size}x{size}-{key}", Body=file.getvalue())

    listing = s3.get_paginator("list_objects_v2").paginate(Bucket="source")
    keys = [item["Key"] for page in listing for item in page["Contents"]]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(process, keys))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--objects", type=int, default=500)
    arguments.add_argument("--pictures", help="a folder of photographs to cut pieces from; without it they are drawn")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--reference", action="store_true", help=argparse.SUPPRESS)
    arguments = arguments.parse_args()
    if arguments.reference:
        return reference()

    with seaweedfs() as environment:
        endpoint = environment["AWS_ENDPOINT_URL"]
        for bucket in ("source", "renditions", "reference"):
            make_bucket(endpoint, bucket)
        connection, total = connect(endpoint), 0
        for key, content in pictures(arguments.pictures, arguments.objects):
            status, answer = call(connection, endpoint, "PUT", f"/source/{key}", body=content)
            assert status == 200, answer
            total += len(content)
        print(f"{arguments.objects} pictures, {total / 1e6:.0f} MB")

        locations = ["--source", "s3://source/", "--destination", "s3://renditions/"]
        commands = {
            "pixelater": [PIXELATER, "run", "--all", "--force", "--json", *locations],
            "boto3 and Pillow": [sys.executable, os.path.abspath(__file__), "--reference"],
        }
        runs = {name: [] for name in commands}
        # By turns: a machine that others use too is not equally fast for long.
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                runs[name].append(Run(command, environment, stderr=subprocess.DEVNULL))
        for name, done in runs.items():
            wall, cpu = median([run.wall for run in done]), median([run.cpu for run in done])
            memory = max(run.memory for run in done)
            print(
                f"{name:18} {wall:7.2f} s   {cpu:7.2f} s of CPU   {arguments.objects / cpu:7.1f} objects/CPU s   "
                f"{memory:.0f} MiB"
            )
        ratios = [theirs.cpu / ours.cpu for ours, theirs in zip(*runs.values())]
        print("ratio of objects a CPU second", *(f"{ratio:.1f}" for ratio in ratios), f"median {median(ratios):.1f}")


if __name__ == "__main__":
    main()
