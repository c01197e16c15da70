"""The real command tells other programs of events by hook: nothing is lost by a death, and nobody waits for a hook."""

import signal
from collections.abc import Iterator

import pytest
from support.lines import Lines
from support.listener import SECRET, Listener, listening
from support.site import CONFIG, Site

SOON = """
import sys
from datetime import timedelta
from threading import Event
from publisher.app import open_app, system_clock
from publisher.daemon import run_once
from publisher.struct import replace
later = timedelta(seconds=float(sys.argv[1]))
app = replace(open_app(None), clock=lambda: system_clock() + later)
sys.exit(run_once(app, stop=Event(), say=lambda text: print(text, file=sys.stderr, flush=True)))
"""
"""`run --once`, so many seconds later."""


@pytest.fixture
def listener(site: Site) -> Iterator[Listener]:
    """The site's only hook."""
    with listening() as one:
        hook = f"{{url: '{one.url}', secret_file: hook.secret}}"
        site.write("config.yaml", f"{CONFIG}hooks:\n  crm: {hook}\n")
        site.write("hook.secret", f"{SECRET}\n").chmod(0o600)
        yield one


def emails(listener: Listener) -> list[str]:
    return [one.told["data"]["subscriber"]["email"] for one in listener.heard]


def once(site: Site, later: float = 0) -> tuple[int, str]:
    process = site.python("-c", SOON, str(later))
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_run_once_tells_what_happened_since_the_hook_was_first_seen(site: Site, listener: Listener) -> None:
    site.ok("subscriber", "add", "past@example.jp")
    site.ok("run", "--once")
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "花子")
    site.ok("subscriber", "remove", "past@example.jp")

    site.ok("run", "--once")
    site.ok("run", "--once")

    assert list(zip(listener.types, emails(listener), strict=True)) == [
        ("subscriber.confirmed", "hanako@example.jp"),
        ("subscriber.unsubscribed", "past@example.jp"),
    ]
    assert all(one.is_signed() for one in listener.heard)
    assert "hook" not in site.ok("status").out
    shown = site.ok("show", "config").out
    assert "aikotoba" not in shown
    assert "hook.secret" in shown


def test_killed_between_post_and_record_it_posts_the_same_again(site: Site, listener: Listener) -> None:
    site.ok("subscriber", "add", "past@example.jp")
    site.ok("run", "--once")
    site.ok("subscriber", "add", "hanako@example.jp")
    listener.go.clear()
    dying = site.start("run", "--once")
    assert listener.asked.wait(30)
    dying.kill()
    dying.communicate()
    listener.go.set()

    assert once(site) == (0, "")
    assert len(listener.heard) == 1
    assert once(site, later=130) == (0, "")

    first, again = listener.heard
    assert (first.uid, first.body) == (again.uid, again.body)
    assert once(site, later=9999) == (0, "")
    assert len(listener.heard) == 2


def test_a_hook_that_is_down_is_told_of_and_gets_everything_later(site: Site, listener: Listener) -> None:
    site.ok("subscriber", "add", "past@example.jp")
    site.ok("run", "--once")
    site.ok("subscriber", "add", "hanako@example.jp")
    listener.statuses = [503]

    done = site.run("run", "--once")

    assert done.code == 75
    assert "hook crm takes nothing: answered 503" in done.err
    assert "hook crm has taken nothing since" in site.ok("status").out
    (one,) = site.ok("status", "--json").json["hooks"]
    assert (one["hook"], one["waiting"], one["given_up"], one["ended"]) == ("crm", 1, 0, None)
    listener.statuses = [200]
    assert once(site, later=10) == (0, "")
    assert emails(listener) == ["hanako@example.jp"] * 2
    assert "hook" not in site.ok("status").out


def test_beside_run_a_hook_that_hangs_holds_up_no_other(site: Site, listener: Listener) -> None:
    with listening() as other:
        hooks = "".join(
            f"  {name}: {{url: '{one.url}', secret_file: hook.secret}}\n"
            for name, one in (("crm", listener), ("chat", other))
        )
        site.write("config.yaml", f"{CONFIG}hooks:\n{hooks}")
        site.ok("subscriber", "add", "past@example.jp")
        site.ok("run", "--once")
        listener.go.clear()
        process = site.start("run")
        lines = Lines(process)
        lines.until("watching")

        site.ok("subscriber", "add", "hanako@example.jp")
        assert listener.asked.wait(40)
        assert other.asked.wait(40)
        other.asked.clear()
        site.ok("subscriber", "add", "taro@example.jp")
        assert other.asked.wait(40)
        assert len(listener.heard) == 1
        listener.go.set()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert emails(other) == ["hanako@example.jp", "taro@example.jp"]


@pytest.mark.parametrize(
    ("hook", "told"),
    [
        ("{url: 'http://example.com/', secret_file: hook.secret}", "hooks.crm.url: must begin with https://"),
        ("{url: 'https://a:b@example.com/', secret_file: hook.secret}", "hooks.crm.url: must hold neither a name"),
        ("{url: 'example.com', secret_file: hook.secret}", "hooks.crm.url: must be an absolute address"),
        ("{url: 'https://example.com/'}", "hooks.crm.secret_file: is required"),
        ("{url: 'https://example.com/', secret_file: x, events: [left]}", "hooks.crm.events.0: must be "),
    ],
)
def test_a_hook_that_cannot_be_is_refused_with_its_place(site: Site, hook: str, told: str) -> None:
    site.write("config.yaml", f"{CONFIG}hooks:\n  crm: {hook}\n")

    done = site.run("check")

    assert done.code == 78
    assert told in done.err


def test_a_secret_that_is_none_is_told_and_the_mail_goes_on(site: Site, listener: Listener) -> None:
    site.ok("subscriber", "add", "past@example.jp")
    site.write("hook.secret", "himitsu\n").chmod(0o644)

    done = site.run("run", "--once")

    assert done.code == 75
    assert "hooks.crm.secret_file: holds no secret of 24 to 64 bytes" in done.err
    assert listener.heard == []
    assert "exposed-password" in site.run("check").out
