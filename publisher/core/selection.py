"""Which posts there are to show, and which go to each reader."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from publisher.core.slugs import category_slug, composed
from publisher.core.words import speaks
from publisher.model.post import Post
from publisher.model.reader import Subscription
from publisher.struct import Struct


def newest_first(posts: Iterable[Post]) -> list[Post]:
    """By date, then address, the newest first: the same order on every machine."""
    return sorted(posts, key=lambda post: (post.published, post.path), reverse=True)


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


def pick(
    candidates: Sequence[Candidate],
    subscription: Subscription,
    *,
    languages: Collection[str],
    since: datetime,
    carried: Collection[str],
    slugs: Mapping[str, str],
) -> tuple[str, ...]:
    """The ids that a reader's digest brings, in the order of `candidates`.

    Posts after `since`, of the reader's categories and language, that no delivery has carried to them yet.
    A post that names no language is for everybody; a reader of `ja` reads `ja-JP`, too (RFC 4647 section 3.3.1).
    """
    spoken = [subscription.language] if subscription.language else list(languages)
    return tuple(
        candidate.id
        for candidate in candidates
        if candidate.post.published > since
        and candidate.id not in carried
        and in_categories(candidate.post, subscription.categories, slugs)
        and (not spoken or candidate.post.language is None or speaks(spoken, candidate.post.language))
    )


def in_categories(post: Post, wanted: Collection[str] | None, slugs: Mapping[str, str]) -> bool:
    """Whether a post is in one of the `wanted` categories, spelt so that they share a feed; None wants all."""
    if wanted is None:
        return True
    return not {category_slug(name, slugs) for name in wanted}.isdisjoint(
        category_slug(name, slugs) for name in post.categories
    )
