"""Which posts there are to show, and which a newsletter brings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from publisher.core.periods import PrevFire, first_since
from publisher.core.slugs import category_slug, composed
from publisher.model.newsletter import Newsletter
from publisher.model.post import Post
from publisher.struct import Struct


def newest_first(posts: Iterable[Post]) -> list[Post]:
    """By date, then address, the newest first: the same order on every machine."""
    return sorted(posts, key=lambda post: (post.published, post.path), reverse=True)


def pinned_first(posts: Iterable[Post]) -> list[Post]:
    """As they stand in a mail: those that are pinned, then the others, each newest first."""
    return sorted(newest_first(posts), key=lambda post: not post.mail.pinned)


def published(posts: Iterable[Post], at: datetime) -> list[Post]:
    """Those whose moment has come at `at`."""
    return [post for post in posts if post.published <= at]


def shared_feeds(groups: Iterable[Sequence[str]], slugs: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The slugs that names share which differ (`C`, `C++`), beyond mere capitals and forms of Unicode, with the names.

    `groups` are the categories, tags or the like of posts; each set of them need come only once.
    """
    names: dict[str, dict[str, str]] = {}
    for group in groups:
        for name in group:
            names.setdefault(category_slug(name, slugs), {}).setdefault(composed(name).casefold(), name)
    return {slug: tuple(sorted(found.values())) for slug, found in sorted(names.items()) if len(found) > 1}


class Candidate(Struct, frozen=True):
    """A post that a digest may bring, by its identity."""

    id: str
    post: Post


class Why(StrEnum):
    """Why a post does not go, in the order in which it is asked: the first that is true is told."""

    EXCLUDED = "kept out by its front matter"
    ELSEWHERE = "in none of the newsletter's categories"
    TO_COME = "not out yet"
    HELD = "held: it settles first"
    TOO_OLD = "too old"
    NOBODY = "there is no reader"
    ONLY = "only for readers of another frequency"
    CATEGORIES = "in no reader's categories"
    LANGUAGE = "in no reader's language"
    BEFORE = "older than the digests of those who ask for it reach back"
    CARRIED = "carried to all who ask for it"
    WAITS = "waits until there are more"


class Terms(Struct, frozen=True):
    """On what terms a newsletter takes posts at `at`: none that came out before `oldest`, where that is set.

    `slugs` are the settings' names for categories.
    """

    newsletter: Newsletter
    slugs: Mapping[str, str]
    at: datetime
    oldest: datetime | None = None


def oldest(newsletter: Newsletter, at: datetime, prev_fire: PrevFire) -> datetime:
    """The moment before which a post has come out too long ago for a digest at `at`.

    Two of its longest periods back at least, whatever is set: with less, what waits would be too old for its turn. What
    was held until it may go has not waited yet.
    """
    two_periods = 2 * (at - first_since(newsletter, at, prev_fire))
    return at - newsletter.hold - max(newsletter.reach, two_periods)


def refusal(post: Post, terms: Terms) -> Why | None:
    """Why a newsletter brings a post to nobody, None where it may bring it; what readers have had is not asked here."""
    newsletter = terms.newsletter
    if not post.in_newsletters:
        return Why.EXCLUDED
    if not in_categories(post, newsletter.categories, terms.slugs):
        return Why.ELSEWHERE
    if post.published > terms.at:
        return Why.TO_COME
    if post.published + newsletter.hold > terms.at:
        return Why.HELD
    return Why.TOO_OLD if terms.oldest is not None and post.published < terms.oldest else None


def held_until(posts: Iterable[Post], terms: Terms) -> list[datetime]:
    """When the posts that are held will go."""
    return [post.published + terms.newsletter.hold for post in posts if refusal(post, terms) is Why.HELD]


def in_categories(post: Post, wanted: Collection[str] | None, slugs: Mapping[str, str]) -> bool:
    """Whether a post is in one of the `wanted` categories, spelt so that they share a feed; None wants all."""
    if wanted is None:
        return True
    return not {category_slug(name, slugs) for name in wanted}.isdisjoint(
        category_slug(name, slugs) for name in post.categories
    )
