"""What is unknown is told by whoever comes next, and what another process holds is not passed over in silence."""

import signal
import socket

import pytest
from support.lines import Lines
from support.site import Site
from support.smtp import Server

READERS = [f"reader{number}@example.jp" for number in range(8)]


@pytest.fixture
def readers(site: Site) -> list[str]:
    site.write("readers.csv", "\n".join(["email", *READERS]) + "\n")
    site.ok("subscriber", "import", "readers.csv")
    return READERS


def let_go(smtp: Server) -> None:
    smtp.hold_after = None
    smtp.let_go.set()


def killed_at(site: Site, smtp: Server, mails: int, *words: str) -> None:
    """A command that is killed while its server thinks about a mail, so many having been taken before."""
    smtp.held.clear()
    smtp.let_go.clear()
    smtp.hold_after = mails
    process = site.start(*words)
    assert smtp.held.wait(30)
    process.kill()
    process.communicate()
    let_go(smtp)


def test_what_one_that_was_killed_has_found_is_told_by_the_next_and_by_status(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    killed_at(site, smtp, 2, "digest", "weekly", "--yes")
    killed_at(site, smtp, 5, "deliver")

    done = site.run("deliver")

    assert done.code == 75
    assert "1 unknown" in done.err, "what it has found itself"
    held = "issue 1 holds 2 unknown mails: the server may have taken them"
    assert held in done.err
    assert "publisher issue retry 1 --unknown" in done.err
    assert held in site.ok("status").out
    assert site.ok("status", "--json").json["unknown"] == [{"id": 1, "mails": 2}]
    assert len(site.ok("issue", "verify", "1", "--who", "unknown").out.splitlines()) == 3

    assert held in site.ok("deliver").err, "told for as long as it lasts, and no failure any more"
    assert held not in site.ok("run", "--once").err, "the issue is done, and was told of"
    site.ok("issue", "retry", "1", "--unknown")
    site.ok("deliver")
    assert {*smtp.recipients} == {*readers}
    assert "unknown" not in site.ok("status").out


def test_run_once_fails_for_what_it_leaves_unknown_and_then_no_more(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    killed_at(site, smtp, 2, "digest", "weekly", "--yes")

    done = site.run("run", "--once")

    assert done.code == 75
    assert "issue 1 holds 1 unknown mail: the server may have taken it" in done.err
    assert len(smtp.recipients) >= len(readers) - 1
    site.ok("run", "--once")


def test_what_a_frozen_process_holds_is_told_with_its_name(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.hold_after = 3
    process = site.start("digest", "weekly", "--yes")
    assert smtp.held.wait(30)
    process.send_signal(signal.SIGSTOP)

    done, dry = site.ok("deliver"), site.ok("deliver", "--dry-run")
    told = site.ok("status", "--json").json

    assert "nothing was sent" in done.err
    for err in (done.err, dry.err):
        assert f"5 mails are held by process {process.pid} on " in err
        assert "'publisher deliver' takes over at " in err
    assert told["issues"][0]["senders"] == [f"process {process.pid} on {socket.gethostname()}"]
    process.send_signal(signal.SIGCONT)
    let_go(smtp)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert sorted(smtp.recipients) == readers


def test_a_run_that_is_stopped_says_how_many_are_left(site: Site, smtp: Server, readers: list[str]) -> None:
    killed_at(site, smtp, 2, "digest", "weekly", "--yes")
    assert "nobody is sending it\n  to go on: publisher deliver" in site.ok("status").out
    smtp.held.clear()
    smtp.let_go.clear()
    smtp.hold_after = 4
    process = site.start("run")
    lines = Lines(process)
    assert smtp.held.wait(30)
    process.send_signal(signal.SIGTERM)
    lines.until("stopping after what is in hand")
    let_go(smtp)

    line = lines.until("still to send")

    process.wait(timeout=60)
    counts = site.ok("issue", "list", "--json").json[0]["counts"]
    assert line == (
        f"stopped with {counts['planned']} still to send: the next 'publisher run' or 'publisher deliver' sends them"
    )
    assert counts["planned"] + counts["sent"] + counts["unknown"] == len(readers)
