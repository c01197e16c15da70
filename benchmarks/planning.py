#!/usr/bin/env python3
"""An issue for a million readers: what it costs to plan it, and a second one on top of the first.

    python benchmarks/planning.py [--readers 100000] [--issues 2] [--posts 50000] [--reach 9999d] [--history 8] [--plan]

A ledger is filled with readers (Japanese names, three languages, twenty categories, a few who have left, one in a
hundred suppressed), in no order. Planning is all that `publisher digest` does before the first mail leaves, in a
process of its own: the plan that a person is asked about, with its mails looked at, and the issue with its deliveries.
Its seconds are those of both, its peak that of the whole process. Between two issues all is marked as sent.

With `--posts` the site has so many, spread evenly over ten years, each in one or two categories and in one of three
languages or none; a mail shows twenty. `--reach` is the newsletter's, `9999d` for all of them. `--history` is how many
issues went before, one a week, each to every reader, those who wish alike in the same of three hundred variants.
`--plan` makes no issue.
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

import sqlalchemy as sa

from publisher.config import load_config, newsletter
from publisher.model.mailing import IssueKind, IssueStatus, Rendered, Variant
from publisher.store import issues, tables
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
    reach: REACH
    max_posts: 20
web: {url: "https://midori.example/"}
"""
FIRST = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
CATEGORIES = ["投資分析", "庭", "台所", "本", *(f"道具{number}" for number in range(16))]
FAMILIES, NAMES = ("佐藤", "鈴木", "高橋", "三浦", "山田", "髙﨑"), ("みどり", "花子", "太郎", "健", "さくら")
DOMAINS = ("gmail.com",) * 5 + ("docomo.ne.jp", "yahoo.co.jp", "icloud.com", "midori.example", "outlook.com")
WORDS = "霜が降りた朝、庭は何もしていないように見えます。けれど堆肥の山に手を入れると、まだほんのり温かい。"
BATCH = 20_000
VARIANTS = 300
DELIVERIES = """
INSERT INTO deliveries (issue_id, variant_id, subscriber_id, email, address_key, name, message_id, status, reason,
  attempts, last_reply)
SELECT ?, ? + (coalesce(length(categories), 0) * 7 + coalesce(unicode(categories), 0)) % ?, subscribers.id, email,
  address_key, name, '<' || ? || '.' || subscribers.id || '@midori.example>', 'sent', '', 1, '250 OK'
FROM subscribers JOIN subscriptions ON subscriber_id = subscribers.id ORDER BY address_key
"""


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


def write_many(site: Path, number: int) -> None:
    """A site of ten years, and what reading it the first time leaves behind."""
    from publisher.jobs.library import open_library

    chance = random.Random(2)
    apart_by = 520 * WEEK / number
    for one in range(number):
        when = FIRST - one * apart_by
        some = ", ".join(chance.sample(CATEGORIES, chance.randint(1, 2)))
        language = chance.choice(["lang: ja\n", "lang: en\n", "lang: ko\n", ""])
        head = f"title: 味噌を仕込む日 {one}\ndate: {when:%Y-%m-%d %H:%M:%S} +0000\ncategories: [{some}]\n{language}"
        folder = site / "posts" / f"{when:%Y}"
        folder.mkdir(exist_ok=True)
        (folder / f"{when:%Y-%m-%d}-味噌{one}.md").write_text(f"---\n{head}---\n\n{WORDS * 20}\n", encoding="utf-8")
    with open_library(load_config(None, {}, site), at=FIRST) as library:
        library.keep()


def write_history(site: Path, weeks: int) -> None:
    """Issues as they were sent, up to a week before the first that is planned."""
    from publisher.jobs.library import open_library
    from publisher.jobs.mailing import testify

    with open_library(load_config(None, {}, site), at=FIRST) as library, ledger(site) as store:
        for week in range(weeks, 0, -1):
            end = FIRST - week * WEEK
            ids = [library.ids[one.source] for one in library.posts if end - WEEK < one.published <= end]
            with store.write(trusted=True) as connection:
                sent(connection, f"{week:032x}", end, ids)
        testify(library, store)


def sent(connection: sa.Connection, uid: str, end: datetime, post_ids: list[str]) -> None:
    """One issue that brought these posts to everybody."""
    draft = issues.Draft(
        uid,
        "weekly",
        IssueKind.DIGEST,
        IssueStatus.DONE,
        "",
        None,
        "a@midori.example",
        None,
        "",
        "",
        None,
        end,
        end - WEEK,
    )
    issue = issues.insert(connection, draft, end)
    rendered = Rendered("件名", "<p>味噌</p>", "味噌", "m4rk3r")
    made = [Variant(f"{one:064x}", tuple(post_ids), "ja", rendered) for one in range(VARIANTS)]
    first, *_ = [issues.insert_variant(connection, issue.id, one) for one in made]
    connection.exec_driver_sql(DELIVERIES, (issue.id, first, VARIANTS, uid))


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


def plan(site: Path, at: datetime, *, makes: bool) -> Iterator[tuple[str, float]]:
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
        yield "deliveries", planned.recipients
        yield "variants", len(planned.picks)
        began = time.perf_counter()
        if makes:
            make_digest(desk, store, at=at, now=at, prev_fire=calendar())
        yield "make", time.perf_counter() - began


def weigh(site: Path, at: datetime, *, makes: bool) -> dict[str, float]:
    """Plan an issue in another process, and weigh that."""
    words = [sys.executable, __file__, "--site", str(site), "--at", at.isoformat(), *([] if makes else ["--plan"])]
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
    parser.add_argument("--posts", type=int, default=0)
    parser.add_argument("--reach", default="60d")
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--plan", action="store_true")
    parser.add_argument("--site", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat)
    given = parser.parse_args()
    if given.site:
        print(json.dumps(dict(plan(given.site, given.at, makes=not given.plan))))
        return
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "posts").mkdir()
        (site / "config.yaml").write_text(CONFIG.replace("REACH", given.reach), encoding="utf-8")
        apart(fill, site, given.readers)
        if given.posts:
            apart(write_many, site, given.posts)
        if given.history:
            apart(write_history, site, given.history)
        for number in range(given.issues):
            if number or not given.posts:
                write_posts(site, number)
            tell(number + 1, weigh(site, FIRST + number * WEEK, makes=not given.plan))
            apart(mark_sent, site)


if __name__ == "__main__":
    main()
