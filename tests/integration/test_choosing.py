"""Which posts each reader gets by the rules of docs/explanation/selection.md, from files to the ledger."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.core.periods import ended_period
from publisher.core.selection import Why
from publisher.jobs.digest import make_digest, plan_digest
from publisher.jobs.picking import circle
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.newsletter import Frequency
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, posts, readers, subscribers, tables
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
HANAKO, TARO = "hanako@example.jp", "taro@example.jp"


def settings(site: Site, *lines: str) -> None:
    site.write("config.yaml", CONFIG + "".join(f"    {line}\n" for line in lines))


def join(store: Store, *emails: str, at: datetime = MONDAY - WEEK, **changes: Any) -> None:
    with store.write() as connection:
        for email in emails:
            subscribers.subscribe(connection, wish(email, **changes), at, revive=True)


def write(site: Site, name: str, when: datetime, mail: str = "", body: str = "大豆を煮る。") -> None:
    head = f"title: {name}\ndate: {when:%Y-%m-%d %H:%M:%S %z}\ncategories: [庭, 本]\n"
    site.write(f"posts/{name}.md", f"---\n{head}{f'newsletter: {mail}' if mail else ''}\n---\n\n{body}\n")


def made(site: Site, store: Store, at: datetime, *, scheduled: bool = True) -> Issue | None:
    """The issue of the period that ended at `at`, or one by hand; all of it then counts as sent."""
    with desk(site, at) as place:
        newsletter = place.newsletter
        period = ended_period(newsletter, Frequency.WEEKLY, at, prev_fire) if scheduled else None
        return make_digest(place, store, at=at, now=at, prev_fire=prev_fire, period=period)


def digest(site: Site, store: Store, at: datetime, *, scheduled: bool = True) -> dict[str, list[str]]:
    """The titles that each reader gets, in order."""
    issue = made(site, store, at, scheduled=scheduled)
    if issue is None or issue.status is IssueStatus.SKIPPED:
        return {}
    with desk(site, at) as place, store.read() as connection:
        titles = {place.library.ids[post.source]: post.title for post in place.library.posts}
        return {
            one.recipient.email: [titles[own] for own in issues.variant(connection, one.variant_id).post_ids]
            for one in deliveries.listed(connection, issue.id)
        }


def test_a_post_settles_before_it_goes_and_goes_as_it_is_then(site: Site, store: Store) -> None:
    settings(site, "hold: 2h")
    join(store, HANAKO)
    write(site, "味噌", MONDAY - timedelta(hours=1), body="誤字")
    write(site, "豆", MONDAY - timedelta(hours=2))
    assert digest(site, store, MONDAY) == {HANAKO: ["豆"]}
    write(site, "味噌", MONDAY - timedelta(hours=1), body="直した")

    issue = made(site, store, MONDAY + WEEK)

    assert issue is not None
    with store.read() as connection:
        (delivery,) = deliveries.listed(connection, issue.id)
        assert "直した" in issues.variant(connection, delivery.variant_id).rendered.text


def test_an_archive_that_is_added_mails_nobody_and_a_late_post_goes(site: Site, store: Store) -> None:
    join(store, HANAKO, at=MONDAY - 52 * WEEK)
    write(site, "初回", MONDAY - DAY)
    assert digest(site, store, MONDAY) == {HANAKO: ["初回"]}
    for number in range(30):
        write(site, f"書庫{number}", MONDAY - (70 + number) * DAY)
    write(site, "遅れて", MONDAY - 2 * DAY)
    write(site, "次", MONDAY + DAY)

    assert digest(site, store, MONDAY + WEEK) == {HANAKO: ["次", "遅れて"]}


def test_what_came_out_before_a_first_issue_stays_in_the_archive(site: Site, store: Store) -> None:
    join(store, HANAKO, at=MONDAY - 6 * WEEK)
    write(site, "五週前", MONDAY - 5 * WEEK)
    write(site, "昨日", MONDAY - DAY)
    assert digest(site, store, MONDAY) == {HANAKO: ["昨日"]}
    write(site, "次", MONDAY + DAY)

    assert digest(site, store, MONDAY + WEEK) == {HANAKO: ["次"]}


def test_a_reach_of_a_day_is_two_periods_all_the_same(site: Site, store: Store) -> None:
    settings(site, "reach: 1d")
    join(store, HANAKO, at=MONDAY - 3 * WEEK)
    write(site, "初回", MONDAY - 2 * WEEK - DAY)
    assert digest(site, store, MONDAY - 2 * WEEK) == {HANAKO: ["初回"]}
    write(site, "十四日前", MONDAY - 2 * WEEK)
    write(site, "その前", MONDAY - 2 * WEEK - timedelta(seconds=1))

    assert digest(site, store, MONDAY) == {HANAKO: ["十四日前"]}


def test_what_is_held_at_the_end_of_the_first_period_comes_with_the_next(site: Site, store: Store) -> None:
    settings(site, "hold: 2h")
    join(store, HANAKO)
    write(site, "味噌", MONDAY - timedelta(hours=1))

    assert digest(site, store, MONDAY) == {}
    assert digest(site, store, MONDAY + WEEK) == {HANAKO: ["味噌"]}


def test_few_posts_wait_and_go_together(site: Site, store: Store) -> None:
    settings(site, "min_posts: 3")
    join(store, HANAKO)
    join(store, TARO, categories=("庭",))
    for week, names in enumerate((("一",), ("二",), ("三", "四"), ("五",))):
        for hour, name in enumerate(names):
            write(site, name, MONDAY + week * WEEK - DAY + timedelta(hours=hour))
    together = ["四", "三", "二", "一"]

    assert digest(site, store, MONDAY) == {}
    assert digest(site, store, MONDAY + WEEK) == {}
    assert digest(site, store, MONDAY + 2 * WEEK) == {HANAKO: together, TARO: together}
    assert digest(site, store, MONDAY + 3 * WEEK) == {}
    assert digest(site, store, MONDAY + 3 * WEEK, scheduled=False) == {HANAKO: ["五"], TARO: ["五"]}


def test_none_waits_until_it_is_out_of_reach(site: Site, store: Store) -> None:
    settings(site, "min_posts: 3", "reach: 14d")
    join(store, HANAKO)
    write(site, "一つ", MONDAY - DAY)

    assert digest(site, store, MONDAY) == {}
    assert digest(site, store, MONDAY + WEEK) == {HANAKO: ["一つ"]}


def test_a_mail_shows_so_many_and_links_to_the_rest_which_was_offered(site: Site, store: Store) -> None:
    settings(site, "max_posts: 2")
    join(store, HANAKO)
    for number in range(4):
        write(site, f"記事{number}", MONDAY - DAY - timedelta(hours=number), "{pinned: true}" if number == 3 else "")

    issue = made(site, store, MONDAY)

    assert issue is not None
    with store.read() as connection:
        (delivery,) = deliveries.listed(connection, issue.id)
        variant = issues.variant(connection, delivery.variant_id)
    assert len(variant.post_ids) == 4
    shown = [name for name in ("記事3", "記事0", "記事1", "記事2") if name in variant.rendered.html]
    assert shown == ["記事3", "記事0"]
    rest = variant.rendered.html.partition('class="more"')[2].partition("</p>")[0]
    assert 'href="https://midori.example/newsletters/weekly/1/"' in rest
    assert "2" in rest.rpartition(">")[0].rpartition(">")[2]
    assert digest(site, store, MONDAY + WEEK) == {}


def test_a_post_for_one_frequency_goes_to_its_readers_by_hand_too(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG.replace('{weekly: "mon 09:00"}', '{weekly: "mon 09:00", monthly: "1st 08:00"}'))
    join(store, HANAKO)
    join(store, TARO, frequency=Frequency.MONTHLY)
    write(site, "皆に", MONDAY - DAY)
    write(site, "月に一度", MONDAY - DAY, "{only: monthly}")

    assert digest(site, store, MONDAY, scheduled=False) == {HANAKO: ["皆に"], TARO: ["皆に", "月に一度"]}


def test_a_post_is_sent_again_once_for_each_word(site: Site, store: Store) -> None:
    join(store, HANAKO)
    write(site, "訂正", MONDAY - DAY)
    assert digest(site, store, MONDAY) == {HANAKO: ["訂正"]}
    join(store, TARO, at=MONDAY + DAY)
    sent: list[dict[str, list[str]]] = []
    for week, mail in enumerate(("{resend: true}", "{resend: true}", "{resend: 値段}", "{resend: true}", ""), 1):
        write(site, "訂正", MONDAY - DAY, mail)
        sent.append(digest(site, store, MONDAY + week * WEEK))

    assert sent == [{HANAKO: ["訂正"]}, {}, {HANAKO: ["訂正"]}, {}, {}], "who came after it gets it by no word"


def test_sending_again_survives_a_new_id_and_a_failure_gives_it_back(site: Site, store: Store) -> None:
    join(store, HANAKO)
    write(site, "訂正", MONDAY - DAY)
    digest(site, store, MONDAY)
    write(site, "訂正", MONDAY - DAY, "{resend: 値段}")
    again = made(site, store, MONDAY + WEEK)
    assert again is not None
    table = tables.deliveries
    with store.write() as connection:
        of_again = table.update().where(table.c.issue_id == again.id)
        connection.execute(of_again.values(status=DeliveryStatus.FAILED))
        (old,) = issues.post_ids(connection, again.id)
        assert old.startswith("tag:midori.example"), "what people see is the plain id"
        assert deliveries.plan_again(connection, again.id, DeliveryStatus.FAILED, reason="手で") == 1
        connection.execute(of_again.values(status=DeliveryStatus.FAILED))
        posts.rename(connection, {old: "tag:midori.example,2026:/new"})
        held = sa.select(tables.variant_posts.c.post_id, tables.variant_posts.c.resend)
        found = {tuple(row) for row in connection.execute(held)}
        posts.rename(connection, {"tag:midori.example,2026:/new": old})

    assert found == {("tag:midori.example,2026:/new", ""), ("tag:midori.example,2026:/new", "値段")}
    assert digest(site, store, MONDAY + 2 * WEEK) == {HANAKO: ["訂正"]}


def test_a_new_date_brings_back_nothing_that_was_carried(site: Site, store: Store) -> None:
    join(store, HANAKO)
    write(site, "味噌", MONDAY - DAY)
    assert digest(site, store, MONDAY) == {HANAKO: ["味噌"]}
    write(site, "味噌", MONDAY + DAY)
    assert digest(site, store, MONDAY + WEEK) == {}
    write(site, "豆", MONDAY + 8 * DAY)
    write(site, "味噌", MONDAY + 9 * DAY, body="書き直した。")

    assert digest(site, store, MONDAY + 2 * WEEK) == {HANAKO: ["豆"]}


def test_what_came_out_in_a_pause_comes_with_the_first_digest_after_it(site: Site, store: Store) -> None:
    join(store, HANAKO, TARO)
    write(site, "前", MONDAY - DAY)
    digest(site, store, MONDAY)
    with store.write() as connection:
        assert subscribers.pause(connection, TARO, "weekly", MONDAY + 2 * WEEK) == 1
    write(site, "間", MONDAY + DAY)
    assert digest(site, store, MONDAY + WEEK) == {HANAKO: ["間"]}
    write(site, "後", MONDAY + 8 * DAY)

    assert digest(site, store, MONDAY + 2 * WEEK) == {HANAKO: ["後"], TARO: ["後", "間"]}


def test_who_comes_back_has_not_paused(site: Site, store: Store) -> None:
    join(store, HANAKO)
    with store.write() as connection:
        subscribers.pause(connection, HANAKO, None, MONDAY + WEEK)
        subscribers.unsubscribe(connection, HANAKO, None, MONDAY)
    join(store, HANAKO)
    with desk(site, MONDAY) as place, store.read() as connection:
        assert readers.count(connection, circle(place.newsletter, None, MONDAY)) == 1


def test_a_plan_says_why_each_post_goes_to_nobody(site: Site, store: Store) -> None:
    settings(site, "hold: 2h", "reach: 30d", "categories: [庭]")
    join(store, HANAKO, at=MONDAY - 2 * WEEK, language="ja")
    write(site, "届いた", MONDAY - WEEK - DAY)
    digest(site, store, MONDAY - WEEK)
    expected = {
        "届いた": Why.CARRIED,
        "未来": Why.TO_COME,
        "間もなく": Why.HELD,
        "書庫": Why.TOO_OLD,
        "初回前": Why.BEFORE,
        "除外": Why.EXCLUDED,
        "月刊": Why.ONLY,
        "英語": Why.LANGUAGE,
        "本棚": Why.ELSEWHERE,
    }
    days = {"未来": -1, "間もなく": 0.01, "書庫": 31, "初回前": 20}
    for name in ("新しい", *expected):
        mail = {"除外": "false", "月刊": "{only: monthly}"}.get(name, "")
        if name != "届いた":
            write(site, name, MONDAY - days.get(name, 2) * DAY, mail)
    for name, change in {"英語": ("title:", "lang: en\ntitle:"), "本棚": ("庭, 本", "本")}.items():
        file = site.folder / "posts" / f"{name}.md"
        file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")

    with desk(site, MONDAY) as place:
        plan = plan_digest(place, store, at=MONDAY, prev_fire=prev_fire)
        titles = {place.library.ids[post.source]: post.title for post in place.library.posts}

    assert {titles[own]: why for own, why in plan.passed_over.items()} == expected
    assert [titles[own] for own in plan.post_ids] == ["新しい"]
