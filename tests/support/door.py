"""A door for sign-ups, and those who come to it."""

from datetime import timedelta
from typing import Any

from publisher.config.settings import SignUpSettings
from publisher.core.schedules import parse_schedule
from publisher.jobs.door import Asking, Door
from publisher.mail.tokens import Signing
from publisher.model.newsletter import Frequency, Newsletter
from publisher.store.engine import Store
from publisher.struct import replace

RULES = SignUpSettings(
    from_=None,
    expires=timedelta(days=7),
    wording=None,
    ip="hashed",
    per_ip=1000,
    per_domain=1000,
    burst=1000,
    disposable=None,
    check_mx=False,
)


def newsletter(name: str, **changes: Any) -> Newsletter:
    """One that is weekly or daily."""
    schedules = {
        Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00"),
        Frequency.DAILY: parse_schedule(Frequency.DAILY, "09:00"),
    }
    made = Newsletter(
        name=name,
        title=f"便り {name}",
        sender="編集部 <news@midori.example>",
        reply_to=None,
        subject=None,
        schedules=schedules,
        timezone="Asia/Tokyo",
        categories=None,
        languages=(),
        template="digest",
    )
    return replace(made, **changes)


def door(*names: str, newsletters: tuple[Newsletter, ...] = (), **rules: Any) -> Door:
    """With newsletters of these names, `weekly` if there is none, and rules changed as asked."""
    return Door(newsletters or tuple(map(newsletter, names or ("weekly",))), replace(RULES, **rules))


def asking(email: str = "hanako@example.jp", *newsletters: str, **changes: Any) -> Asking:
    """Somebody who asks in Japanese, for `weekly` if nothing else."""
    made = Asking(email, newsletters or ("weekly",), tongue="ja", wording="登録する")
    return replace(made, **changes)


def signing_of(store: Store) -> Signing:
    """The ledger's own key, as where no other is set."""
    return Signing(store.secret, (store.secret,), (store.secret,))
