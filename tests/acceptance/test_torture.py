"""kill -9 at random moments of planning and delivery: nobody lost, nobody doubled but where it says unknown."""

import contextlib
import random
import subprocess
from collections import Counter

import pytest
from support.site import Site
from support.smtp import Server

READERS = [f"reader{number}@example.jp" for number in range(20)]


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("kills", [4, pytest.param(120, marks=pytest.mark.slow)])
def test_no_kill_loses_or_doubles_a_reader(site: Site, smtp: Server, kills: int, connections: int) -> None:
    moments = random.Random(f"{kills}/{connections}")
    site.environ["PUBLISHER_MAIL__CONNECTIONS"] = str(connections)
    site.write("readers.csv", "\n".join(["email", *READERS]) + "\n")
    site.ok("subscriber", "import", "readers.csv")
    smtp.pace = 0.02
    words: tuple[str, ...] = ("digest", "weekly", "--yes")
    for _ in range(kills):
        process = site.start(*words)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moments.uniform(0.3, 1.6))
        process.kill()
        process.communicate()
        words = moments.choice((("deliver",), ("digest", "weekly", "--yes")))
    smtp.pace = 0
    if not site.ok("issue", "list", "--json").json:
        site.run("digest", "weekly", "--yes")
    site.run("deliver")

    (issue,) = site.ok("issue", "list", "--json").json
    shown = site.ok("issue", "show", str(issue["id"]), "--json").json
    states = {one["email"]: one["status"] for one in shown["deliveries"]}
    got = Counter(smtp.recipients)
    assert sorted(states) == sorted(READERS), "one delivery for each reader"
    assert set(states.values()) <= {"sent", "unknown"}
    assert sum(status == "unknown" for status in states.values()) <= kills * connections
    for email, status in states.items():
        assert got[email] == 1 if status == "sent" else got[email] <= 1, (email, status)
