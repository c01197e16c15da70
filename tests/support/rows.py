"""Rows to work on."""

from datetime import datetime, timedelta

from publisher.model.mailing import IssueKind, IssueStatus
from publisher.model.newsletter import Frequency
from publisher.store import issues
from publisher.store.subscribers import Wish


def wish(email: str = "hanako@example.jp", newsletter: str = "weekly", **changes: object) -> Wish:
    """A reader's wish, changed as asked."""
    values: dict[str, object] = {
        "email": email,
        "address_key": email,
        "name": "山田 花子",
        "newsletter": newsletter,
        "default_frequency": Frequency.WEEKLY,
        "evidence": "試験",
    }
    return Wish(**{**values, **changes})  # type: ignore[arg-type]


def draft(uid: str, at: datetime, **changes: object) -> issues.Draft:
    """An issue to be made, changed as asked."""
    values: dict[str, object] = {
        "uid": uid,
        "newsletter": "weekly",
        "kind": IssueKind.DIGEST,
        "status": IssueStatus.SENDING,
        "reason": "",
        "period": None,
        "sender": "編集部 <news@example.jp>",
        "reply_to": None,
        "list_title": "週刊",
        "archive_url": "https://example.jp/",
        "page_url": None,
        "at": at,
        "since": at - timedelta(days=7),
    }
    return issues.Draft(**{**values, **changes})  # type: ignore[arg-type]
