"""Readers sign up, confirm and choose: over HTTP, from a real server, into a real ledger."""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import html5lib
import httpx
import pytest
from support.serving import Served, asking, serve
from support.site import CONFIG, Site, days_ago
from support.standing import Standing

from publisher.mail.tokens import confirm_token, leave_token, preferences_token, return_token, stamp
from publisher.store.engine import Store

KITCHEN = """\
  kitchen:
    title: "台所だより <毎朝>"
    from: "tayori@midori.example"
    schedules: {daily: "7:00", weekly: "mon 07:00"}
"""
WEB = """\
web:
  url: "https://midori.example/mail/"
  trusted_proxies: [127.0.0.1]
  origins: ["https://kyo.example"]
  frames: ["https://kyo.example"]
  sign_up: {per_ip: 3}
"""
JA = {"accept-language": "ja"}
JSON = {"accept": "application/json", "accept-language": "ja"}
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of two newsletters and three categories, with one reader."""
    site = Site(tmp_path_factory.mktemp("site"), {"PUBLISHER_MAIL__TRANSPORT": "maildir:mail"})
    site.write("config.yaml", CONFIG + KITCHEN + WEB)
    site.post("味噌", days_ago(1), categories="庭, 本, 台所")
    site.ok("build")
    site.ok("subscriber", "add", "hanako@example.jp", "--newsletter", "weekly")
    yield site
    site.stop()


@pytest.fixture(scope="module")
def served(readers: Site) -> Served:
    """Its server, where somebody has signed up."""
    served = serve(readers)
    with asking(served) as client:
        form = stamped(readers, email="sora@example.jp")
        assert client.post("/subscribe", data=form, headers={"x-forwarded-for": "203.0.113.40"}).status_code == 200
    return served


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with asking(served) as client:
        yield client


def secret_of(site: Site) -> bytes:
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store:
        return store.secret


def rows(site: Site, query: str, *values: str) -> list[Any]:
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store, store.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query, values)]


def stamped(site: Site, seconds: float = 10, /, now: datetime | None = None, **fields: Any) -> dict[str, Any]:
    """A form of the weekly that was shown so many seconds ago."""
    shown = (now or datetime.now(UTC)) - timedelta(seconds=seconds)
    return {"newsletter": "weekly", "stamp": stamp(secret_of(site), shown), "source": "page", **fields}


def title(answer: httpx.Response) -> str:
    found = re.search("<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert found, answer.text
    assert html5lib.HTMLParser(strict=True).parse(answer.text) is not None
    return html.unescape(found[1])


def inputs(answer: httpx.Response) -> Mapping[str, list[str]]:
    """What a browser would send of the first form."""
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    found: dict[str, list[str]] = {}
    for one in page.iter("input"):
        if one.get("type") != "checkbox" or "checked" in one.attrib:
            found.setdefault(one.get("name", ""), []).append(one.get("value", ""))
    for select in page.iter("select"):
        chosen = [one.get("value", "") for one in select.iter("option") if "selected" in one.attrib]
        found[select.get("name", "")] = chosen
    return found


def test_a_form_that_was_shown_signs_up_and_everybody_is_told_the_same(readers: Site, client: httpx.Client) -> None:
    wishes: dict[str, Any] = {"category": ["庭", "本"], "newsletter": ["weekly", "kitchen"], "frequency": "daily"}
    answers = [
        client.post("/subscribe", data=stamped(readers, email=email, **wishes), headers=JA | forwarded)
        for email, forwarded in (
            ("ｔａｒｏ＠example.jp", {"x-forwarded-for": "203.0.113.1"}),
            ("hanako@example.jp", {"x-forwarded-for": "203.0.113.2"}),
        )
    ]

    assert {one.status_code for one in answers} == {200}
    assert {title(one) for one in answers} == {"メールをご確認ください"}
    first, second = (re.sub("ｔａｒｏ＠example.jp|hanako@example.jp", "", one.text) for one in answers)
    assert first == second
    found = rows(
        readers, "SELECT source, language, wording, ip, wishes FROM sign_ups WHERE email = ?", "taro@example.jp"
    )
    ((source, language, wording, ip, kept),) = found
    assert (source, language, len(ip)) == ("page", "ja", 32)
    assert "アドレスは「みどりの庭」のメールをお送りするためにだけ使い" in wording
    assert "\\u5ead" in kept
    status = "SELECT newsletter, status FROM subscriptions JOIN subscribers s ON s.id = subscriber_id WHERE s.email = ?"
    assert sorted(rows(readers, status, "taro@example.jp")) == [("kitchen", "unconfirmed"), ("weekly", "unconfirmed")]


@pytest.mark.parametrize("seconds", [0, 100_000, None])
def test_what_is_too_quick_too_old_or_not_ours_is_shown_again_with_all_that_was_typed(
    readers: Site, seconds: float | None
) -> None:
    client = Standing(readers)
    typed = {"email": "jiro@example.jp", "newsletter": "kitchen", "category": ["本"], "frequency": "weekly"}
    sent = (
        stamped(readers, seconds, client.now, **typed)
        if seconds is not None
        else {**typed, "source": "site", "stamp": "x.y"}
    )

    again = client.post("/subscribe", data=sent, headers=JA)

    assert (again.status_code, title(again)) == (200, "「みどりの庭」を購読する")
    assert "もう一度ボタンを押してください。" in again.text
    kept = inputs(again)
    assert {name: kept[name] for name in typed} == {"email": ["jiro@example.jp"], "newsletter": ["kitchen"]} | {
        "category": ["本"],
        "frequency": ["weekly"],
    }
    assert kept["source"] == ["site" if seconds is None else "page"]
    # Who is quick must not wait anew.
    assert (kept["stamp"] == [sent["stamp"]]) == (seconds == 0)
    assert rows(readers, "SELECT * FROM sign_ups WHERE email = ?", "jiro@example.jp") == []


def test_a_static_form_needs_nothing_but_an_address_and_one_press_more(readers: Site, client: httpx.Client) -> None:
    snippet = readers.ok("show", "snippet", "--newsletter", "kitchen", "--script").out
    action = re.search('action="https://midori.example/mail(.*?)"', snippet)
    assert action
    assert 'src="https://midori.example/mail/subscribe.js"' in snippet
    assert html5lib.HTMLParser(strict=True).parseFragment(snippet) is not None

    again = client.post(html.unescape(action[1]), data={"email": "s@example.jp", "lang": "en", "website": ""})
    kept = inputs(again)
    at = stamped(readers)["stamp"]
    taken = client.post(html.unescape(action[1]), data={**kept, "stamp": at})

    assert "Please press the button once more." in again.text
    assert kept["newsletter"] == ["kitchen"]
    assert title(taken) == "Check your mail"
    assert rows(readers, "SELECT source, language FROM sign_ups WHERE email = ?", "s@example.jp") == [("site", "en")]


def test_who_fills_in_what_people_do_not_see_hears_the_same_and_nothing_is_done(
    readers: Site, client: httpx.Client
) -> None:
    answer = client.post("/subscribe", data=stamped(readers, email="bot@example.jp", website="http://x"), headers=JA)

    assert (answer.status_code, title(answer)) == (200, "メールをご確認ください")
    assert rows(readers, "SELECT * FROM sign_ups WHERE email = ?", "bot@example.jp") == []


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"email": ""}, "email", "メールアドレスを入力してください"),
        ({"email": "a@@example.jp"}, "email", "形になっていない"),
        ({"email": "a@example.jp\nBcc: b@example.jp"}, "email", "形になっていない"),
        ({"email": "x" * 5000 + "@example.jp"}, "email", "形になっていない"),
        ({"email": "a@example.jp", "newsletter": ["weekly", "secret"]}, "newsletter", "この中から"),
        ({"email": "a@example.jp", "newsletter": []}, "newsletter", "一つ以上"),
        ({"email": "a@example.jp", "category": ["{{ 7*7 }}"]}, "category", "この中から"),
        ({"email": "a@example.jp", "frequency": "'; DROP TABLE sign_ups; --"}, "frequency", "この中から"),
        ({"email": '"><script>alert(1)</script>@example.jp'}, "email", "形になっていない"),
    ],
)
def test_a_fault_is_told_beside_its_field_and_what_was_typed_is_kept(
    readers: Site, client: httpx.Client, fields: dict[str, Any], field: str, words: str
) -> None:
    sent = stamped(readers, **fields)
    answer = client.post("/subscribe", data=sent, headers=JA)
    in_json = client.post("/subscribe", data=sent, headers=JSON)

    assert answer.status_code == in_json.status_code == 422
    assert title(answer)
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    (told,) = [one for one in page.iter("p") if one.get("id") == f"{field}-fault"]
    assert words in "".join(told.itertext())
    assert [one for one in page.iter() if f"{field}-fault" in (one.get("aria-describedby") or "").split()]
    assert inputs(answer)["email"] == [str(fields["email"])[:321].strip()]
    assert "<script" not in answer.text
    assert (in_json.json()["status"], in_json.json()["field"]) == ("refused", field)
    assert words in in_json.json()["message"]


def test_limits_are_of_the_client_whom_our_proxy_names(readers: Site, client: httpx.Client) -> None:
    def come(number: int, forwarded: str) -> httpx.Response:
        form = stamped(readers, email=f"reader{number}@example.jp")
        return client.post("/subscribe", data=form, headers=JA | {"x-forwarded-for": forwarded})

    first = [come(number, f"198.51.100.{number}, 203.0.113.9") for number in range(5)]
    other = come(9, "203.0.113.10")

    assert [one.status_code for one in first] == [200, 200, 200, 429, 429]
    assert int(first[-1].headers["retry-after"]) > 0
    assert "しばらくしてから" in first[-1].text
    assert inputs(first[-1])["email"] == ["reader4@example.jp"]
    assert other.status_code == 200


def test_a_script_of_the_site_is_answered_in_json_and_one_of_a_stranger_reads_nothing(
    readers: Site, client: httpx.Client
) -> None:
    own = {"origin": "https://midori.example", "x-forwarded-for": "203.0.113.20"}
    asked = client.get("/subscribe", headers=JSON | own)
    still = Standing(readers)
    soon = still.post("/mail/subscribe", data=stamped(readers, 1, still.now, email="k@example.jp"), headers=JSON | own)
    taken = client.post("/subscribe", data=stamped(readers, email="k@example.jp"), headers=JSON | own)
    strange = client.get("/subscribe", headers=JSON | {"origin": "https://evil.example"})
    before = client.options("/subscribe", headers={"origin": "https://kyo.example"})

    assert [one.json()["status"] for one in (asked, soon, taken)] == ["form", "again", "taken"]
    assert asked.json()["stamp"]
    assert "k@example.jp にメールをお送りします" in taken.json()["message"]
    for one in (asked, soon, taken):
        assert one.headers["access-control-allow-origin"] == "https://midori.example"
        assert "access-control-allow-credentials" not in one.headers
    assert before.headers["access-control-allow-origin"] == "https://kyo.example"
    assert "access-control-allow-origin" not in strange.headers
    assert "Origin" in strange.headers["vary"]

    script = client.get("/mail/subscribe.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert client.get("/subscribe.js", headers={"if-none-match": script.headers["etag"]}).status_code == 304


def token_pages(site: Site) -> dict[str, str]:
    secret, soon, past = secret_of(site), datetime.now(UTC) + DAY, datetime.now(UTC) - DAY
    (uid,) = rows(site, "SELECT uid FROM sign_ups WHERE email = ?", "sora@example.jp")[0]
    return {
        "confirm": f"/confirm/{confirm_token(secret, uid, soon)}",
        "confirm late": f"/confirm/{confirm_token(secret, uid, past)}",
        "preferences": f"/preferences/{preferences_token(secret, 'hanako@example.jp', soon)}",
        "preferences late": f"/preferences/{preferences_token(secret, 'hanako@example.jp', past)}",
        "leave": f"/unsubscribe/{leave_token(secret, 'weekly', 'hanako@example.jp')}",
    }


def test_every_page_is_closed_to_all_but_its_own_form(readers: Site, client: httpx.Client) -> None:
    paths = [*token_pages(readers).values(), "/confirm/x", "/preferences/x", "/subscribe", "/subscribe?newsletter=x"]

    for path in paths:
        may_frame = "https://kyo.example" if path.startswith("/subscribe") else "'none'"
        pressed = {"do": "nothing", "leave": "this"} if path.endswith("/x") else {"do": "nothing", "back": "x"}
        for answer in (client.get(path, headers={"host": "evil.example"}), client.post(path, data=pressed)):
            policy = answer.headers["content-security-policy"]
            assert f"default-src 'none'; base-uri 'none'; frame-ancestors {may_frame}; form-action 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"
            assert "set-cookie" not in answer.headers
            assert "location" not in answer.headers
            assert "evil.example" not in answer.text
            assert title(answer)


def test_one_press_confirms_once_and_no_look_does(readers: Site, client: httpx.Client) -> None:
    email = "michi@example.jp"
    came = {"x-forwarded-for": "203.0.113.30"}
    client.post("/subscribe", data=stamped(readers, email=email, category="庭"), headers=came)
    (uid,) = rows(readers, "SELECT uid FROM sign_ups WHERE email = ?", email)[0]
    path = f"/confirm/{confirm_token(secret_of(readers), uid, datetime.now(UTC) + DAY)}"

    asked, head = client.get(path, headers=JA), client.head(path)
    nothing = client.post(path, data={"do": "leave"}, headers=JA)
    assert rows(readers, "SELECT confirmed_at FROM sign_ups WHERE uid = ?", uid) == [(None,)]
    done, again = (client.post(path, data={"do": "confirm"}, headers=JA) for _ in range(2))

    assert [one.status_code for one in (asked, head, nothing, done, again)] == [200] * 5
    assert title(asked) == title(nothing) == "購読を始めますか"
    assert "m…@example.jp" in asked.text
    assert email not in asked.text
    assert "毎週／庭" in re.sub("<[^>]*>", "", asked.text)
    assert (title(done), title(again)) == ("購読が始まりました", "このリンクは一度使われています")
    # Whoever has left since reads what is true of them, too, and where to sign up anew.
    assert "停止したりした場合は、そちらが優先されます" in again.text
    assert '<a class="button" href="https://midori.example/mail/subscribe">' in again.text
    ((wording, ip),) = rows(readers, "SELECT confirmed_wording, confirmed_ip FROM sign_ups WHERE uid = ?", uid)
    assert wording == "購読を始めますか 下のボタンを押すと、次の内容で購読が始まります。 [購読を始める]"
    assert len(ip) == 32


def test_a_late_or_foreign_token_opens_nothing_and_says_what_helps(readers: Site, client: httpx.Client) -> None:
    pages = token_pages(readers)
    last = {name: path.rpartition("/")[2] for name, path in pages.items()}

    late, late_post = client.get(pages["confirm late"], headers=JA), client.post(pages["confirm late"])
    assert (late.status_code, title(late)) == (410, "このリンクは期限が切れました")
    assert 'href="https://midori.example/mail/subscribe"' in late.text
    assert late_post.status_code == 415
    for path in (
        f"/confirm/{last['preferences']}",
        f"/confirm/{last['leave']}",
        f"/preferences/{last['confirm']}",
        f"/preferences/{last['leave']}",
        f"/preferences/{last['preferences'][:-1]}",
        f"/unsubscribe/{last['preferences']}",
        "/confirm/..%2f..%2fetc%2fpasswd",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"do": "confirm", "leave": "this"}).status_code == 404

    expired = client.get(pages["preferences late"], headers=JA)
    before = len(rows(readers, "SELECT id FROM letters WHERE kind = 'preferences'"))
    mailed = client.post(pages["preferences late"], data={"do": "mail"}, headers=JA)
    saved = client.post(pages["preferences late"], data={"do": "save"}, headers=JA)
    assert (expired.status_code, saved.status_code) == (410, 410)
    assert "新しいリンクをメールで受け取る" in expired.text
    assert (mailed.status_code, title(mailed)) == (200, "メールをご確認ください")
    assert len(rows(readers, "SELECT id FROM letters WHERE kind = 'preferences'")) == before + 1


def test_preferences_are_one_form_and_leaving_is_two_presses_away_from_coming_back(
    readers: Site, client: httpx.Client
) -> None:
    email = "yuki@example.jp"
    readers.ok("subscriber", "add", email, "--newsletter", "weekly", "--timezone", "Europe/Berlin", "--language", "ja")
    secret = secret_of(readers)
    page = f"/preferences/{preferences_token(secret, email, datetime.now(UTC) + DAY)}"

    def held() -> dict[str, tuple[Any, ...]]:
        query = (
            "SELECT newsletter, status, frequency, language, categories, timezone, paused_until FROM subscriptions"
            " JOIN subscribers s ON s.id = subscriber_id WHERE s.email = ?"
        )
        return {row[0]: row[1:] for row in rows(readers, query, email)}

    shown = client.get(page, headers=JA)
    assert "y…@example.jp" in shown.text
    sent = {**inputs(shown), "do": ["save"]}
    for day in ("2020-01-01", "0001-01-01", "9999-12-31"):
        wrong = client.post(page, data=sent | {"weekly-pause": [day]}, headers=JA)
        assert (wrong.status_code, wrong.text.count('id="weekly-pause-fault"')) == (422, 1)
    changed = {"weekly-category": ["庭"], "kitchen-reads": ["yes"], "kitchen-frequency": ["weekly"]}
    saved = client.post(page, data=sent | changed | {"weekly-pause": ["2126-12-24"]}, headers=JA)
    assert "保存しました" in saved.text
    weekly, kitchen = held()["weekly"], held()["kitchen"]
    assert weekly[:3] == ("confirmed", "weekly", "ja")
    assert weekly[4:] == ("Europe/Berlin", "2126-12-23 23:00:00.000000")
    assert "\\u5ead" in weekly[3]
    assert kitchen[:2] == ("confirmed", "weekly")

    again = client.get(page, headers=JA)
    assert inputs(again)["weekly-pause"] == ["2126-12-24"]
    client.post(page, data={**inputs(again), "weekly-reads": [""], "do": "save"}, headers=JA)
    assert (held()["weekly"][0], held()["kitchen"][0]) == ("unsubscribed", "confirmed")
    gone = client.post(page, data={"do": "leave"}, headers=JA)
    assert "すべてのメールマガジンを停止しました" in gone.text
    assert held()["kitchen"][0] == "unsubscribed"
    assert "いまはお送りしていません" not in gone.text
    readers.ok("suppress", "add", email)
    assert "いまはお送りしていません" in client.get(page, headers=JA).text


def test_who_left_by_mistake_takes_it_back_with_one_press(readers: Site, client: httpx.Client) -> None:
    email = "modoru@example.jp"
    readers.ok("subscriber", "add", email, "--newsletter", "weekly")
    secret = secret_of(readers)
    page = f"/unsubscribe/{leave_token(secret, 'weekly', email)}"
    asked, left = client.get(page, headers=JA), client.post(page, data={"leave": "this"}, headers=JA)
    found = re.search('name="back" value="([^"]+)"', left.text)
    assert found
    assert "お申し込みのページ" in left.text
    # A second press ends nothing that could be taken back.
    assert 'name="back"' not in client.post(page, data={"leave": "this"}, headers=JA).text
    assert 'name="back"' not in asked.text + client.get(page, headers=JA).text

    late = return_token(secret, "weekly", email, datetime.now(UTC) - DAY)
    foreign = preferences_token(secret, email, datetime.now(UTC) + DAY)
    assert title(client.post(page, data={"back": late}, headers=JA)) == "もう一度お申し込みください"
    assert client.post(page, data={"back": foreign}, headers=JA).status_code == 404
    back, once_more = (client.post(page, data={"back": found[1]}, headers=JA) for _ in range(2))

    assert title(back) == title(once_more) == "「みどりの便り」をまたお届けします"
    status = "SELECT status FROM subscriptions JOIN subscribers s ON s.id = subscriber_id WHERE s.email = ?"
    assert rows(readers, status, email) == [("confirmed",)]


def test_without_an_address_of_the_web_there_is_no_page_and_the_snippet_is_a_mail(site: Site) -> None:
    with asking(serve(site)) as client:
        assert client.get("/subscribe").status_code == 404
        assert not (site.folder / "publisher.db").exists()

    snippet = site.ok("show", "snippet").out
    assert 'href="mailto:tayori@midori.example?subject=subscribe%20weekly"' in snippet
    assert "「みどりの便り」をメールで購読する" in snippet


def test_to_look_at_the_form_makes_no_ledger_and_its_stamp_is_good_all_the_same(site: Site) -> None:
    site.write("config.yaml", CONFIG + "web: {url: https://midori.example/}\n")
    client = Standing(site)

    kept = inputs(client.get("/subscribe"))
    soon = client.post("/subscribe", data={**kept, "email": "a@example.jp"})

    assert inputs(soon)["stamp"] == kept["stamp"]
    assert kept["newsletter"] == ["weekly"]
    assert not (site.folder / "publisher.db").exists()


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"email=a", 415),
        ({"content-type": "application/json"}, b"{}", 415),
        ({"content-type": "application/x-www-form-urlencoded"}, b"email=" + b"x" * 70_000, 413),
        ({"content-type": "application/x-www-form-urlencoded"}, b"&".join([b"category=x"] * 600), 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\n\xff\xfe", 400),
    ],
)
def test_what_is_no_form_of_ours_is_refused_in_words(
    client: httpx.Client, headers: dict[str, str], body: bytes, status: int
) -> None:
    for sent in (body, iter([body[:7], body[7:]])):
        answer = client.post("/subscribe", headers=headers, content=sent)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
