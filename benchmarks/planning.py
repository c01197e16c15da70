#!/usr/bin/env python3
"""An issue for a million readers: what it costs to plan it, and a second one on top of the first.

    python benchmarks/planning.py [--readers 100000] [--issues 2]

A ledger is filled with readers (Japanese names, three languages, twenty categories, a few who have left, one in a
hundred suppressed), in no order. Planning is all that `publisher digest` does before the first mail leaves, in a
process of its own: the plan that a person is asked about, with its mails looked at, and the issue with its deliveries.
Its seconds are those of both, its peak that of the whole process. Between two issues all is marked as sent.
"""

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.config import load_config, newsletter
from publisher.store import tables
from publisher.store.engine import Store

CONFIG = """\
site:
  title: みどりの庭
  url: https://midori.example/
  language: ja
  timezone: Asia/Tokyo
  author: {name: 三浦 みどり}
  address: みどり県はな市1-2-3
content: {path: posts}
newsletters:
  weekly:
    title: みどりの便り
    from: "三浦 みどり <tayori@midori.example>"
    schedules: {weekly: "mon 09:00"}
web: {url: "https://midori.example/"}
"""
FIRST = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
CATEGORIES = ["投資分析", "庭", "台所", "本", *(f"道具{number}" for number in range(16))]
FAMILIES, NAMES = ("佐藤", "鈴木", "高橋", "三浦", "山田", "髙﨑"), ("みどり", "花子", "太郎", "健", "さくら")
DOMAINS = ("gmail.com",) * 5 + ("docomo.ne.jp", "yahoo.co.jp", "icloud.com", "midori.example", "outlook.com")
WORDS = "霜が降りた朝、庭は何もしていないように見えます。けれど堆肥の山に手を入れると、まだほんのり温かい。"
BATCH = 20_000


@contextmanager
def ledger(site: Path) -> Iterator[Store]:
    """The site's own."""
    store = Store(f"sqlite:///{site / 'publisher.db'}")
    yield store
    store.close()


def write_posts(site: Path, week: int) -> None:
    """Five posts of one week, each in four of the categories, so that there is something for everybody."""
    for number in range(5):
        when = FIRST + (week - 1) * WEEK + timedelta(days=1 + number)
        head = f"title: 味噌を仕込む日 {week}-{number}\ndate: {when:%Y-%m-%d %H:%M:%S} +0000\n"
        categories = ", ".join(CATEGORIES[number::5])
        text = f"---\n{head}categories: [{categories}]\n---\n\n{WORDS * 20}\n"
        (site / "posts" / f"{when:%Y-%m-%d}-味噌{week}-{number}.md").write_text(text, encoding="utf-8")


