"""Sending by the API: one issue however often it is asked for, which the daemon sends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from support.api import api, problem
from support.site import CONFIG, Site, days_ago
from support.smtp import Server

POST = {"post": "posts/味噌を仕込む.md", "newsletter": "weekly"}
HANAKO = "hanako@example.jp"


@pytest.fixture
def readers(site: Site) -> Site:
    site.ok("subscriber", "add", HANAKO)
    return site


def send(client: httpx.Client, key: str, **asked: object) -> httpx.Response:
    return client.post("/send", json={**POST, **asked}, headers={"idempotency-key": key})


def test_one_key_makes_one_issue_which_the_next_delivery_sends(readers: Site, smtp: Server) -> None:
    with api(readers, "send", "issues:read") as client:
        with ThreadPoolExecutor(6) as many:
            answers = list(many.map(lambda _: send(client, "味噌".encode().hex()), range(6)))
        first = next(one for one in answers if one.status_code == 201).json()["issue"]
        none = send(client, "2")
        again = send(client, "3", again=True)
        other = send(client, "3")
        assert smtp.mails == []
        readers.ok("deliver")
        sent = client.get(f"/issues/{first['id']}").json()
        later = send(client, "味噌".encode().hex())
    assert sorted(one.status_code for one in answers) == [200] * 5 + [201]
    assert {one.json()["issue"]["id"] for one in answers} == {first["id"]}
    assert (none.status_code, none.json()) == (200, {"issue": None})
    assert (again.status_code, again.json()["issue"]["counts"]["planned"]) == (201, 1)
    assert problem(other) == (422, "invalid", ["Idempotency-Key"])
    assert [recipient for recipient, _ in smtp.mails] == [HANAKO, HANAKO]
    assert (first["status"], sent["status"], sent["counts"]["sent"]) == ("sending", "done", 1)
    assert later.json()["issue"]["counts"]["sent"] == 1


def test_it_goes_to_addresses_to_some_readers_and_at_a_time(readers: Site, smtp: Server) -> None:
    readers.ok("subscriber", "add", "taro@example.jp", "--category", "本", "--language", "ja")
    readers.post("庭の話", days_ago(0.1), title="庭の話", categories="庭")
    later = (days_ago(0) + timedelta(days=2)).isoformat()
    with api(readers, "send") as client:
        strangers = send(client, "a", to=["yoso@例え.jp", "YOSO@例え.jp"]).json()["issue"]
        some = send(client, "b", categories=["庭"], post="posts/庭の話.md").json()["issue"]
        waits = send(client, "c", starts_at=later).json()["issue"]
        readers.ok("deliver")

        readers.ok("subscriber", "remove", HANAKO)
        assert problem(send(client, "d", to=[HANAKO], again=True)) == (409, "conflict", ["#/to"])

    assert (strangers["newsletter"], strangers["counts"]["planned"]) == (None, 1)
    assert (some["audience"], some["counts"]["planned"]) == ("category 庭", 1)
    assert (waits["status"], waits["counts"]["planned"]) == ("awaiting", 2)
    assert "yoso@xn--r8jz45g.jp" in [recipient.lower() for recipient, _ in smtp.mails]


def test_where_issues_are_approved_it_waits_for_the_editor(readers: Site, smtp: Server) -> None:
    readers.write("config.yaml", CONFIG + "    approve: true\n    editor: henshu@midori.example\n")
    with api(readers, "send") as client:
        issue = send(client, "a").json()["issue"]
        readers.ok("deliver")
        refused = send(client, "b", to=["yoso@example.jp"])

    assert (issue["status"], issue["reason"]) == ("awaiting", "waits for the editor")
    assert [recipient for recipient, _ in smtp.mails] == ["henshu@midori.example"]
    assert problem(refused)[:2] == (409, "conflict")
    readers.ok("issue", "resume", str(issue["id"]))
    readers.ok("deliver")
    assert [recipient for recipient, _ in smtp.mails][1:] == [HANAKO]


def test_what_cannot_be_sent_is_told_and_nothing_is_made(readers: Site) -> None:
    readers.post("明日の話", days_ago(-1), title="明日の話")
    with api(readers, "send", "issues:read") as client:
        for asked, told in (
            ({"post": "posts/none.md"}, (404, "not-found", [])),
            ({"post": "../config.yaml"}, (404, "not-found", [])),
            ({"post": "あ" * 500}, (404, "not-found", [])),
            ({"newsletter": "daily"}, (404, "not-found", [])),
            ({"to": ["花子"]}, (422, "invalid", ["#/to"])),
            ({"to": []}, (422, "invalid", ["#/to"])),
            ({"to": ["a@example.jp"], "categories": ["庭"]}, (422, "invalid", ["#"])),
            ({"starts_at": "2020-01-01T00:00:00Z"}, (422, "invalid", ["#/starts_at"])),
            ({"post": "\x00"}, (422, "invalid", ["#/post"])),
            ({"again": "yes"}, (422, "invalid", ["#/again"])),
        ):
            assert problem(send(client, "a", **asked)) == told, asked
        assert problem(client.post("/send", json=POST)) == (422, "invalid", ["Idempotency-Key"])
        readers.environ["PUBLISHER_MAIL__TRANSPORT"] = ""
        assert client.get("/issues").json()["data"] == []
