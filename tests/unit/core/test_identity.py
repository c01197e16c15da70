"""Ids: derived, then kept."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.identity import Identities, assign, derive_id, moment_text
from publisher.model.post import Post
from publisher.struct import replace

URL = "https://example.jp/"
POST = Post(
    source="_posts/2025-11-30-amazon.md",
    path="/投資分析/2025/11/30/amazon.html",
    url="https://example.jp/%E6%8A%95%E8%B3%87%E5%88%86%E6%9E%90/2025/11/30/amazon.html",
    title="Amazonの米政府AI投資500億ドル、その真意とは？",
    published=datetime(2025, 11, 30, 8, 38, 57, tzinfo=UTC),
    digest="d" * 64,
    categories=("投資分析",),
)
OTHER = replace(
    POST,
    source="_posts/2025-12-01-別の記事.md",
    path="/別の記事.html",
    url="https://example.jp/%E5%88%A5.html",
    title="別の記事",
    published=POST.published + timedelta(days=1),
    digest="e" * 64,
)


def given_ids(*posts: Post, before: Identities | None = None, url: str = URL) -> Identities:
    return assign(posts, before.records if before else (), url=url, timezone="Asia/Tokyo")


def test_an_id_is_a_tag_uri_of_host_local_day_and_path() -> None:
    late = replace(POST, published=datetime(2025, 11, 30, 15, 0, tzinfo=UTC))

    assert derive_id(POST, "example.jp", "Asia/Tokyo") == (
        "tag:example.jp,2025-11-30:/%E6%8A%95%E8%B3%87%E5%88%86%E6%9E%90/2025/11/30/amazon.html"
    )
    assert derive_id(late, "example.jp", "Asia/Tokyo").startswith("tag:example.jp,2025-12-01:")


def test_a_checkout_without_our_files_derives_the_same() -> None:
    assert given_ids(POST, OTHER).ids == given_ids(OTHER, POST).ids


def test_one_change_at_a_time_keeps_the_id() -> None:
    first = given_ids(POST, OTHER)
    changes = {
        "file": {"source": "_posts/2025-11-30-renamed.md"},
        "title": {"title": "改題"},
        "date": {"published": POST.published + timedelta(days=2)},
        "address": {"path": "/新しい.html", "url": "https://example.jp/new.html"},
        "text": {"digest": "f" * 64},
        "category": {"categories": ("技術",)},
    }
    for name, change in changes.items():
        changed = replace(POST, **change)  # type: ignore[arg-type]
        again = given_ids(changed, OTHER, before=first)
        assert again.ids[changed.source] == first.ids[POST.source], name


def test_a_renamed_file_with_a_new_address_is_known_by_its_text() -> None:
    first = given_ids(POST)
    moved = replace(POST, source="posts/x.md", path="/x/", url="https://example.jp/x/")

    assert given_ids(moved, before=first).ids[moved.source] == first.ids[POST.source]


def test_a_new_domain_keeps_the_ids() -> None:
    first = given_ids(POST)
    moved = replace(POST, url=POST.url.replace("example.jp", "example.com"))

    assert given_ids(moved, before=first, url="https://example.com/").ids == first.ids


def test_ids_of_the_placeholder_are_derived_anew_once_the_host_is_known() -> None:
    provisional = given_ids(POST, url="https://your-site.invalid/")

    final = given_ids(POST, before=provisional)

    assert final.ids == given_ids(POST).ids
    assert [record.id for record in final.records] == [final.ids[POST.source]]


def test_a_post_that_left_stays_remembered() -> None:
    first = given_ids(POST, OTHER)

    later = given_ids(OTHER, before=first)

    assert later.records == first.records
    assert given_ids(POST, OTHER, before=later).ids == first.ids


def test_two_posts_with_one_date_and_address_are_named_and_the_first_keeps_the_id() -> None:
    twin = replace(POST, source="_posts/2025-11-30-双子.md", digest="f" * 64)

    found = given_ids(POST, twin)

    assert found.clashes == ((POST.source, twin.source),)
    assert set(found.ids) == {POST.source}


def test_a_moment_makes_suspect_only_what_is_alone_with_it_among_the_new_and_the_gone() -> None:
    midnight = datetime(2025, 11, 29, 15, 0, tzinfo=UTC)
    old_a, old_b, new_a, new_b = (
        replace(POST, source=f"{n}.md", path=f"/{n}", url=f"{URL}{n}", title=n, published=midnight, digest=n)
        for n in ("前a", "前b", "後a", "後b")
    )
    titled = replace(new_b, title=old_b.title, published=midnight + timedelta(hours=9))

    assert given_ids(new_a, before=given_ids(old_a)).suspects == (("後a.md", "前a.md"),)
    assert given_ids(new_a, before=given_ids(old_a, old_b)).suspects == ()
    assert given_ids(new_a, new_b, before=given_ids(old_a)).suspects == ()
    found = dict(given_ids(new_a, titled, before=given_ids(old_a, old_b)).suspects)
    assert found == {"後b.md": "前b.md", "後a.md": "前a.md"}, "what its title tells is no other post"


def test_two_posts_with_one_title_and_date_are_not_confused() -> None:
    a = replace(POST, source="a.md", path="/a", url="https://example.jp/a", digest="1" * 64)
    b = replace(POST, source="b.md", path="/b", url="https://example.jp/b", digest="2" * 64)
    first = given_ids(a, b)
    moved = [replace(one, source="neu/" + one.source, path=one.path + "2", url=one.url + "2") for one in (a, b)]

    again = given_ids(*moved, before=first)

    assert again.ids[moved[0].source] == first.ids["a.md"], "the text tells them apart"
    assert again.ids[moved[1].source] == first.ids["b.md"]


@given(st.lists(st.sampled_from("あいうえおabc"), unique=True, min_size=1), st.randoms(use_true_random=False))
def test_ids_never_change_however_posts_come_and_go(names: list[str], random: object) -> None:
    posts = [
        replace(POST, source=f"{name}.md", path=f"/{name}", url=f"{URL}{name}", title=name, digest=name * 64)
        for name in names
    ]
    state = given_ids(*posts)
    wanted = dict(state.ids)
    for _ in range(3):
        present = [post for post in posts if random.random() < 0.6]  # type: ignore[attr-defined]
        state = given_ids(*present, before=state)
        assert all(state.ids[post.source] == wanted[post.source] for post in present)
    assert given_ids(*posts, before=state).ids == wanted


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_kept_to_the_second_in_utc(when: datetime) -> None:
    try:
        expected = when.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        return
    assert moment_text(when) == expected.removesuffix("+00:00") + "Z"
