"""A ready issue."""

from collections.abc import Callable
from datetime import datetime

import pytest
from support.rows import draft

from publisher.model.mailing import Issue, Recipient, Rendered, Variant
from publisher.store import deliveries, issues
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store


@pytest.fixture
def make_issue(store: Store, now: datetime) -> Callable[..., Issue]:
    """Makes an issue with one variant of one post, and a delivery to each address."""

    def make(*emails: str, uid: str = "u1", post: str = "tag:example.jp,2026:/投稿", **changes: object) -> Issue:
        with store.write() as connection:
            issue = issues.insert(connection, draft(uid, now, **changes), now)
            rendered = Rendered("件名", "<p>本文</p>", "本文", "m4rk3r")
            variant = issues.insert_variant(connection, issue.id, Variant("k" * 64, (post,), "ja", rendered))
            rows = [Addressed(Recipient(email, email), variant, f"<{uid}.{email}>") for email in emails]
            deliveries.insert(connection, issue.id, rows)
        return issue

    return make
