"""Reports in the shapes of the systems that write them: who and what each is about, and what follows."""

import json
from pathlib import Path

import pytest

from publisher.core.bounce_policy import classify
from publisher.mail.report import Action, Report
from publisher.mail.reports import read_report
from publisher.model.bounce import BounceKind

CORPUS = Path(__file__).parents[1] / "corpus_bounces"
INDEX: dict[str, list[dict[str, str | None]]] = json.loads((CORPUS / "index.json").read_text("utf-8"))

REPORTS = {name: expected for name, expected in INDEX.items() if expected}
OTHERS = sorted(name for name, expected in INDEX.items() if not expected)


def _kind(report: Report) -> str | None:
    """What intake makes of it: what was only delayed or delivered says nothing of the address."""
    if report.action is Action.COMPLAINT:
        return BounceKind.COMPLAINT
    return classify(report.status, report.diagnostic) if report.action is Action.FAILED else None


def _read(name: str) -> list[dict[str, str | None]]:
    reports = read_report((CORPUS / name).read_bytes())
    return [{"recipient": one.recipient, "action": one.action, "class": _kind(one)} for one in reports]


def test_98_of_100_reports_are_read_for_the_right_recipient_and_class() -> None:
    misses = {name: (_read(name), expected) for name, expected in REPORTS.items() if _read(name) != expected}
    for name, (read, expected) in misses.items():
        print(f"{name}: read {read}, expected {expected}")
    assert len(misses) <= len(REPORTS) * 0.02


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_report_counts_as_none(name: str) -> None:
    """listmonk #1334: vacation replies were counted as bounces."""
    assert _read(name) == []


def test_the_index_and_the_files_are_the_same() -> None:
    assert {path.name for path in CORPUS.glob("*.eml")} == set(INDEX)
    assert len(INDEX) >= 120
    assert len(OTHERS) >= 25


def test_every_returned_mail_names_its_delivery() -> None:
    """listmonk #1229: without the mail that came back nobody knows which one it was."""
    for name in REPORTS:
        data = (CORPUS / name).read_bytes()
        if b"X-Publisher-Delivery: k3f9x2m7q4w8z1p6c5v0b3n" in data:
            assert all("X-Publisher-Delivery: k3f9x2m7q4w8z1p6c5v0b3n" in one.returned for one in read_report(data)), (
                name
            )
