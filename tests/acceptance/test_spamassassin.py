"""What SpamAssassin says of the demo's mails, offline: each rule that counts is explained."""

import re
import subprocess
from pathlib import Path

import pytest
from support.site import Site

EXPLAINED = {
    "NO_RECEIVED": "no server has taken the mail yet",
    "NO_RELAYS": "the same",
    "HTML_MESSAGE": "it has HTML; counts nothing",
    "MAILING_LIST_MULTI": "List-* headers that belong together; counts for the mail",
}
MOST = 1.0
"""In points; five make spam."""


def judged(mail: bytes) -> dict[str, float]:
    """The rules that a mail hits, with their points."""
    command = ["spamassassin", "--local", "--test-mode", "--cf=bayes_path /nonexistent/bayes", "--cf=use_bayes 0"]
    done = subprocess.run(command, input=mail, capture_output=True, check=True, timeout=300)
    report = done.stdout.decode("utf-8", "replace").partition("Content analysis details:")[2]
    assert report, done.stderr
    hits = re.findall(r"^ *(-?[\d.]+) ([A-Z][A-Z0-9_]+)", report, re.MULTILINE)
    return {rule: float(points) for points, rule in hits}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("demo"))
    site.ok("demo", "--into", "demo")
    return Site(site.folder / "demo")


def mails(site: Site) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(site.folder / "mail" / "new").iterdir()}


def test_the_digest_is_no_spam(demo: Site) -> None:
    hits = judged(next(iter(mails(demo).values())))

    assert set(hits) <= set(EXPLAINED), hits
    assert sum(points for points in hits.values() if points > 0) <= MOST


def test_a_post_sent_by_hand_is_no_spam(demo: Site) -> None:
    before = mails(demo)
    post = min((demo.folder / "examples" / "posts").glob("*.md"))
    demo.ok("send", str(post), "--newsletter", "weekly", "--yes")
    demo.ok("send", str(post), "--to", "stranger@example.com", "--yes")
    sent = {name: mail for name, mail in mails(demo).items() if name not in before}

    assert sent
    for mail in sent.values():
        hits = judged(mail)
        assert set(hits) <= set(EXPLAINED), hits
        assert sum(points for points in hits.values() if points > 0) <= MOST


def test_the_judge_can_tell_spam() -> None:
    head = b"Subject: test\r\nFrom: a@example.com\r\n\r\n"
    mark = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

    assert judged(head + mark)["GTUBE"] >= 5
