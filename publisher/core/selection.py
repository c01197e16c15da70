"""Which posts there are to show, and which go to each reader."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from publisher.core.slugs import category_slug, composed
from publisher.core.words import speaks
from publisher.model.post import Post
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


def wanted(
    candidates: Iterable[Candidate],
    categories: Collection[str] | None,
    spoken: Collection[str],
    slugs: Mapping[str, str],
) -> list[Candidate]:
    """Those in the `categories` and languages that a reader wishes, in their order; nothing `spoken` means any.

    A post that names no language is for everybody; a reader of `ja` reads `ja-JP`, too (RFC 4647 section 3.3.1).
    """
    return [
        candidate
        for candidate in candidates
        if in_categories(candidate.post, categories, slugs)
        and (not spoken or candidate.post.language is None or speaks(spoken, candidate.post.language))
    ]


def new_to(candidates: Iterable[Candidate], *, since: datetime | None, carried: Collection[str]) -> tuple[str, ...]:
    """The ids of those after `since`, if it is set, that no delivery has carried to a reader yet."""
    return tuple(
        one.id for one in candidates if one.id not in carried and (since is None or one.post.published > since)
    )


def in_categories(post: Post, wanted: Collection[str] | None, slugs: Mapping[str, str]) -> bool:
    """Whether a post is in one of the `wanted` categories, spelt so that they share a feed; None wants all."""
    if wanted is None:
        return True
    return not {category_slug(name, slugs) for name in wanted}.isdisjoint(
        category_slug(name, slugs) for name in post.categories
    )
