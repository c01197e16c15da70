"""Subscribers and subscriptions by the API: over HTTP, out of a real ledger, into real mails."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from support.api import api, asking, problem
from support.serving import serve
from support.site import CONFIG, Site

FIELDS = """\
web: {url: "https://midori.example/"}
fields:
  plan: {type: choice, choices: [個人, 法人]}
  since: {type: date}
"""
HANAKO = "hanako@example.jp"


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """Somebody with a key, of a site with three readers."""
    site.write("config.yaml", CONFIG + FIELDS)
    site.write("readers.csv", f"email,name\n{HANAKO},山田 花子\ntaro@例え.jp,太郎\nyoko@example.com,\n")
    site.ok("subscriber", "import", "readers.csv")
    site.ok("subscriber", "remove", "yoko@example.com")
    with api(site) as client:
        yield client


def rows(site: Site, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
        return ledger.execute(query).fetchall()


def test_readers_are_listed_by_pages_and_found_by_address_newsletter_and_state(client: httpx.Client) -> None:
    first = client.get("/subscribers", params={"limit": 2}).json()
    second = client.get("/subscribers", params={"limit": 2, "cursor": first["next"]}).json()
    by_address = client.get("/subscribers", params={"email": "TARO@例え.jp"}).json()["data"]
    left = client.get("/subscribers", params={"newsletter": "weekly", "status": "unsubscribed"}).json()["data"]
    nobody = client.get("/subscribers", params={"newsletter": "daily"}).json()

    everybody = [*first["data"], *second["data"]]
    assert [one["name"] for one in everybody] == ["山田 花子", "太郎", ""]
    assert (second["next"], nobody) == (None, {"data": [], "next": None})
    assert by_address == everybody[1:2]
    assert left == everybody[2:]
    assert client.get("/subscribers/1").json() == everybody[0]
    assert client.get("/subscribers/1/subscriptions").json() == {"data": everybody[0]["subscriptions"]}
    assert problem(client.get("/subscribers", params={"email": "花子"})) == (422, "invalid", ["email"])
    assert problem(client.get("/subscribers/9")) == (404, "not-found", [])


def test_who_is_signed_up_is_asked_by_mail_and_everybody_is_answered_the_same(site: Site, client: httpx.Client) -> None:
    site.ok("suppress", "add", "okoru@example.jp")
    asked = {"newsletters": ["weekly"], "name": "新しい 読者", "ip": "203.0.113.7", "wording": "週に一度届けます"}
    answers = [
        client.post("/subscribers", json={**asked, "email": email})
        for email in ("shin@example.jp", HANAKO, "okoru@example.jp")
    ]

    assert {(one.status_code, one.text) for one in answers} == {(202, '{"outcome":"taken"}')}
    (found,) = client.get("/subscribers", params={"email": "shin@example.jp"}).json()["data"]
    assert [one["status"] for one in found["subscriptions"]] == ["unconfirmed"]
    evidence = "SELECT source, wording, confirmed_at FROM sign_ups WHERE email = 'shin@example.jp'"
    assert rows(site, evidence) == [("api", "週に一度届けます", None)]
    assert rows(site, "SELECT kind FROM letters WHERE email = 'shin@example.jp'") == [("confirm",)]
    assert "203.0.113.7" not in str(rows(site, "SELECT * FROM sign_ups"))


def test_nobody_is_asked_who_could_not_answer(site: Site, client: httpx.Client) -> None:
    site.write("config.yaml", CONFIG)
    asked = {"email": "shin@example.jp", "newsletters": ["weekly"]}
    with asking(serve(site), client.headers["authorization"].removeprefix("Bearer ")) as other:
        assert problem(other.post("/subscribers", json=asked))[:2] == (409, "conflict")
    assert rows(site, "SELECT count(*) FROM letters") == [(0,)]


def test_limits_hold_for_whom_the_key_speaks_and_for_the_key_itself(client: httpx.Client) -> None:
    def ask(number: int, ip: str | None) -> httpx.Response:
        asked = {"email": f"r{number}@example.jp", "newsletters": ["weekly"], "ip": ip}
        return client.post("/subscribers", json=asked)

    statuses = [ask(number, "203.0.113.7").status_code for number in range(21)]
    other, own = ask(30, "203.0.113.8"), [ask(40 + number, None) for number in range(21)]

    assert statuses == [202] * 20 + [429]
    assert other.status_code == 202
    assert problem(own[-1])[:2] == (429, "limited")
    assert 3000 < int(own[-1].headers["retry-after"]) <= 3600


def test_what_cannot_be_signed_up_for_is_told_with_its_place(client: httpx.Client) -> None:
    good = {"email": "shin@example.jp", "newsletters": ["weekly"]}
    for changed, places in (
        ({"email": "花子"}, ["#/email"]),
        ({"newsletters": ["daily"]}, ["#/newsletters"]),
        ({"newsletters": []}, ["#/newsletters"]),
        ({"frequency": "daily"}, ["#/frequency"]),
        ({"language": "日本語"}, ["#/language"]),
        ({"name": "a\nb"}, ["#/name"]),
        ({"name": 1}, ["#/name"]),
        ({"ip": "localhost"}, ["#/ip"]),
        ({"wording": "\x00"}, ["#/wording"]),
        ({"confirmed": True}, ["#/confirmed"]),
        ({"a/b~c": 1}, ["#/a~1b~0c"]),
    ):
        assert problem(client.post("/subscribers", json={**good, **changed})) == (422, "invalid", places), changed
    body = {"content-type": "application/json"}
    for content, told in (
        (b"", (422, "invalid")),
        (b"[]", (422, "invalid")),
        (b"{", (400, "malformed")),
        (b"\xff\xfe", (400, "malformed")),
        (b"[" * 100_000, (400, "malformed")),
        (b'{"email": ' + b"9" * 10_000 + b"}", (400, "malformed")),
        (b'{"email": "\\ud800@example.jp", "newsletters": ["weekly"]}', (422, "invalid")),
        (b'{"email": NaN, "newsletters": [Infinity]}', (422, "invalid")),
        (b" " * (256 * 1024 + 1), (413, "too-large")),
    ):
        assert problem(client.post("/subscribers", content=content, headers=body))[:2] == told, content[:50]
    assert problem(client.post("/subscribers", data=good))[:2] == (415, "media-type")
    assert client.get("/subscribers").json()["next"] is None
    assert len(client.get("/subscribers").json()["data"]) == 3


def test_a_readers_name_fields_and_wishes_are_changed(client: httpx.Client) -> None:
    named = client.patch("/subscribers/1", json={"name": "花子", "fields": {"plan": "法人", "since": "2026年4月1日"}})
    taken = client.patch("/subscribers/1", json={"fields": {"since": None}})
    wrong = client.patch("/subscribers/1", json={"fields": {"plan": "団体"}})
    wished = {"categories": ["本"], "language": "ja", "timezone": "Europe/Berlin"}
    pause = {"paused_until": "2099-01-05T00:00+09:00"}
    path = "/subscribers/1/subscriptions/weekly"
    changed, one_more = client.patch(path, json=wished | pause), client.patch(path, json={"paused_until": None})

    assert named.json()["fields"] == {"plan": "法人", "since": "2026-04-01"}
    assert (taken.json()["name"], taken.json()["fields"]) == ("花子", {"plan": "法人"})
    assert problem(wrong) == (422, "invalid", ["#/fields"])
    assert {name: changed.json()[name] for name in wished} == wished
    assert changed.json()["paused_until"] == "2099-01-04T15:00:00Z"
    assert one_more.json() == {**changed.json(), "paused_until": None}
    assert client.get("/subscribers/1").json()["subscriptions"] == [one_more.json()]
    for sent, place in (
        ({"frequency": "daily"}, "#/frequency"),
        ({"frequency": None}, "#/frequency"),
        ({"timezone": "Asia/Kyoto"}, "#/timezone"),
        ({"paused_until": "2020-01-01T00:00:00Z"}, "#/paused_until"),
        ({"paused_until": "2099-01-01T00:00:00"}, "#/paused_until"),
        ({"paused_until": 4102444800}, "#/paused_until"),
        ({"paused_until": "9999-12-31T23:59:59-12:00"}, "#/paused_until"),
        ({"status": "confirmed"}, "#/status"),
    ):
        assert problem(client.patch(path, json=sent)) == (422, "invalid", [place]), sent
    assert problem(client.patch("/subscribers/1/subscriptions/daily", json={}))[:2] == (404, "not-found")
    assert problem(client.patch("/subscribers/3/subscriptions/weekly", json={}))[:2] == (409, "conflict")


def test_a_reader_leaves_once_and_is_forgotten_for_good(site: Site, client: httpx.Client) -> None:
    path = "/subscribers/1/subscriptions/weekly"
    left = [client.delete(path).status_code for _ in range(2)]
    told = rows(site, "SELECT data FROM events WHERE kind = 'subscriber.unsubscribed' AND subscriber_id = 1")
    gone = [client.delete(one).status_code for one in ("/subscribers/1", "/subscribers/1", path)]

    assert (left, told, gone) == ([204, 204], [('{"by": "api"}',)], [204, 404, 404])
    assert HANAKO.encode() not in (site.folder / "publisher.db").read_bytes()
    assert client.post("/subscribers", json={"email": HANAKO, "newsletters": ["weekly"]}).status_code == 202
    assert client.get("/subscribers", params={"email": HANAKO}).json()["data"] == []
