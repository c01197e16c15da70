"""Which posts go where: into feeds, and to each reader."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from publisher.core.slugs import category_slug
from publisher.model.post import Post
from publisher.model.reader import Subscription
from publisher.struct import Struct


def newest_first(posts: Iterable[Post]) -> list[Post]:
    """By date, then address, the newest first: the same order on every machine."""
    return sorted(posts, key=lambda post: (post.published, post.path), reverse=True)


def published(posts: Iterable[Post], at: datetime) -> list[Post]:
    """Those whose moment has come at `at`."""
    return [post for post in posts if post.published <= at]


class Head(NamedTuple):
    """What tells which feeds a post stands in: a hundred thousand of them are read for each build."""

    source: str
    categories: tuple[str, ...]


class Group(Struct, frozen=True):
    """The posts of one feed, by their sources: the whole site's (`category` None) or one category's, newest first."""

    category: str | None
    slug: str | None
    sources: tuple[str, ...]


def group(heads: Iterable[Head], *, limit: int, by_category: bool, slugs: Mapping[str, str]) -> list[Group]:
    """The feeds that posts make, newest first, at most `limit` of them each: the site's first, then by slug.

    Categories that share a slug (`AI` and `ai`, one page in Hugo) share a feed, named as the newest post spells it.
    """
    whole: list[str] = []
    names: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    known: dict[str, list[str]] = {}
    for source, categories in heads:
        if len(whole) < limit:
            whole.append(source)
        for category in categories if by_category else ():
            inside = known.get(category)
            if inside is None:
                slug = category_slug(category, slugs)
                names.setdefault(slug, category)
                inside = known[category] = members.setdefault(slug, [])
            if len(inside) < limit and (not inside or inside[-1] != source):
                inside.append(source)
    groups = [Group(names[slug], slug, tuple(members[slug])) for slug in sorted(members)]
    return [Group(None, None, tuple(whole)), *groups]


def shared_feeds(groups: Iterable[Sequence[str]], slugs: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The slugs that categories of different names share (`C`, `C++`), beyond mere capitals, with the names.

    `groups` are the categories of posts; each set of them need come only once.
    """
    names: dict[str, dict[str, str]] = {}
    for categories in groups:
        for category in categories:
            names.setdefault(category_slug(category, slugs), {}).setdefault(category.casefold(), category)
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
        and (not spoken or candidate.post.language is None or _speaks(spoken, candidate.post.language))
    )


def in_categories(post: Post, wanted: Collection[str] | None, slugs: Mapping[str, str]) -> bool:
    """Whether a post is in one of the `wanted` categories, spelt so that they share a feed; None wants all."""
    if wanted is None:
        return True
    return not {category_slug(name, slugs) for name in wanted}.isdisjoint(
        category_slug(name, slugs) for name in post.categories
    )


def _speaks(spoken: Iterable[str], language: str) -> bool:
    tag = language.lower()
    return any(tag == one.lower() or tag.startswith(one.lower() + "-") for one in spoken)
