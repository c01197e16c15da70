"""Keys of the API, on both databases."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from publisher.errors import Conflict, NotFound, UsageError
from publisher.jobs import keys
from publisher.model.key import KeyScope
from publisher.store.engine import Store
from publisher.store.reader_tables import keys as table

DAY = timedelta(days=1)


def test_a_key_is_known_until_it_ends_or_is_revoked_and_none_like_it_is(store: Store, now: datetime) -> None:
    scopes = [KeyScope.SEND, KeyScope.ISSUES_READ, KeyScope.SEND]
    first = keys.make(store, "顧客台帳", scopes, now=now, expires_at=now + DAY)
    second = keys.make(store, "crm", [KeyScope.EVENTS_READ], now=now)

    found = keys.known(store, first, now)
    assert found is not None
    assert (found.name, found.scopes, found.used_at) == ("顧客台帳", (KeyScope.ISSUES_READ, KeyScope.SEND), None)
    mixed = first[:13] + second[13:]
    for wrong in (mixed, first[:-1], first + "0", first.upper(), f" {first}", "", "pub_", "日本語", "\x00"):
        assert keys.known(store, wrong, now) is None
    assert keys.known(store, first, now + DAY) is None

    keys.revoke(store, "crm", now)

    assert keys.known(store, second, now) is None
    assert keys.known(store, first, now) == found
    with pytest.raises(NotFound):
        keys.revoke(store, "crm", now)


def test_nothing_that_is_kept_opens_anything(store: Store, now: datetime) -> None:
    key = keys.make(store, "crm", [KeyScope.SEND], now=now)

    with store.read() as connection:
        row = connection.execute(sa.select(table)).one()

    assert key.rpartition("_")[2] not in repr(row)
    assert keys.known(store, f"pub_{row.prefix}_{row.sha256[:48]}", now) is None


def test_a_name_is_free_again_when_its_key_is_good_no_more(store: Store, now: datetime) -> None:
    keys.make(store, "crm", [KeyScope.SEND], now=now, expires_at=now + DAY)

    with pytest.raises(Conflict):
        keys.make(store, "crm", [KeyScope.SEND], now=now)
    keys.make(store, "crm", [KeyScope.SEND], now=now + DAY)
    keys.revoke(store, "crm", now + DAY)
    keys.make(store, "crm", [KeyScope.SEND], now=now + DAY)

    assert [one.is_good(now + DAY) for one in keys.listed(store)] == [False, False, True]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a" * 65, "\x00"])
def test_what_is_no_name_or_no_time_to_come_is_refused(store: Store, now: datetime, name: str) -> None:
    with pytest.raises(UsageError):
        keys.make(store, name, [KeyScope.SEND], now=now)
    with pytest.raises(UsageError):
        keys.make(store, "crm", [KeyScope.SEND], now=now, expires_at=now)
