"""Good documents break no rule; what is no feed is said so."""

import pytest
from support.validator import rules
from support.validator.good import GOOD, LOCATION


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_document_breaks_no_rule(kind: str) -> None:
    assert rules(GOOD[kind].encode(), LOCATION[kind]) == set()


def test_what_is_no_feed_is_said_so() -> None:
    assert rules(b"<?xml version='1.0' encoding='UTF-8'?><html/>", LOCATION["rss"]) == {"UndefinedElement"}
    assert "UnicodeError" in rules(GOOD["rss"].encode("cp932", "ignore"), LOCATION["rss"])
