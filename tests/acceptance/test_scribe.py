"""A delivery of many mails, whose letters another process writes: whichever dies, nothing is lost or doubled."""

import os
import select
import signal
import subprocess
from pathlib import Path

import pytest
from support.site import Site
from support.smtp import Server

READERS = [f"reader{number:04}@example.jp" for number in range(1050)]

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="one processor shares no work"
)


def under_way(site: Site, smtp: Server) -> tuple["subprocess.Popen[str]", int]:
    """A send over four connections, all of which wait for their answers by now; and the process that writes for it."""
    site.write("readers.csv", "\n".join(["email,name", *(f"{one},山田 花子" for one in READERS)]) + "\n")
    site.ok("subscriber", "import", "readers.csv")
    site.environ["PUBLISHER_MAIL__CONNECTIONS"] = "4"
    smtp.hold_after = 40
    process = site.start("digest", "weekly", "--yes")
    assert smtp.held.wait(60)
    (scribe,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return process, int(scribe)


def go_on(smtp: Server) -> None:
    smtp.hold_after = None
    smtp.let_go.set()


def counts(site: Site) -> dict[str, int]:
    (issue,) = site.ok("issue", "list", "--json").json
    site.ok("issue", "verify", "1")
    return {status: number for status, number in issue["counts"].items() if number}


@pytest.mark.parametrize("what", [signal.SIGCONT, signal.SIGKILL, signal.SIGSTOP])
def test_each_mail_is_sent_once_whether_the_scribe_lives_dies_or_stands_still(
    site: Site, smtp: Server, what: signal.Signals
) -> None:
    process, scribe = under_way(site, smtp)
    os.kill(scribe, what)
    go_on(smtp)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert sorted(smtp.recipients) == READERS
    assert "1050 sent" in out + err
    assert counts(site) == {"sent": 1050}
    for one in READERS[::350]:
        (came,) = [data for address, data in smtp.mails if address == one]
        assert site.ok("issue", "show", "1", "--eml", one).out == came.decode().replace("\r\n", "\n")


def test_a_scribe_does_not_outlive_its_run(site: Site, smtp: Server) -> None:
    process, scribe = under_way(site, smtp)
    descriptor = os.pidfd_open(scribe)
    process.kill()

    assert select.select([descriptor], [], [], 60)[0], "it lives on"
    os.close(descriptor)
    process.communicate()
    go_on(smtp)
    site.run("deliver")
    found = counts(site)
    assert found["sent"] + found["unknown"] == 1050
    assert found["unknown"] <= 4
    assert len(smtp.recipients) == len(set(smtp.recipients))


def test_a_signal_to_stop_reaches_the_run_alone_and_both_end(site: Site, smtp: Server) -> None:
    process, scribe = under_way(site, smtp)
    descriptor = os.pidfd_open(scribe)
    for one in (scribe, process.pid):
        os.kill(one, signal.SIGTERM)
    go_on(smtp)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 75, err
    assert select.select([descriptor], [], [], 0)[0]
    os.close(descriptor)
    found = counts(site)
    assert set(found) == {"sent", "planned"}
    assert found["sent"] == len(smtp.recipients) == len(set(smtp.recipients)) < 1000
