"""Troubles in a row."""

from publisher.core import streak
from publisher.core.streak import NONE


def test_a_mail_taken_somewhere_ends_the_row_anywhere_and_only_its_own_there() -> None:
    found = NONE
    for destination in ("gmail.com", "gmail.com", "docomo.ne.jp"):
        found = streak.troubled(found, destination)

    assert found.there == found.anywhere == {"gmail.com": 2, "docomo.ne.jp": 1}
    after = streak.taken(found, "docomo.ne.jp")
    assert (after.there, after.anywhere) == ({"gmail.com": 2}, {})


def test_what_is_stopped_says_nothing_more_of_the_others_but_is_remembered_for_itself() -> None:
    found = streak.troubled(streak.troubled(NONE, "gmail.com"), "docomo.ne.jp")

    after = streak.stopped(found, "gmail.com")

    assert (after.there, after.anywhere) == ({"gmail.com": 1, "docomo.ne.jp": 1}, {"docomo.ne.jp": 1})
