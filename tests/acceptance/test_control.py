"""A running send, steered from outside: pause, cancel, a signal to stop, a second process beside it."""

import signal
import socket
import subprocess

import pytest
from support.site import Site
from support.smtp import Server

READERS = [f"reader{number:02}@example.jp" for number in range(30)]


def under_way(site: Site, smtp: Server) -> "subprocess.Popen[str]":
    """A send of thirty mails, the fourth of which waits for its answer."""
    site.write("readers.csv", "\n".join(["email", *READERS]) + "\n")
    site.ok("subscriber", "import", "readers.csv")
    smtp.hold_after = 3
    process = site.start("digest", "weekly", "--yes")
    assert smtp.held.wait(60)
    return process


def ended(process: "subprocess.Popen[str]", smtp: Server) -> tuple[int, str]:
    smtp.hold_after = None
    smtp.let_go.set()
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def counts(site: Site) -> dict[str, int]:
    (issue,) = site.ok("issue", "list", "--json").json
    return {status: number for status, number in issue["counts"].items() if number}


@pytest.mark.parametrize(("word", "left"), [("pause", "planned"), ("cancel", "cancelled")])
def test_a_running_send_stops_after_the_mail_in_hand(site: Site, smtp: Server, word: str, left: str) -> None:
    process = under_way(site, smtp)
    site.ok("issue", word, "1")

    code, err = ended(process, smtp)

    assert smtp.recipients == READERS[:4]
    assert counts(site) == {"sent": 4, left: 26}
    assert code == (69 if word == "pause" else 0), err
    assert ("issue 1 was cancelled with 26 not sent" in err) == (word == "cancel")
    site.ok("issue", "verify", "1")

    if word == "pause":
        site.ok("issue", "resume", "1")
        site.ok("deliver")
        assert sorted(smtp.recipients) == READERS


def test_a_signal_to_stop_finishes_what_is_in_hand_and_gives_the_rest_back(site: Site, smtp: Server) -> None:
    process = under_way(site, smtp)
    process.send_signal(signal.SIGTERM)

    code, err = ended(process, smtp)

    assert code == 75, err
    found = counts(site)
    assert set(found) == {"sent", "planned"}
    assert found["sent"] == len(smtp.recipients) <= 5
    site.ok("deliver")
    assert sorted(smtp.recipients) == READERS


def test_a_signal_to_stop_does_not_wait_for_a_server_that_never_greets(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        mute = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        process = site.start("digest", "weekly", "--yes", PUBLISHER_MAIL__TRANSPORT=mute)
        connection, _ = listener.accept()
        with connection:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=20)  # a third of the time that a server has for its greeting

    assert process.returncode == 75, err
    assert counts(site) == {"planned": 1}
    site.ok("deliver")
    assert smtp.recipients == ["hanako@example.jp"]
    site.ok("issue", "verify", "1")


def test_two_processes_share_the_work_and_send_no_mail_twice(site: Site, smtp: Server) -> None:
    first = under_way(site, smtp)
    smtp.hold_after = None
    second = site.run("deliver")

    code, err = ended(first, smtp)

    assert (code, second.code) in ((0, 0), (0, 75)), err + second.err
    assert sorted(smtp.recipients) == READERS
    assert counts(site) == {"sent": 30}
    site.ok("issue", "verify", "1")
