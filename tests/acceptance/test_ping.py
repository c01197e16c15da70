"""publisher ping, and run beside it: a hub is told once, whatever dies, and nobody waits for one."""

import signal
import subprocess
from collections.abc import Iterator

import feedparser
import pytest
from support.hub import Hub, Reply, hub_server
from support.lines import Lines
from support.site import CONFIG, Site, days_ago
from support.smtp import Server

AT_HOME = """
import sys
from functools import partial
from threading import Event
from publisher.app import open_app
from publisher.daemon import run, run_once
from publisher.http import post
from publisher.jobs.ping import ping
from publisher.struct import replace
app = replace(open_app(None), post=partial(post, allow_private=True))
def say(text):
    print(text, file=sys.stderr, flush=True)
if sys.argv[1] == "ping":
    found = ping(app.config, post=app.post, clock=app.clock, stop=lambda: False)
    print("\\n".join(found.lines(app.timezone())))
    sys.exit(found.exit_code())
if sys.argv[1] == "once":
    sys.exit(run_once(app, stop=Event(), say=say))
from publisher.cli.talk import stop_on_signals
with stop_on_signals() as stop:
    run(app, stop=stop, say=say)
"""
"""The commands, for a hub on this machine."""

ALL = [
    "https://midori.example/atom.xml",
    "https://midori.example/feed.xml",
    "https://midori.example/category/%E5%BA%AD/atom.xml",
    "https://midori.example/category/%E5%BA%AD/feed.xml",
    "https://midori.example/category/%E6%9C%AC/atom.xml",
    "https://midori.example/category/%E6%9C%AC/feed.xml",
]


@pytest.fixture
def hub(site: Site) -> Iterator[Hub]:
    """The site's."""
    with hub_server() as server:
        site.write("config.yaml", f"{CONFIG}feeds: {{hub: '{server.url}'}}\n")
        yield server


def at_home(site: Site, how: str) -> subprocess.Popen[str]:
    return site.python("-c", AT_HOME, how)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_a_build_tells_nobody_and_ping_tells_each_feed_once(site: Site, hub: Hub) -> None:
    site.ok("build")
    assert hub.forms == []
    shown = site.ok("ping", "--dry-run", "--json").json
    assert shown["hub"] == hub.url
    assert [(one["topic"], one["state"]) for one in shown["topics"]] == [(topic, "waiting") for topic in ALL]

    code, out, _ = ended(at_home(site, "ping"))
    assert (code, hub.topics) == (0, ALL)
    assert out.splitlines() == [f"announced: {topic}" for topic in ALL]
    assert site.ok("ping").err == f"{hub.url} has been told of all feeds\n"

    site.post("新着", days_ago(0), title="新着の記事", categories="本")
    site.ok("build")
    ended(at_home(site, "ping"))
    assert hub.topics[6:] == [topic for topic in ALL if "%E5%BA%AD" not in topic]
    site.ok("build")
    assert ended(at_home(site, "ping"))[0] == 0
    assert len(hub.topics) == 10


def test_a_hub_in_the_house_is_refused(site: Site, hub: Hub) -> None:
    site.ok("build")

    done = site.run("ping", "--json")

    assert (done.code, hub.forms) == (69, [])
    assert {one["state"] for one in done.json["topics"]} == {"waiting"}
    assert {one["reason"] for one in done.json["topics"]} == {f"{hub.url}: is a private address (127.0.0.1)"}
    assert all(one["next"] for one in done.json["topics"])
    later = site.run("ping")
    assert (later.code, len(later.out.splitlines())) == (75, 6)
    assert "feeds wait to be announced" in later.err


@pytest.mark.parametrize("url", ["http://localhost:8000/", "https://your-site.invalid/"])
def test_where_no_hub_can_fetch_anything_that_is_said(site: Site, url: str) -> None:
    done = site.run("ping", PUBLISHER_SITE__URL=url, PUBLISHER_FEEDS__HUB="https://hub.example.org/")

    assert (done.code, done.out) == (78, "")
    assert f"no hub can fetch feeds from {url}" in done.err


def test_without_a_hub_that_is_said(site: Site) -> None:
    done = site.run("ping")

    assert (done.code, done.out) == (78, "")
    assert "feeds.hub: names no hub" in done.err


def test_killed_in_the_middle_it_loses_nothing(site: Site, hub: Hub) -> None:
    site.ok("build")
    hub.go.clear()
    dying = at_home(site, "ping")
    assert hub.asked.wait(20)
    dying.kill()
    dying.communicate()
    hub.go.set()

    code, _, err = ended(at_home(site, "ping"))

    assert (code, err) == (0, "")
    assert hub.topics == [ALL[0], *ALL]
    assert site.ok("ping").out == ""


def test_two_at_once_tell_each_feed_once(site: Site, hub: Hub) -> None:
    site.ok("build")

    both = [ended(process) for process in [at_home(site, "ping") for _ in range(2)]]

    assert sorted(hub.topics) == sorted(ALL)
    assert {code for code, _, _ in both} <= {0, 75}
    assert [err for _, _, err in both] == ["", ""]
    assert site.ok("ping", "--json").json["topics"] == []


def test_run_once_tells_after_it_built(site: Site, hub: Hub) -> None:
    for _ in range(2):
        assert ended(at_home(site, "once"))[0] == 0
    assert hub.topics == ALL

    hub.answer(Reply(503))
    site.post("新着", days_ago(0), title="新着の記事", categories="本")
    code, _, err = ended(at_home(site, "once"))
    assert code == 75
    assert "feeds wait to be announced: the hub answered 503" in err


def test_run_once_on_the_writers_own_machine_says_so_and_ends_well(site: Site, hub: Hub) -> None:
    site.environ["PUBLISHER_SITE__URL"] = "http://localhost:8000/"

    code, _, err = ended(at_home(site, "once"))

    assert (code, hub.forms) == (0, [])
    assert "no hub can fetch feeds from http://localhost:8000/" in err


def test_run_tells_of_a_new_post_and_waits_for_no_hub(site: Site, hub: Hub, smtp: Server) -> None:
    hub.go.clear()
    process = at_home(site, "run")
    lines = Lines(process)
    lines.until("files written")
    assert hub.asked.wait(20)

    site.post("新着", days_ago(0), title="新着の記事", categories="本")
    lines.until("files written")
    assert feedparser.parse(str(site.folder / "public/feed.xml")).entries[0].title == "新着の記事"
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("send", "新着", "--to", "hanako@example.jp", "--newsletter", "weekly", "--yes")
    assert smtp.recipients == ["hanako@example.jp"]
    assert len(hub.forms) == 1

    hub.go.set()
    lines.until("announced to")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    # The first had been asked about already, with the bytes of before.
    assert sorted(hub.topics) == sorted([ALL[0], *ALL])
    assert site.ok("ping", "--json").json["topics"] == []


def test_run_ends_though_a_hub_thinks(site: Site, hub: Hub) -> None:
    hub.go.clear()
    process = at_home(site, "run")
    assert hub.asked.wait(20)

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)

    assert process.returncode == 0
    hub.go.set()
    assert ended(at_home(site, "ping"))[0] == 0
    assert hub.topics == [ALL[0], *ALL]
