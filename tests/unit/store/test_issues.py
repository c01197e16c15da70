"""Issues, on both databases."""

from collections.abc import Callable
from datetime import datetime

import pytest

from publisher.errors import Conflict, IllegalTransition, NotFound
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.sign_up import LetterKind
from publisher.store import issues
from publisher.store.engine import Store
from publisher.store.finish import finish

MakeIssue = Callable[..., Issue]
PERIOD = "weekly/weekly/Asia~Tokyo/2026-11-23T09:00"


def test_a_period_has_one_issue_whoever_comes_second(store: Store, make_issue: MakeIssue) -> None:
    first = make_issue("a@example.jp", period=PERIOD)

    with pytest.raises(Conflict) as conflict:
        make_issue("a@example.jp", uid="u2", period=PERIOD)

    assert conflict.value.key == PERIOD
    with store.read() as connection:
        assert issues.of_period(connection, PERIOD) == first
        assert issues.count(connection) == 1


def test_numbers_run_per_newsletter_and_skipped_periods_take_none(make_issue: MakeIssue) -> None:
    numbers = [
        make_issue("a@example.jp", uid="1").number,
        make_issue("a@example.jp", uid="2", newsletter="books").number,
        make_issue(uid="3", status=IssueStatus.SKIPPED).number,
        make_issue("a@example.jp", uid="4").number,
    ]

    assert numbers == [1, 1, None, 2]


def test_a_variant_is_read_back_as_it_was_planned(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@example.jp", post="tag:example.jp,2026:/投稿")

    with store.read() as connection:
        variant = issues.variant(connection, 1)
        assert issues.post_ids(connection, issue.id) == ["tag:example.jp,2026:/投稿"]
        assert issues.of_variant(connection, 1) == issue

    assert (variant.rendered.subject, variant.rendered.text, variant.language) == ("件名", "本文", "ja")


def test_issues_are_listed_newest_first_with_their_counts(store: Store, make_issue: MakeIssue) -> None:
    first = make_issue("a@example.jp", "b@example.jp", uid="1")
    second = make_issue("a@example.jp", uid="2")

    with store.read() as connection:
        assert [issue.id for issue in issues.listed(connection)] == [second.id, first.id]
        assert issues.counts(connection)[first.id] == {DeliveryStatus.PLANNED: 2}


def test_an_issue_with_open_deliveries_is_not_finished(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    make_issue("a@example.jp")

    with store.write() as connection:
        assert finish(connection, now) == []


def test_states_follow_the_lifecycle(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@example.jp")
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.CANCELLED, "手で")

    with pytest.raises(IllegalTransition), store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.DONE)


def test_an_issue_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="42"), store.read() as connection:
        issues.get(connection, 42)


def test_issues_come_in_stretches_with_or_without_letters_and_are_counted_alone(
    store: Store, make_issue: MakeIssue
) -> None:
    made = [make_issue("a@example.jp", uid=str(number)) for number in range(3)]
    letter = make_issue("b@example.jp", uid="letter", newsletter=None, letter=LetterKind.CONFIRM)

    with store.read() as connection:
        everything = issues.listed(connection)
        newest = issues.listed(connection, most=2, letters=False)
        rest = issues.listed(connection, before=newest[-1].id, letters=False)
        counts = issues.counts(connection, [letter.id])

    assert [one.uid for one in everything] == ["letter", "2", "1", "0"]
    assert [*newest, *rest] == made[::-1]
    assert counts == {letter.id: {DeliveryStatus.PLANNED: 1}}
