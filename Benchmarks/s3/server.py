"""A SeaweedFS on loopback for as long as a `with` lasts, and the few signed requests that filling it needs."""

import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ProcessPoolExecutor

KEY, SECRET, REGION = "benchmark", "benchmark-secret", "us-east-1"
TOOLS = os.path.dirname(sys.executable)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PIXELATER = os.environ.get("PIXELATER", os.path.join(ROOT, ".build/release/pixelater"))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


@contextlib.contextmanager
def seaweedfs():
    """Yields the environment in which every client finds the server."""
    folder = tempfile.mkdtemp(prefix="pixelater-benchmark-")
    ports = free_ports(8)
    identities = {
        "identities": [
            {
                "name": "benchmark",
                "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                "actions": ["Admin", "Read", "Write", "List"],
            }
        ]
    }
    with open(folder + "/identities.json", "w") as file:
        json.dump(identities, file)
    names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc"]
    names += ["filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"]
    command = [TOOLS + "/weed", "server", "-dir=" + folder, "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"]
    command += [f"-{name}={port}" for name, port in zip(names, ports)]
    command += ["-master.telemetry=false", "-master.volumeSizeLimitMB=1024", "-volume.max=0", "-webdav=false"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-filer.localSocket={folder}/filer.sock"]
    command += [f"-s3.config={folder}/identities.json", "-s3.autoCreateBucket=false"]
    with open(folder + "/log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    endpoint = f"http://127.0.0.1:{ports[6]}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXELATER_"))}
    environment |= {
        "AWS_ENDPOINT_URL": endpoint,
        "S3_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    try:
        make_bucket(endpoint, "ready", patience=60)
        yield environment
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def signed(endpoint, method, path, query=(), body=b"", expires=None):
    """Target and headers of a request by Signature Version 4; with `expires`, the signature stands in the target."""
    host = urllib.parse.urlsplit(endpoint).netloc
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    scope = f"{day}/{REGION}/s3/aws4_request"
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")
    query = list(query)
    headers = {"host": host}
    if expires:
        payload = "UNSIGNED-PAYLOAD"
        query += [("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", f"{KEY}/{scope}")]
        query += [("X-Amz-Date", stamp), ("X-Amz-Expires", str(expires)), ("X-Amz-SignedHeaders", "host")]
    else:
        payload = hashlib.sha256(body).hexdigest()
        headers |= {"x-amz-content-sha256": payload, "x-amz-date": stamp}
    text = "&".join(f"{quote(k)}={quote(v)}" for k, v in sorted(query))
    path = urllib.parse.quote(path, safe="/-_.~")
    names = ";".join(sorted(headers))
    lines = [method, path, text, *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, payload]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    key = ("AWS4" + SECRET).encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}".encode(), hashlib.sha256).hexdigest()
    if expires:
        return f"{path}?{text}&X-Amz-Signature={signature}", headers
    credential = f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    return path + ("?" + text if text else ""), headers | {"authorization": credential}


def call(connection, endpoint, method, path, query=(), body=b""):
    target, headers = signed(endpoint, method, path, query, body)
    connection.request(method, target, body=body, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def connect(endpoint):
    return http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc)


def make_bucket(endpoint, name, patience=1):
    for _ in range(patience * 10):
        with contextlib.suppress(OSError):
            if call(connect(endpoint), endpoint, "PUT", "/" + name)[0] in (200, 409):
                return
        time.sleep(0.1)
    raise SystemExit("the server does not start")


def put_all(endpoint, bucket, keys, body, processes=8):
    """Puts the same bytes under all keys."""
    parts = [keys[i::processes] for i in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_put_part, [endpoint] * processes, [bucket] * processes, parts, [body] * processes))


def _put_part(endpoint, bucket, keys, body):
    connection = connect(endpoint)
    for key in keys:
        status, answer = call(connection, endpoint, "PUT", f"/{bucket}/{key}", body=body)
        assert status == 200, answer


class Run:
    """A command's wall time, the CPU time of it and its children, and its peak memory."""

    def __init__(self, command, environment, **options):
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, **options)
        self.memory = 0
        watch = threading.Thread(target=self._watch, args=[process.pid], daemon=True)
        watch.start()
        self.output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - start
        assert status == 0, (command, status)
        self.cpu = usage.ru_utime + usage.ru_stime

    def _watch(self, pid):
        """The peak in MiB, read now and then: what wait4 tells counts this process's memory from before the exec."""
        with contextlib.suppress(OSError):
            while True:
                with open(f"/proc/{pid}/status") as file:
                    for line in file:
                        if line.startswith("VmHWM"):
                            self.memory = max(self.memory, int(line.split()[1]) / 1024)
                time.sleep(0.02)


def median(values):
    return sorted(values)[len(values) // 2]
