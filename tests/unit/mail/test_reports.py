"""Reports read from the bytes of a mail."""

import re
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.mail.report import Action, Report
from publisher.mail.reports import read_report

CORPUS = Path(__file__).parents[2] / "corpus_bounces"
FROM_DAEMON = (
    b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.jp\nSubject: Undelivered Mail\nTo: bounces@midori.example\n"
)


def _read(name: str) -> Report:
    (report,) = read_report((CORPUS / name).read_bytes())
    return report


def test_a_dsn_of_postfix_is_read_with_all_it_says() -> None:
    report = _read("postfix-user-unknown.eml")
    assert report.recipient == "sato.mio@docomo.example"
    assert report.action is Action.FAILED
    assert report.status == "5.1.1"
    assert report.diagnostic.startswith("host mx1.docomo.example[192.0.2.33] said: 550 5.1.1 <sato.mio@docomo.example>")
    assert report.to == ("bounces+k3f9x2m7q4w8z1p6c5v0b3n@midori.example", "bounce-box@midori.example")
    assert "Message-ID: <weekly.48.7f3a@midori.example>" in report.returned.split("\n")
    assert "今週の記事" not in report.returned
    assert report.source == "dsn"


def test_our_name_of_the_delivery_comes_back() -> None:
    assert _read("orcpt-plus.eml").envid == "k3f9x2m7q4w8z1p6c5v0b3n"


def test_the_address_we_wrote_to_counts_not_the_one_it_was_forwarded_to() -> None:
    """listmonk #1229: "bounced subscriber not found"."""
    assert _read("postfix-forwarded.eml").recipient == "alias@kaisha.example"


@pytest.mark.parametrize("name", ["qmail-unknown.eml", "exim-unknown.eml", "au-rejected.eml", "docomo-text.eml"])
def test_the_mail_below_a_line_of_words_is_the_one_that_came_back(name: str) -> None:
    report = _read(name)
    assert report.returned.startswith("Return-Path: <bounces+")
    assert "X-Publisher-Delivery: k3f9x2m7q4w8z1p6c5v0b3n" in report.returned
    assert "Below this line" not in report.diagnostic


def test_a_redacted_complaint_is_known_by_our_own_header() -> None:
    report = _read("arf-redacted.eml")
    assert report.recipient is None
    assert "X-Publisher-Delivery: k3f9x2m7q4w8z1p6c5v0b3n" in report.returned
    assert report.source == "arf"


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_any_line_ends_give_the_same(ends: bytes) -> None:
    data = (CORPUS / "sendmail-unknown.eml").read_bytes()
    assert read_report(data.replace(b"\n", ends)) == read_report(data)


def test_a_charset_that_is_a_lie_is_seen_through() -> None:
    text = "宛先不明です。\n\n<umi@au.example>\n"
    for charset, encoding in (
        ("us-ascii", "iso2022_jp"),
        ("us-ascii", "utf-8"),
        ("iso-8859-1", "cp932"),
        ("x-none", "utf-8"),
    ):
        head = b"Content-Type: text/plain; charset=" + charset.encode() + b"\n\n"
        (report,) = read_report(FROM_DAEMON + head + text.encode(encoding))
        assert report.recipient == "umi@au.example", (charset, encoding)
        assert "宛先不明" in report.diagnostic or report.diagnostic == "", (charset, encoding)


def test_an_old_japanese_address_with_dots_is_kept_as_it_is() -> None:
    """EC-CUBE #1325: docomo gave out addresses that RFC 5321 does not allow."""
    assert _read("postfix-docomo.eml").recipient == "s..mio@docomo.example"
    (report,) = read_report(FROM_DAEMON + b"\n<hana.@docomo.example>:\n550 Unknown user\n")
    assert report.recipient == "hana.@docomo.example"


def test_a_subaddress_that_looks_encoded_is_left_alone() -> None:
    status = b"Final-Recipient: rfc822; user+20@example.jp\nAction: failed\nStatus: 5.1.1\n"
    head = FROM_DAEMON + b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    (report,) = read_report(head + status + b"\n--b--\n")
    assert report.recipient == "user+20@example.jp"


