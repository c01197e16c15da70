#!/usr/bin/env python3
"""`publisher serve` beside nginx: the same feed, the same questions, one after the other.

    python benchmarks/serve.py [--rounds 5] [--seconds 2] [--connections 32]

It wants `nginx` and `wrk` (Debian's packages of these names). nginx runs as `publisher show server nginx` tells it,
with one worker, as Publisher has one. Every figure is a ratio of medians of runs that take turns; the rates, in
requests a second, are only shown beside it.
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

BIN = Path(sys.executable).parent
CONFIG = 'site: {title: みどりの庭, url: "https://midori.example/", language: ja}\ncontent: {path: posts}\n'
SENTENCE = "味噌を仕込む日。大豆を一晩、水に浸す。"
NGINX = """\
daemon off; worker_processes 1; pid FOLDER/pid; error_log FOLDER/error.log;
events { worker_connections 1024; }
http {
access_log off; keepalive_requests 1000000000;
client_body_temp_path FOLDER/1; proxy_temp_path FOLDER/2; fastcgi_temp_path FOLDER/3; uwsgi_temp_path FOLDER/4;
scgi_temp_path FOLDER/5;
HTTP
server { listen 127.0.0.1:PORT; root ROOT;
SERVER
}
}
"""


def site(folder: Path) -> None:
    """Twenty posts of some length, built."""
    (folder / "posts").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    for day in range(1, 21):
        body = "\n\n".join(f"{SENTENCE * 8}{day}-{part}" for part in range(12))
        text = f"---\ntitle: 味噌 {day}\ndate: 2026-01-{day:02}\n---\n\n{body}\n"
        (folder / "posts" / f"{day:02}.md").write_text(text, encoding="utf-8")
    subprocess.run([BIN / "publisher", "build"], cwd=folder, check=True, capture_output=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(words: list[str], port: int, cwd: Path) -> Iterator[str]:
    """A server; the address of its feed."""
    process = subprocess.Popen(words, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/feed.xml"
    finally:
        process.terminate()
        process.wait()


def nginx_config(folder: Path, home: Path, port: int) -> Path:
    """nginx as the command tells it."""
    told = subprocess.run(
        [BIN / "publisher", "show", "server", "nginx"], cwd=folder, check=True, capture_output=True, text=True
    )
    http, _, server = told.stdout.partition("# Into server")
    text = NGINX.replace("FOLDER", str(home)).replace("PORT", str(port)).replace("ROOT", str(folder / "public"))
    text = text.replace("HTTP", http).replace("SERVER", "#" + server)
    if os.geteuid() == 0:
        text = "user root;\n" + text
    (home / "nginx.conf").write_text(text, encoding="utf-8")
    return home / "nginx.conf"


def rate(url: str, headers: list[str], seconds: int, connections: int) -> float:
    """Requests a second, as wrk counts them."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *(word for one in headers for word in ("-H", one)), url]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    if found is None or "Socket errors" in done.stdout or "Non-2xx or 3xx" in done.stdout:
        raise SystemExit(done.stdout)
    return float(found[1])


def tag(url: str, coding: str) -> str:
    """The feed's entity tag."""
    with urlopen(Request(url, headers={"Accept-Encoding": coding})) as answer:
        return str(answer.headers["ETag"])


CASES = {
    "304 by tag": ("gzip", True),
    "gzip, whole": ("gzip", False),
    "as it is, whole": ("identity", False),
}


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            raise SystemExit(f"there is no {program}")
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name) / "site", Path(name) / "nginx"
        home.mkdir()
        site(folder)
        measure(folder, home, given)


def measure(folder: Path, home: Path, given: argparse.Namespace) -> None:
    """Both servers stay; the questions take turns."""
    ports = free_port(), free_port()
    size = (folder / "public/feed.xml").stat().st_size
    print(f"a feed of {size:,} bytes, {given.connections} connections, medians of {given.rounds}; Publisher / nginx")
    serve = [str(BIN / "publisher"), "serve", "--listen", f"127.0.0.1:{ports[0]}"]
    nginx = ["nginx", "-c", str(nginx_config(folder, home, ports[1]))]
    with running(serve, ports[0], folder) as ours, running(nginx, ports[1], folder) as theirs:
        for case, (coding, is_conditional) in CASES.items():
            rates: dict[str, list[float]] = {ours: [], theirs: []}
            for _ in range(given.rounds):
                for url, found in rates.items():
                    headers = [f"Accept-Encoding: {coding}"]
                    headers += [f"If-None-Match: {tag(url, coding)}"] if is_conditional else []
                    found.append(rate(url, headers, given.seconds, given.connections))
            mine, other = (statistics.median(found) for found in rates.values())
            print(f"{case:16} {mine / other:5.2f}  [{mine:,.0f} / {other:,.0f} a second]", flush=True)


if __name__ == "__main__":
    main()
