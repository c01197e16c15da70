#!/usr/bin/env python3
"""A million readers out of a file: what the import costs, beside what SQLite takes for the same rows.

    python benchmarks/importing.py [--rows 1000000] [--rounds 1]

A CSV file of ours is written: Japanese names, ten domains, categories of some, in no order of addresses. The import is
`import_file` into a fresh ledger, all checks and the look for rows that are there twice with it, in a process of its
own, which is weighed. The floor is plain `sqlite3`: the same rows, parsed before, into a file of the same tables and
indexes by `executemany`, in one transaction. Both sides in turn; quote the ratio, never the seconds alone.
"""

import argparse
import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from publisher.core.schedules import parse_schedule
from publisher.model.newsletter import Frequency, Newsletter
from publisher.store.engine import Store

NOW = datetime(2026, 11, 30, tzinfo=UTC)
FAMILIES, NAMES = ("佐藤", "鈴木", "高橋", "三浦", "山田", "髙﨑"), ("みどり", "花子", "太郎", "健", "さくら")
DOMAINS = ("gmail.com",) * 5 + ("docomo.ne.jp", "yahoo.co.jp", "icloud.com", "midori.jp", "outlook.com")
CATEGORIES = ("", "", "庭;台所", "本", "投資分析")
READER = "INSERT INTO subscribers (id, email, address_key, name, created_at) VALUES (?, ?, ?, ?, ?)"
SUBSCRIPTION = """
INSERT INTO subscriptions (subscriber_id, newsletter, status, frequency, language, categories, confirmed_at, wished_at,
  evidence, created_at) VALUES (?, 'weekly', 'confirmed', 'weekly', ?, ?, ?, ?, ?, ?)
"""


def write_file(file: Path, rows: int) -> None:
    """The readers, in no order."""
    chance = random.Random(1)
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("email", "name", "newsletter", "categories", "language", "frequency"))
        for number in range(rows):
            first = chance.choice("abcdefghijklmnopqrstuvwxyz")
            email = f"{first}{chance.getrandbits(30):x}.{number}@{chance.choice(DOMAINS)}"
            name = f"{chance.choice(FAMILIES)} {chance.choice(NAMES)}"
            writer.writerow((email, name, "weekly", chance.choice(CATEGORIES), chance.choice(("ja", "")), ""))


def bring_in(file: Path, ledger: Path) -> None:
    """The import."""
    from publisher.jobs.importing.work import import_file

    paces = {Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00")}
    weekly = Newsletter("weekly", "便り", None, None, None, paces, "Asia/Tokyo", None, (), "digest")
    store = Store(f"sqlite:///{ledger}")
    done = import_file(store, file, [weekly], now=NOW)
    store.close()
    if done.problems:
        raise SystemExit(str(done.problems[0]))


def floor(file: Path, ledger: Path) -> None:
    """The same rows with nothing looked at."""
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))[1:]
    connection = sqlite3.connect(ledger, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    at = "2026-11-30 00:00:00.000000"
    connection.executemany(READER, ((n, row[0], row[0], row[1], at) for n, row in enumerate(rows, 1)))
    connection.executemany(SUBSCRIPTION, _subscriptions(rows, at))
    connection.execute("COMMIT")
    connection.close()


def _subscriptions(rows: list[list[str]], at: str) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(rows, 1):
        categories = json.dumps(row[3].split(";")) if row[3] else None
        yield number, row[4] or None, categories, at, at, f"imported from readers.csv, line {number + 1}", at


SIDES: dict[str, Callable[[Path, Path], None]] = {"import": bring_in, "floor": floor}


def weigh(side: str, file: Path, empty: Path, folder: Path) -> dict[str, float]:
    """One side in a process of its own: seconds, of them of processor, and MB at the peak."""
    ledger = folder / f"{side}.db"
    for one in folder.glob(f"{side}.db*"):
        one.unlink()
    shutil.copy(empty, ledger)
    os.sync()
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, __file__, "--side", side, "--file", str(file), "--ledger", str(ledger)]
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{side} ended with {process.returncode}")
    return {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "rows": sqlite3.connect(ledger).execute("SELECT count(*) FROM subscriptions").fetchone()[0],
    }


def main() -> None:
    """Write the file, run both sides in turn, tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--ledger", type=Path)
    given = parser.parse_args()
    if given.side:
        SIDES[given.side](given.file, given.ledger)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, empty = folder / "readers.csv", folder / "empty.db"
        write_file(file, given.rows)
        Store(f"sqlite:///{empty}").close()
        for _ in range(given.rounds):
            found = {side: weigh(side, file, empty, folder) for side in SIDES}
            for side, of in found.items():
                print(f"{side}: {of['rows']:,.0f} in {of['wall']:.1f} s ({of['cpu']:.1f} of CPU), {of['peak']:.0f} MB")
            ratios = [found["import"][what] / found["floor"][what] for what in ("wall", "cpu")]
            print(f"import / floor: {ratios[0]:.2f} in time, {ratios[1]:.2f} in CPU", flush=True)


if __name__ == "__main__":
    main()