def test_a_reader_who_is_the_support_of_a_company_is_a_reader() -> None:
    header = b"From: tayori@midori.example\nTo: support@kaisha.example\nMessage-ID: <1@midori.example>\n"
    (report,) = read_report(FROM_DAEMON + b"\n<support@kaisha.example>:\n550 no such user\n\n" + header)
    assert report.recipient == "support@kaisha.example"


def test_a_title_of_ours_about_holidays_is_no_vacation_reply() -> None:
    head = "Return-Path: <>\nFrom: Postmaster@notes.example\nSubject: Undeliverable: 年末年始のお休み\n\n"
    (report,) = read_report(head.encode() + b"ono@notes.example\nUser unknown\n")
    assert report.recipient == "ono@notes.example"


def test_a_vacation_reply_that_quotes_a_refusal_is_none() -> None:
    """listmonk #1334."""
    assert read_report((CORPUS / "none-vacation-quotes.eml").read_bytes()) == ()


def test_a_report_without_its_fields_is_known_by_its_type_and_a_code_in_its_words() -> None:
    """Also under a subject in a language that nobody here knows."""
    known = (CORPUS / "postfix-user-unknown.eml").read_bytes()
    whole = known.replace(b"Undelivered Mail Returned to Sender", b"Ilmoitus")
    for end in (whole.index(b"--9B095B5ADSN=_01/mx\nContent-Type: message"), whole.index(b"Final-Recipient")):
        (report,) = read_report(whole[:end])
        assert (report.recipient, report.action, report.status) == ("sato.mio@docomo.example", Action.FAILED, "5.1.1")
        assert report.to[0] == "bounces+k3f9x2m7q4w8z1p6c5v0b3n@midori.example"


@pytest.mark.parametrize("name", ["postfix-delayed.eml", "postfix-delivered.eml", "postfix-relayed.eml"])
def test_without_its_fields_and_a_code_for_good_a_report_of_unknown_subject_is_none(name: str) -> None:
    whole = re.sub(rb"\nSubject: [^\n]*", b"\nSubject: Ilmoitus", (CORPUS / name).read_bytes(), count=1)
    assert read_report(whole[: whole.index(b"Final-Recipient")]) == ()


def test_a_dsn_that_somebody_forwards_is_none() -> None:
    assert read_report((CORPUS / "none-forwarded-dsn.eml").read_bytes()) == ()


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n\n", b"From ", b":", b"\xef\xbb\xbf", b"\xff" * 1000, b"--\n--\n"])
def test_nothing_and_nonsense_are_none(data: bytes) -> None:
    assert read_report(data) == ()


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    read_report(data)
    read_report(FROM_DAEMON + data)


SAMPLES = sorted(path.name for path in CORPUS.glob("*.eml"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_report_never_makes_it_fail(name: str, data: st.DataObject) -> None:
    whole = (CORPUS / name).read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 200)))
    for report in read_report(whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]):
        assert report.recipient is None or "@" in report.recipient
        assert "\n" not in report.diagnostic


def _nested(levels: int) -> bytes:
    parts = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return FROM_DAEMON + b"".join(parts) + b"\nx\n"


MOST = 25 << 20
HEAVY = {
    "levels": _nested(3000),
    "levels and lines": _nested(300) + b"\n--b1\n" * (MOST // 6),
    "lines below an address": FROM_DAEMON + b"\n<a@b.example>\n" + b"\n" * MOST,
    "lines": FROM_DAEMON + b"\n" + b"\n" * MOST,
    "fields": FROM_DAEMON + b"\n" + b"x-a: b\n" * (MOST // 7),
    "boundaries": FROM_DAEMON + b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n" * (MOST // 4),
    "brackets": FROM_DAEMON + b"Content-Type: text/html\n\n" + b"<" * MOST,
    "comments": b"From: MAILER-DAEMON\nTo: " + b"(" * MOST,
    "addresses": FROM_DAEMON + b"\n" + b"a@" * (MOST // 2),
    "codes": FROM_DAEMON + b"\n" + b"5.1." * (MOST // 4),
    "words": FROM_DAEMON + b"\n" + b"user not be " * (MOST // 12),
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_mail_of_25_megabytes_is_read_in_bounded_time_and_memory(name: str) -> None:
    tracemalloc.start()
    began = time.process_time()
    read_report(HEAVY[name])
    spent = time.process_time() - began
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 64 << 20
    assert spent < 20, "a second without tracing; a pattern that backtracks takes minutes"
