"""kill -9 at random moments of planning and delivery: nobody lost, nobody doubled but where it says unknown."""

import contextlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.faulty import Truth
from support.site import Site
from support.smtp import Server
from support.torture_checks import Row, at_last, violations

TESTS = Path(__file__).parents[1]
READERS = [f"reader{number}@example.jp" for number in range(20)]
SEED = 20261123
SHORT = {"plain": 36, "two": 20, "frozen": 10, "full": 12, "locked": 10, "clock": 12}
LONG = {"plain": 4000, "two": 2000, "frozen": 1000, "full": 1000, "locked": 1000, "clock": 1000}


def torture(mode: str, points: int, seed: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "support.torture", mode, str(points), str(seed)]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def require_nothing_wrong(figures: dict[str, Any]) -> None:
    print(json.dumps(figures))
    assert not figures["violations"], "\n".join(figures["violations"])
    assert (figures["lost"], figures["doubles"]) == (0, 0)
    assert figures["sent"], "a torture in which nothing is sent proves nothing"


# listmonk #3022, #2313, #2860, #2278, #1629, #1250; Ghost #29987; Mautic #9880.
@pytest.mark.parametrize(("mode", "points"), SHORT.items())
def test_no_kill_over_a_server_that_misbehaves_loses_or_doubles_a_reader(mode: str, points: int) -> None:
    require_nothing_wrong(torture(mode, points, SEED))


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "points"), LONG.items())
def test_ten_thousand_kills_lose_and_double_nobody(mode: str, points: int) -> None:
    seed = int(os.environ.get("TORTURE_SEED", SEED))
    require_nothing_wrong(torture(mode, points, seed))


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("kills", [4, pytest.param(120, marks=pytest.mark.slow)])
def test_no_kill_of_the_command_loses_or_doubles_a_reader(
    site: Site, smtp: Server, kills: int, connections: int
) -> None:
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


def truth(kept: int, reply: str = "") -> Truth:
    """What a server knows that has so many copies for 花子, and has refused her with `reply`."""
    told = Truth()
    told.kept["hanako@example.jp"] = kept
    told.refusals["hanako@example.jp"] = [reply] if reply else []
    return told


def row(status: str, words: str = "") -> Row:
    return Row("hanako@example.jp", status, words, words, "<1@example.jp>", None)


@pytest.mark.parametrize(
    ("status", "kept", "blame"),
    [
        ("sent", 0, "lost"),
        ("sent", 2, "doubled"),
        ("unknown", 2, "doubled"),
        ("planned", 1, "doubled"),
        ("deferred", 1, "doubled"),
        ("failed", 1, "doubled"),
        ("cancelled", 1, "doubled"),
    ],
)
def test_the_torture_sees_a_reader_who_is_lost_or_doubled(status: str, kept: int, blame: str) -> None:
    (found,) = violations(["hanako@example.jp"], [row(status)], truth(kept))

    assert found.startswith(blame)


@pytest.mark.parametrize(("status", "kept"), [("sent", 1), ("unknown", 0), ("unknown", 1), ("planned", 0)])
def test_the_torture_has_nothing_against_a_reader_whose_state_is_true(status: str, kept: int) -> None:
    assert [*violations(["hanako@example.jp"], [row(status)], truth(kept))] == []


def test_the_torture_sees_a_failure_that_no_server_gave_a_reason_for() -> None:
    refused = "550 5.1.1 User unknown"

    assert [*at_last([row("failed", "5.1.1 User unknown")], truth(0, refused))] == []
    assert [*at_last([row("failed", "Line too long.")], truth(0, refused))] != []
    assert [*at_last([row("deferred")], truth(0))] != []
    assert [*violations(["hanako@example.jp"], [], truth(0))] == ["not one delivery for each reader"]
