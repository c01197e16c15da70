"""Which newsletters somebody means."""

from collections.abc import Sequence

import sqlalchemy as sa

from publisher.mail.request_words import folded
from publisher.model.newsletter import Newsletter
from publisher.model.reader import Subscription
from publisher.store import bounces, issues


def named_in(about: str, newsletters: Sequence[Newsletter]) -> tuple[str, ...]:
    """The names of those that `about` names, by name or title, or speaks of among other words."""
    said = folded(about)
    if not said:
        return ()
    known = [(one.name, (folded(one.name), folded(one.title))) for one in newsletters]
    exact = tuple(name for name, words in known if said in words)
    return exact or tuple(name for name, words in known if any(_speaks_of(said, word) for word in words))


def _speaks_of(said: str, word: str) -> bool:
    """`from the weekly please` speaks of `weekly`; words of Japanese have no spaces between them."""
    return bool(word) and (f" {word} " in f" {said} " if word.isascii() else word in said)


def meant(
    connection: sa.Connection,
    about: str,
    answers: Sequence[str],
    held: Sequence[Subscription],
    known: Sequence[Newsletter],
) -> tuple[str, ...]:
    """Which of what a reader has they mean to end: what they name, else what came with the mail that they answer, else
    all. A name that nobody knows may be an old one."""
    has = [one.newsletter for one in held]
    configured = set(named_in(about, known))
    chosen = tuple(name for name in has if name in configured or folded(about) == folded(name))
    if chosen:
        return chosen
    key = held[0].subscriber.address_key
    came_with = {name for answer in answers if (name := _newsletter_of(connection, answer, key))}
    return tuple(name for name in has if name in came_with) or tuple(has)


def _newsletter_of(connection: sa.Connection, message_id: str, address_key: str) -> str | None:
    delivery = bounces.by_message_id(connection, message_id, (address_key,))
    return None if delivery is None else issues.get(connection, delivery.issue_id).newsletter
