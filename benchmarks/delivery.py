#!/usr/bin/env python3
"""Delivery beside postfix's own smtp-source: the ledger on, every mail another, into smtp-sink.

    python benchmarks/delivery.py [--rounds 5] [--recipients 20000]     the ratio, for two sizes
    python benchmarks/delivery.py --million [--recipients 1000000]      memory and rate of a large issue
    python benchmarks/delivery.py --late [--recipients 20000]           50 ms of latency in the server

Sizes are of the whole message as it goes over the wire, the peer's as well. Ours is told twice: from when delivering
begins in a process that has everything imported, and as the whole command `publisher deliver` from its start to its
end. Both sides take turns; every ratio is one of medians, with the smallest and largest of one round beside it.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from delivery_ledger import make
from delivery_sink import last_length, late_sink, sink, tool

SIZES = (5_000, 30_000)
CONNECTIONS = 20
LATENCY = 0.05
BIN = Path(sys.executable).parent
CONFIG = """\
site: {{title: "みどりの庭", url: "https://midori.example/", language: ja, timezone: Asia/Tokyo}}
newsletters:
  weekly: {{title: "みどりの便り", from: "みどりの庭 <tayori@midori.example>", schedules: {{weekly: "mon 09:00"}}}}
mail: {{transport: "smtp://127.0.0.1:{port}", connections: {connections}{dkim}}}
database: "sqlite:///publisher.db?synchronous={synchronous}"
"""

Run: TypeAlias = "dict[str, float]"


def ready(
    url: str, port: int, connections: int, *, sign: bool, progress: Callable[[int], None]
) -> Callable[[], object]:
    """What sends everything that the ledger at `url` has; the one place where the engine is called."""
    from publisher.jobs.deliver import PostOffice, deliver
    from publisher.jobs.letter import Outgoing
    from publisher.jobs.ways import Way, Ways
    from publisher.mail import Signer
    from publisher.mail.dkim import KeyType
    from publisher.mail.dkim_keys import new_pem, read_key
    from publisher.model.server import Server
    from publisher.store.engine import Store
    from publisher.transport.smtp import SmtpTransport

    signer = Signer("midori.example", [("s1", read_key(new_pem(KeyType.RSA)))]) if sign else None
    outgoing = Outgoing(signer=lambda _domain: signer)
    transport = SmtpTransport("127.0.0.1", port)
    servers = {"main": Server("main", connections=connections)}
    ways = Ways(servers, lambda _server: transport, lambda _newsletter: Way(("main",), outgoing))
    office = PostOffice(Store(url), ways, lambda: datetime.now(UTC), progress=progress)
    return lambda: deliver(office)


def work(given: argparse.Namespace) -> None:
    """The process that delivers: prints what it took, and when each tenth of the mails was out."""
    done, tenths = 0, [0.0]

    def progress(step: int) -> None:
        nonlocal done
        done += step
        while done * 10 >= given.recipients * len(tenths):
            tenths.append(time.perf_counter() - began)

    send = ready(given.work, given.port, given.connections, sign=given.sign, progress=progress)
    began, worked = time.perf_counter(), time.process_time()
    send()
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "done": done, "tenths": tenths}))


class Bench:
    """A folder with one ledger of one size, copied for each run; the site around it is for the command."""

    def __init__(self, folder: Path, recipients: int, filler: int) -> None:
        self._folder, self._recipients = folder, recipients
        folder.mkdir()
        self._made = make(folder / "made.db", recipients, filler)

    def ours(
        self, port: int, *, synchronous: str = "NORMAL", sign: bool = False, connections: int = CONNECTIONS
    ) -> Run:
        """A warm process."""
        process = self.start(port, synchronous=synchronous, sign=sign, connections=connections)
        out, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"delivering ended with {process.returncode}")
        told: Run = json.loads(out)
        if told["done"] != self._recipients:
            raise SystemExit(f"{told['done']} of {self._recipients} were sent")
        return told

    def start(self, port: int, *, synchronous: str, sign: bool, connections: int) -> "subprocess.Popen[str]":
        """The same, under way."""
        self._fresh()
        url = f"sqlite:///{self._folder / 'publisher.db'}?synchronous={synchronous}"
        words = [sys.executable, __file__, "--work", url, "--port", str(port), "--recipients", str(self._recipients)]
        words += ["--connections", str(connections), *(["--sign"] if sign else [])]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def command(self, port: int, *, synchronous: str = "NORMAL") -> float:
        """Seconds of the whole `publisher deliver`."""
        self._fresh()
        config = CONFIG.format(port=port, connections=CONNECTIONS, dkim="", synchronous=synchronous)
        (self._folder / "config.yaml").write_text(config, encoding="utf-8")
        self._publisher("db", "check", "--adopt")
        began = time.perf_counter()
        self._publisher("deliver")
        return time.perf_counter() - began

    def _publisher(self, *words: str) -> None:
        done = subprocess.run([BIN / "publisher", *words], cwd=self._folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"publisher {' '.join(words)} ended with {done.returncode}: {done.stderr}")

    def _fresh(self) -> None:
        for suffix in ("-wal", "-shm"):
            (self._folder / f"publisher.db{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._made, self._folder / "publisher.db")


def peer(port: int, size: int, count: int, connections: int = CONNECTIONS) -> float:
    """Seconds of smtp-source, its process and all."""
    words = [tool("smtp-source"), "-s", str(connections), "-l", str(size), "-m", str(count)]
    words += ["-f", "a@example.com", "-t", "u@example.com", f"127.0.0.1:{port}"]
    began = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - began


class Rulers:
    """How a filler becomes the size of a message, and what smtp-source adds to what it is asked for."""

    def __init__(self, folder: Path) -> None:
        with late_sink(0) as port:
            self._few, self._many = (self._length(folder / str(filler), filler, port) for filler in (1000, 5000))
            peer(port, 5000, 1, 1)
            self.added = last_length(port) - 5000

    def _length(self, folder: Path, filler: int, port: int) -> int:
        Bench(folder, 1, filler).ours(port, connections=1)
        return last_length(port)

    def filler(self, size: int) -> int:
        """In characters."""
        each = (self._many - self._few) / 4000
        return max(0, round(1000 + (size - self._few) / each))


def tell_ratio(folder: Path, rulers: Rulers, size: int, recipients: int, rounds: int) -> None:
    """Prints our rates beside smtp-source's, and the processor's time that a mail takes of us."""
    bench = Bench(folder / f"bench{size}", recipients, rulers.filler(size))
    with sink() as port:
        ways: dict[str, Callable[[], Run]] = {
            "smtp-source": lambda: {"seconds": peer(port, size - rulers.added, recipients)},
            "NORMAL": lambda: bench.ours(port),
            "NORMAL, command": lambda: {"seconds": bench.command(port)},
            "FULL": lambda: bench.ours(port, synchronous="FULL"),
            "NORMAL, DKIM": lambda: bench.ours(port, sign=True),
        }
        found: dict[str, list[Run]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                found[name].append(way())
    source = [one["seconds"] for one in found.pop("smtp-source")]
    rate = recipients / statistics.median(source)
    print(f"{size:,} bytes, {recipients:,} recipients, {CONNECTIONS} connections, {rounds} rounds: {rate:,.0f}/s")
    for name, runs in found.items():
        ours = [one["seconds"] for one in runs]
        each = [theirs / mine for theirs, mine in zip(source, ours, strict=True)]
        ratio = statistics.median(source) / statistics.median(ours)
        told = f"{recipients / statistics.median(ours):,.0f}/s"
        if "cpu" in runs[0]:
            told += f", {statistics.median(one['cpu'] for one in runs) / recipients * 1e6:.0f} us of the processor each"
        print(f"  {name:16} {ratio:5.2f} of smtp-source ({min(each):.2f} to {max(each):.2f}) [{told}]", flush=True)


def tell_million(folder: Path, rulers: Rulers, recipients: int) -> None:
    """Prints the memory of a large issue as it goes, of all its processes together, and its rate at the beginning and
    at the end."""
    began = time.perf_counter()
    bench = Bench(folder / "million", recipients, rulers.filler(SIZES[0]))
    print(f"{recipients:,} recipients, ledger made in {time.perf_counter() - began:.0f} s", flush=True)
    with sink() as port:
        process = bench.start(port, synchronous="NORMAL", sign=False, connections=CONNECTIONS)
        watch, peak, told_at = time.perf_counter(), 0.0, 0.0
        while True:
            try:
                out, _ = process.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                here, passed = resident(process.pid), time.perf_counter() - watch
                peak = max(peak, here)
                if passed - told_at > 10:
                    told_at = passed
                    print(f"  {passed:5.0f} s {here:6.1f} MB", flush=True)
    told = json.loads(out)
    tenths = [b - a for a, b in zip(told["tenths"], told["tenths"][1:], strict=False)]
    first, last = (recipients / 10 / tenths[place] for place in (0, -1))
    print(f"  peak {peak:.1f} MB (goal 100), {recipients / told['seconds']:,.0f}/s")
    print(f"  rate at the end / at the start {last / first:.2f} (goal 0.90) [{last:,.0f} / {first:,.0f} a second]")


def resident(pid: int) -> float:
    """Megabytes that a process and what it has started hold in memory now; what they share counts once."""
    folder = Path(f"/proc/{pid}")
    shares = (line for line in (folder / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    own = int(next(shares, "Pss: 0").split()[1]) / 1024
    return own + sum(resident(int(child)) for child in (folder / f"task/{pid}/children").read_text().split())


def tell_late(folder: Path, rulers: Rulers, recipients: int, rounds: int) -> None:
    """Prints the rate with latency in the server beside connections ÷ round trips, one a message."""
    bench = Bench(folder / "late", recipients, rulers.filler(SIZES[0]))
    goal = CONNECTIONS / LATENCY
    with late_sink(LATENCY) as port:
        rate = recipients / statistics.median(bench.ours(port)["seconds"] for _ in range(rounds))
    print(f"{LATENCY * 1000:.0f} ms late: {rate / goal:.2f} of {goal:.0f}/s (goal 0.90) [{rate:,.0f}/s]")


def main() -> None:
    """Measure what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipients", type=int)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--late", action="store_true")
    parser.add_argument("--work", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--connections", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--sign", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given)
        return
    with tempfile.TemporaryDirectory(prefix="publisher-delivery-") as name:
        folder = Path(name)
        rulers = Rulers(folder)
        if given.million:
            tell_million(folder, rulers, given.recipients or 1_000_000)
        elif given.late:
            tell_late(folder, rulers, given.recipients or 20_000, given.rounds)
        else:
            for size in SIZES:
                tell_ratio(folder, rulers, size, given.recipients or 20_000, given.rounds)


if __name__ == "__main__":
    main()
