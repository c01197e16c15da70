"""What will go out is shown, and nothing is done."""

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

from support.rows import wish
from support.site import CONFIG, JST, Site, days_ago
from support.smtp import Server

from publisher.model.newsletter import Frequency
from publisher.store import subscribers
from publisher.store.engine import Store


def all_there_is(site: Site) -> dict[str, str]:
    """Every file by its bytes, but for the cache; and every row of the ledger."""
    files = (path for path in sorted(site.folder.rglob("*")) if path.is_file() and "cache.db" not in path.name)
    found = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    if (site.folder / "publisher.db").exists():
        with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
            found |= {str(number): line for number, line in enumerate(ledger.iterdump())}
    return found


def test_a_plan_says_what_goes_to_how_many_and_changes_nothing(site: Site, smtp: Server) -> None:
    nothing = all_there_is(site)
    assert "nobody is subscribed to it" in site.ok("plan").out
    assert all_there_is(site) == nothing, "no ledger is made, and no id is written"
    site.ok("subscriber", "add", "hanako@example.jp")
    before = all_there_is(site)

    told, found = site.ok("plan").out, site.ok("plan", "weekly", "--json").json
    unknown = site.run("plan", "毎日")

    assert all_there_is(site) == before
    assert smtp.mails == []
    assert (found["hash"] in told, "味噌を仕込む日：大豆1kg" in told) == (True, True)
    assert "publisher apply" not in told, "what is not due cannot be sent"
    assert (unknown.code, "no newsletter '毎日'" in unknown.err) == (2, True)


def _one_is_due(site: Site) -> None:
    """A daily digest since two minutes, and a reader of three days who waits for it."""
    began = (datetime.now(JST) - timedelta(minutes=2)).strftime("%H:%M")
    site.write("config.yaml", CONFIG.replace('weekly: "mon 09:00"', f'daily: "{began}"'))
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store, store.write() as connection:
        reader = wish("hanako@example.jp", frequency=Frequency.DAILY)
        subscribers.subscribe(connection, reader, days_ago(3), revive=True)


def test_what_was_planned_is_sent_once_and_what_is_another_is_shown(site: Site, smtp: Server) -> None:
    _one_is_due(site)
    plan = site.ok("plan", "--json").json
    site.write("plan.json", json.dumps(plan))
    site.post("雪の朝", days_ago(0.2), title="雪の朝")

    refused = site.run("apply", "plan.json", "--yes", "--json")

    assert (refused.code, smtp.mails) == (65, [])
    assert "+ 雪の朝" in refused.err
    assert len(refused.json["differences"]["posts"]["added"]) == 1
    plan = site.ok("plan", "--json").json
    assert site.run("apply", plan["hash"]).code == 2, "nobody said yes"
    assert smtp.mails == []

    done = site.ok("apply", plan["hash"], "--yes", "--json").json
    again = site.ok("apply", plan["hash"], "--yes")

    assert f", plan {plan['hash']}" in site.ok("issue", "show", str(done["issues"][0]["id"])).out
    assert smtp.recipients == ["hanako@example.jp"]
    assert [(one["number"], one["recipients"]) for one in done["issues"]] == [(1, 1)]
    assert f"what was planned is issue {done['issues'][0]['id']}, done; nothing was sent" in again.err


def test_what_a_killed_apply_left_is_sent_by_the_same_words(site: Site, smtp: Server) -> None:
    _one_is_due(site)
    plan = site.ok("plan", "--json").json
    rehearsal = site.ok("apply", plan["hash"], "--dry-run", "--json").json
    smtp.hold_at_mail = True
    process = site.start("apply", plan["hash"], "--yes")
    assert smtp.held.wait(60)
    process.kill()
    process.wait()
    smtp.hold_at_mail = False
    smtp.let_go.set()
    assert smtp.mails == []

    done = site.ok("apply", plan["hash"], "--json")

    assert [(one["id"], one["recipients"]) for one in rehearsal["issues"]] == [(None, 1)]
    assert (done.json["already"], [one["status"] for one in done.json["issues"]]) == (True, ["done"])
    assert smtp.recipients == ["hanako@example.jp"]