def fill(site: Path, readers: int) -> None:
    """Write the readers, in no order of their addresses."""
    chance = random.Random(1)
    with ledger(site) as store, store.write() as connection:
        # So that a million are there before patience ends; the planning has a connection of its own.
        connection.exec_driver_sql("PRAGMA cache_size = -400000")
        for start in range(0, readers, BATCH):
            some = [subscriber(chance, number) for number in range(start + 1, min(start + BATCH, readers) + 1)]
            connection.execute(tables.subscribers.insert(), some)
            connection.execute(tables.subscriptions.insert(), [subscription(chance, one) for one in some])
            suppressed = chance.sample(some, len(some) // 100)
            connection.execute(tables.suppressions.insert(), [suppression(one) for one in suppressed])


def subscriber(chance: random.Random, number: int) -> dict[str, object]:
    """Somebody who came in the last two years."""
    email = f"{chance.choice('abcdefghijklmnopqrstuvwxyz')}{chance.getrandbits(30):x}.{number}@{chance.choice(DOMAINS)}"
    name = f"{chance.choice(FAMILIES)} {chance.choice(NAMES)}"
    came = FIRST - timedelta(seconds=chance.randrange(63_000_000))
    return {"id": number, "email": email, "address_key": email, "name": name, "created_at": came}


def subscription(chance: random.Random, who: dict[str, object]) -> dict[str, object]:
    """Three in five get everything, the others a few categories."""
    return {
        "subscriber_id": who["id"],
        "newsletter": "weekly",
        "status": "confirmed" if chance.random() > 0.03 else "unsubscribed",
        "frequency": "weekly",
        "language": chance.choice(["ja", "ja", None, "en", "ko"]),
        "categories": None if chance.random() < 0.6 else chance.sample(CATEGORIES, chance.randint(1, 3)),
        "confirmed_at": who["created_at"],
        "wished_at": who["created_at"],
        "evidence": f"imported from readers.csv, line {who['id']}",
        "created_at": who["created_at"],
    }


def suppression(who: dict[str, object]) -> dict[str, object]:
    """An address that is no more."""
    return {"address_key": who["address_key"], "kind": "hard", "reason": "5.1.1 user unknown", "created_at": FIRST}


def plan(site: Path, at: datetime) -> Iterator[tuple[str, float]]:
    """What `publisher digest` does before the first mail leaves; each part with its seconds."""
    from publisher.jobs.digest import make_digest, plan_digest, plan_variants
    from publisher.jobs.library import open_library
    from publisher.jobs.linted import problems
    from publisher.jobs.mailing import Desk
    from publisher.schedule import calendar
    from publisher.templating import Templates

    config = load_config(None, {}, site)
    with ledger(site) as store, open_library(config, at=at) as library:
        desk = Desk(library, Templates(None), newsletter(config, "weekly", "Asia/Tokyo"))
        began = time.perf_counter()
        planned = plan_digest(desk, store, at=at, prev_fire=calendar())
        problems(desk, plan_variants(desk, planned, at=at))
        yield "plan", time.perf_counter() - began
        began = time.perf_counter()
        issue = make_digest(desk, store, at=at, now=at, prev_fire=calendar())
        yield "make", time.perf_counter() - began
    assert issue is not None
    yield "deliveries", issue.recipients
    yield "variants", len(planned.picks)


def weigh(site: Path, at: datetime) -> dict[str, float]:
    """Plan an issue in another process, and weigh that."""
    words = [sys.executable, __file__, "--site", str(site), "--at", at.isoformat()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"planning ended with {process.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    return {**json.loads(said), "cpu": cpu, "peak": usage.ru_maxrss / 1024}


def tell(number: int, of: dict[str, float]) -> None:
    """One line."""
    seconds = of["plan"] + of["make"]
    print(
        f"issue {number}: {of['deliveries']:,.0f} deliveries, {of['variants']:.0f} variants in {seconds:.1f} s"
        f" (plan {of['plan']:.1f}, make {of['make']:.1f}; whole process {of['cpu']:.1f} s of CPU),"
        f" {of['deliveries'] / seconds:,.0f}/s, peak {of['peak']:.0f} MB",
        flush=True,
    )


def mark_sent(site: Path) -> None:
    """As if all mail had gone out."""
    planned = tables.deliveries.c.status == "planned"
    with ledger(site) as store, store.write() as connection:
        connection.execute(tables.deliveries.update().where(planned).values(status="sent"))
        connection.execute(tables.issues.update().values(status="done"))


def apart(work: Callable[..., None], *given: object) -> None:
    """Do it in another process: what this one has ever held counts as the peak of those it starts."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{work.__name__} ended with {process.exitcode}")


def main() -> None:
    """Fill, plan, tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--issues", type=int, default=2)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat)
    given = parser.parse_args()
    if given.site:
        print(json.dumps(dict(plan(given.site, given.at))))
        return
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "posts").mkdir()
        (site / "config.yaml").write_text(CONFIG, encoding="utf-8")
        apart(fill, site, given.readers)
        for number in range(given.issues):
            write_posts(site, number)
            tell(number + 1, weigh(site, FIRST + number * WEEK))
            apart(mark_sent, site)


if __name__ == "__main__":
    main()
