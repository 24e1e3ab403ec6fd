"""Counts and lists a workspace of N sources and 5 N renditions: pixelater beside curl, s5cmd and rclone."""

import argparse
import json
import re
import subprocess
import tempfile
import time
import urllib.parse

from server import PIXELATER, TOOLS, Run, call, connect, make_bucket, median, put_all, seaweedfs, signed

SIZES = (8, 16, 32, 48, 64)


def pages(endpoint, bucket, prefix):
    """The queries that fetch a listing page by page."""
    connection, token, queries = connect(endpoint), None, []
    while True:
        query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", "1000")]
        query += [("prefix", prefix)] if prefix else []
        query += [("continuation-token", token)] if token else []
        queries.append(query)
        _, body = call(connection, endpoint, "GET", "/" + bucket, query)
        found = re.search(rb"<NextContinuationToken>([^<]*)<", body)
        if not found:
            return queries
        token = found.group(1).decode().replace("&amp;", "&")


def curl(endpoint, listings):
    """Wall time for one curl a listing, all at once, each over one connection."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, (bucket, queries) in enumerate(listings):
            names.append(f"{folder}/{number}")
            with open(names[-1], "w") as file:
                for query in queries:
                    target, _ = signed(endpoint, "GET", "/" + bucket, query, expires=3600)
                    file.write(f'url = "{endpoint}{target}"\noutput = "/dev/null"\n')
        start = time.perf_counter()
        running = [subprocess.Popen(["curl", "-s", "-f", "-K", name]) for name in names]
        assert all(process.wait() == 0 for process in running)
        return time.perf_counter() - start


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--objects", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments = arguments.parse_args()

    with seaweedfs() as environment:
        endpoint = environment["AWS_ENDPOINT_URL"]
        keys = [f"{number % 200:03d}/image {number:07d}.png" for number in range(arguments.objects)]
        for bucket in ("source", "renditions"):
            make_bucket(endpoint, bucket)
        put_all(endpoint, "source", keys, b"0123456789abcdef")
        for size in SIZES:
            put_all(endpoint, "renditions", [f"pixelated-{size}x{size}-{key}" for key in keys], b"0123456789abcdef")

        prefixes = [f"pixelated-{size}x{size}-" for size in SIZES] + [".pixelater/failures/"]
        listings = [("source", pages(endpoint, "source", ""))]
        listings += [("renditions", pages(endpoint, "renditions", prefix)) for prefix in prefixes]
        print(f"{arguments.objects} sources, {5 * arguments.objects} renditions,", sum(len(q) for _, q in listings), "pages")

        locations = ["--source", "s3://source/", "--destination", "s3://renditions/"]
        summary = [PIXELATER, "status", "--summary", "--json", *locations]
        ours, floor = [], []
        for _ in range(arguments.rounds):
            floor.append(curl(endpoint, listings))
            run = Run(summary, environment)
            assert json.loads(run.output)["complete"] == arguments.objects, run.output
            ours.append(run)
        wall, bare = median([run.wall for run in ours]), median(floor)
        print(f"status --summary {wall:6.2f} s   curl, the same pages {bare:6.2f} s   ratio {wall / bare:.2f}")
        print(f"                 {median([run.cpu for run in ours]):6.2f} s of CPU, {max(run.memory for run in ours):.0f} MiB")

        rclone = [TOOLS + "/rclone", "lsf", "-R", "--files-only", "--fast-list"]
        rclone += [":s3,provider=SeaweedFS,env_auth=true,endpoint='" + endpoint + "':"]
        for bucket, place in (("source", "source"), ("renditions", "destination")):
            commands = {
                "pixelater ls": [PIXELATER, "ls", place, *locations],
                "s5cmd ls": [TOOLS + "/s5cmd", "ls", f"s3://{bucket}/*"],
                "rclone lsf": rclone[:-1] + [rclone[-1] + bucket],
            }
            times = {name: [] for name in commands}
            for _ in range(arguments.rounds):
                for name, command in commands.items():
                    run = Run(command, environment, stderr=subprocess.DEVNULL)
                    count = run.output.count(b"\n")
                    assert count == (arguments.objects if bucket == "source" else 5 * arguments.objects), (name, count)
                    times[name].append(run.wall)
            own = median(times["pixelater ls"])
            for name in commands:
                print(f"{bucket:10}  {name:12} {median(times[name]):6.2f} s   {median(times[name]) / own:.2f}")


if __name__ == "__main__":
    main()
