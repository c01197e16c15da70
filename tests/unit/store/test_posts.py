"""Carried posts under new ids, on both databases."""

from collections.abc import Callable

from publisher.model.mailing import Issue, Rendered, Variant
from publisher.store import issues, posts
from publisher.store.engine import Store


def variant_of(store: Store, issue: Issue, key: str, *ids: str) -> int:
    with store.write() as connection:
        rendered = Rendered("件名", "<p>本文</p>", "本文", "m4rk3r")
        return issues.insert_variant(connection, issue.id, Variant(key * 64, ids, "ja", rendered))


def ids_of(store: Store, variant: int) -> tuple[str, ...]:
    with store.read() as connection:
        return issues.variant(connection, variant).post_ids


def test_two_posts_may_change_places_and_all_else_stays(store: Store, make_issue: Callable[..., Issue]) -> None:
    issue = make_issue("a@example.jp", post="tag:x,2026:/別")
    first, second = variant_of(store, issue, "a", "A", "B", "C"), variant_of(store, issue, "b", "B")

    with store.write() as connection:
        changed = posts.rename(connection, {"A": "B", "B": "A", "none": "C"})

    assert changed == 3
    assert ids_of(store, first) == ("B", "A", "C")
    assert ids_of(store, second) == ("A",)


def test_more_posts_than_a_statement_takes_are_renamed(store: Store, make_issue: Callable[..., Issue]) -> None:
    ids = [f"tag:{number}" for number in range(1201)]
    variant = variant_of(store, make_issue("a@example.jp"), "a", *ids)

    with store.write() as connection:
        assert posts.rename(connection, {id_: f"new:{id_}" for id_ in ids}) == 1201

    assert ids_of(store, variant) == tuple(f"new:{id_}" for id_ in ids)


def test_what_an_issue_of_the_newsletter_has_held_was_shown(store: Store, make_issue: Callable[..., Issue]) -> None:
    variant_of(store, make_issue("a@example.jp"), "a", "A", "B")

    with store.read() as connection:
        assert posts.shown(connection, "weekly", ["A", "C"]) == {"A"}
        assert posts.shown(connection, "daily", ["A", "C"]) == set()
