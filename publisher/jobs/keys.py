"""Keys of the API: made once, shown once, and known again by a hash."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from publisher.errors import Conflict, NotFound, UsageError
from publisher.model.key import Key, KeyScope
from publisher.store import keys
from publisher.store.engine import Store

_SHAPE = re.compile("pub_([0-9a-f]{8})_[0-9a-f]{48}")
_LONGEST_NAME = 64


def make(
    store: Store, name: str, scopes: Sequence[KeyScope], *, now: datetime, expires_at: datetime | None = None
) -> str:
    """A new key, which nobody can be shown again; UsageError where its name is none or its end has passed, Conflict
    where a key that is good has the name.

    Kept is its SHA-256. argon2 makes guessing slow, which helps what people think up; 192 random bits are not guessed,
    and half a second for each request would be all that it costs an attacker and us.
    """
    if not name.isprintable() or not name.strip() or len(name) > _LONGEST_NAME:
        raise UsageError(f"{name!r} is no name for a key", hint=f"write up to {_LONGEST_NAME} characters, such as crm")
    if expires_at is not None and expires_at <= now:
        raise UsageError("the key would have expired already", hint="name a day to come")
    prefix = secrets.token_hex(4)
    key = f"pub_{prefix}_{secrets.token_hex(24)}"
    with store.write() as connection:
        if any(one.is_good(now) for one in keys.listed(connection, name=name)):
            raise Conflict("key", name)
        given = tuple(sorted(set(scopes)))
        keys.insert(connection, keys.NewKey(name, prefix, _hash(key), given, expires_at), now)
    return key


def listed(store: Store) -> Sequence[Key]:
    """All there ever were, oldest first."""
    with store.read() as connection:
        return keys.listed(connection)


def revoke(store: Store, name: str, now: datetime) -> None:
    """Let the keys of a name open nothing any more, at once; NotFound where none did."""
    with store.write() as connection:
        if not keys.revoke(connection, name, now):
            raise NotFound("key", name, hint="'publisher key list' shows those there are")


def known(store: Store, key: str, now: datetime) -> Key | None:
    """The key that was shown, None where it is not one of ours or is good no more; compared in constant time."""
    shape = _SHAPE.fullmatch(key)
    if shape is None:
        return None
    with store.read() as connection:
        found = keys.of_prefix(connection, shape[1])
    if found is None or not hmac.compare_digest(found.sha256, _hash(key)):
        return None
    return found if found.is_good(now) else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
