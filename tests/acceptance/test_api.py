"""The API: who may ask, how often, and how faults are told; issues, events. Over HTTP, from a real server."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
from support.api import ALL, api, asking, key, problem
from support.serving import Served, serve
from support.site import CONFIG, Site

WEB = 'web: {url: "https://midori.example/mail/"}\n'
OPERATIONS = {
    ("GET", "/subscribers"): "subscribers:read",
    ("POST", "/subscribers"): "subscribers:write",
    ("GET", "/subscribers/9"): "subscribers:read",
    ("PATCH", "/subscribers/9"): "subscribers:write",
    ("DELETE", "/subscribers/9"): "subscribers:erase",
    ("GET", "/subscribers/9/subscriptions"): "subscribers:read",
    ("PATCH", "/subscribers/9/subscriptions/weekly"): "subscribers:write",
    ("DELETE", "/subscribers/9/subscriptions/weekly"): "subscribers:write",
    ("POST", "/send"): "send",
    ("GET", "/issues"): "issues:read",
    ("GET", "/issues/1"): "issues:read",
    ("GET", "/events"): "events:read",
}


@pytest.fixture
def mailed(site: Site) -> Site:
    """A site that sent one issue to one reader."""
    site.write("config.yaml", CONFIG + WEB)
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "山田 花子")
    site.ok("send", "味噌を仕込む", "--newsletter", "weekly", "--yes")
    return site


@pytest.fixture
def served(mailed: Site) -> Served:
    return serve(mailed)


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    return client.request(method, path, json={} if method in ("POST", "PATCH") else None)


def test_every_operation_asks_for_a_key_that_is_good_and_has_its_scope(mailed: Site, served: Served) -> None:
    good = {scope: key(mailed, scope, name=scope) for scope in ALL}
    bad = {"none": None, "strange": "pub_00000000_" + "0" * 48, "short": "x"}
    bad["revoked"], bad["expired"] = key(mailed, name="取消"), key(mailed, name="期限")
    mailed.ok("key", "revoke", "取消")
    with closing(sqlite3.connect(mailed.folder / "publisher.db")) as ledger, ledger:
        ledger.execute("UPDATE keys SET expires_at = '2026-01-01 00:00:00.000000' WHERE name = '期限'")

    for shown in bad.values():
        with asking(served, shown) as client:
            for method, path in OPERATIONS:
                answer = ask(client, method, path)
                assert problem(answer)[:2] == (401, "unauthorized")
                assert answer.headers["www-authenticate"].startswith('Bearer realm="publisher"')
    for scope, shown in good.items():
        with asking(served, shown) as client:
            for (method, path), needed in OPERATIONS.items():
                answer = ask(client, method, path)
                if scope == needed:
                    assert answer.status_code not in (401, 403), (method, path, answer.text)
                else:
                    assert problem(answer)[:2] == (403, "forbidden"), (method, path, scope)
                    assert f'scope="{needed}"' in answer.headers["www-authenticate"]
    with asking(served, None) as client:
        described = client.get("/openapi.json").json()["paths"]
    told = {
        (method.upper(), path): operation["security"][0]["key"][0]
        for path, methods in described.items()
        for method, operation in methods.items()
    }
    assert len(told) == len(OPERATIONS)
    assert sorted(told.values()) == sorted(OPERATIONS.values())


def test_issues_are_listed_with_their_figures_and_posts(mailed: Site) -> None:
    mailed.ok("send", "図書館の棚", "--to", "yoso@example.jp", "--yes")
    with api(mailed, "issues:read") as client:
        newest = client.get("/issues", params={"limit": 1}).json()
        older = client.get("/issues", params={"limit": 1, "cursor": newest["next"]}).json()
        one = client.get("/issues/1").json()
        found = client.get("/issues", params={"newsletter": "weekly", "status": "done"}).json()
        none = client.get("/issues", params={"status": "paused"}).json()

    assert [issue["id"] for page in (newest, older) for issue in page["data"]] == [2, 1]
    assert (older["next"], none) == (None, {"data": [], "next": None})
    assert found["data"] == older["data"]
    assert one == {**older["data"][0], "posts": one["posts"]}
    assert (one["title"], one["number"]) == ("みどりの便り", 1)
    assert one["counts"]["sent"] == sum(one["counts"].values()) == 1
    assert one["posts"][0].startswith("tag:midori.example,")
    assert datetime.fromisoformat(one["created_at"]).tzinfo == UTC


def test_events_come_after_those_that_are_known(mailed: Site) -> None:
    with api(mailed, "events:read") as client:
        first = client.get("/events", params={"limit": 1}).json()
        rest = client.get("/events", params={"after": first["after"]}).json()
        mailed.ok("subscriber", "remove", "hanako@example.jp")
        (left,) = client.get("/events", params={"after": rest["after"]}).json()["data"]
        latest = client.get("/events", params={"after": left["id"]}).json()

    assert [one["kind"] for one in (*first["data"], *rest["data"])] == ["subscriber.confirmed", "issue.sent"]
    assert (left["kind"], left["email"], left["name"]) == ("subscriber.unsubscribed", "hanako@example.jp", "山田 花子")
    assert latest == {"data": [], "after": left["id"]}


def test_what_is_asked_wrong_is_told_with_its_place(mailed: Site) -> None:
    with api(mailed) as client:
        for path, told in (
            ("/issues/2", (404, "not-found", [])),
            ("/issue", (404, "not-found", [])),
            ("/issues/1/", (404, "not-found", [])),
            ("/issues/0", (422, "invalid", ["issue_id"])),
            ("/issues/味噌", (422, "invalid", ["issue_id"])),
            (f"/issues/{10**400}", (422, "invalid", ["issue_id"])),
            ("/issues?limit=0&cursor=-1&page=2", (422, "invalid", ["cursor", "limit", "page"])),
            ("/issues?newsletter=%00", (422, "invalid", ["newsletter"])),
            ("/issues?newsletter=%ff", (422, "invalid", ["newsletter"])),
            ("/events?after=1e3", (422, "invalid", ["after"])),
        ):
            status, word, places = problem(client.get(path))
            assert (status, word, sorted(places)) == told, path
        refused = client.delete("/issues/1")
        assert problem(refused)[:2] == (405, "not-allowed")
        assert refused.headers["allow"] == "GET"


def test_every_answer_is_closed_to_browsers_and_sets_nothing(mailed: Site) -> None:
    with api(mailed, "issues:read") as client:
        answers = [client.get(path) for path in ("/issues", "/issues/9", "/events", "/openapi.json", "/x")]
        answers.append(client.get("/issues", headers={"authorization": ""}))
        answers.append(client.options("/issues", headers={"origin": "https://a.example"}))

    assert [one.status_code for one in answers] == [200, 404, 403, 200, 404, 401, 405]
    for one in answers:
        assert one.headers["content-security-policy"].startswith("default-src 'none'")
        assert (one.headers["x-content-type-options"], one.headers["cache-control"]) == ("nosniff", "no-store")
        assert not [name for name in one.headers if name.startswith("access-control") or name == "set-cookie"]


def test_a_key_may_ask_so_often_a_minute_whichever_process_answers(mailed: Site, served: Served) -> None:
    shown = key(mailed, "issues:read")
    other = serve(mailed)
    statuses: list[int] = []
    with asking(served, shown) as one, asking(other, shown) as two:
        for _ in range(3):  # a minute may end meanwhile
            now = datetime.now(UTC)
            with closing(sqlite3.connect(mailed.folder / "publisher.db")) as ledger, ledger:
                row = (f"api:1:{now:%Y%m%dT%H%M}", f"{now:%Y-%m-%d %H:%M:%S.000000}", 600 - 40)
                ledger.execute("INSERT OR REPLACE INTO limits (key, since, number) VALUES (?, ?, ?)", row)
            answers = [client.get("/issues") for _ in range(35) for client in (one, two)]
            statuses = [answer.status_code for answer in answers]
            if datetime.now(UTC).minute == now.minute:
                break
    last = answers[-1]

    assert 40 <= statuses.count(200) <= 70
    assert set(statuses) == {200, 429}
    assert problem(last)[:2] == (429, "limited")
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert last.headers["ratelimit-policy"] == '"key";q=600;w=60'
    (told,) = mailed.ok("key", "list", "--json").json
    assert datetime.now(UTC).timestamp() - datetime.fromisoformat(told["used_at"]).timestamp() < 200


def test_a_ledger_that_is_held_or_gone_is_said_to_come_again(mailed: Site, served: Served) -> None:
    shown = key(mailed, "issues:read")
    file = mailed.folder / "publisher.db"
    with asking(served, shown) as client:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            held = client.get("/issues")
            other.execute("ROLLBACK")
        assert client.get("/issues").status_code == 200
        file.rename(mailed.folder / "elsewhere.db")
        gone = client.get("/issues")

    for one in (held, gone):
        assert problem(one)[:2] == (503, "busy")
        assert one.headers["retry-after"] == "5"
    served.lines.until("a program that used the API was told to come again")
