"""Which posts go where: into feeds, and to each reader."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.core.slugs import category_slug
from publisher.model.post import Post
from publisher.model.reader import Subscription


def newest_first(posts: Iterable[Post]) -> list[Post]:
    """By date, then address, the newest first: the same order on every machine."""
    return sorted(posts, key=lambda post: (post.published, post.path), reverse=True)


def published(posts: Iterable[Post], at: datetime) -> list[Post]:
    """Those whose moment has come at `at`."""
    return [post for post in posts if post.published <= at]


def next_moment(posts: Iterable[Post], after: datetime) -> datetime | None:
    """When the next future-dated post comes due, or None."""
    return min((post.published for post in posts if post.published > after), default=None)


@dataclass(frozen=True, slots=True)
class Group:
    """The posts of one feed: the whole site (`category` None) or one category, newest first."""

    category: str | None
    slug: str | None
    posts: tuple[Post, ...]


def group(posts: Sequence[Post], *, limit: int, by_category: bool, slugs: Mapping[str, str]) -> list[Group]:
    """The feeds that `posts` make, at most `limit` posts each: the site's first, then by slug.

    Categories that share a slug (`AI` and `ai`, one page in Hugo) share a feed, named as the newest post spells it.
    """
    ordered = newest_first(post for post in posts if post.in_feeds)
    groups = [Group(None, None, tuple(ordered[:limit]))]
    if not by_category:
        return groups
    names: dict[str, str] = {}
    members: dict[str, dict[str, Post]] = {}
    for post in ordered:
        for category in post.categories:
            slug = category_slug(category, slugs)
            names.setdefault(slug, category)
            members.setdefault(slug, {})[post.source] = post
    groups += [Group(names[slug], slug, tuple(members[slug].values())[:limit]) for slug in sorted(members)]
    return groups


def shared_feeds(posts: Iterable[Post], slugs: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The slugs that categories of different names share (`C`, `C++`), beyond mere capitals, with the names."""
    names: dict[str, dict[str, str]] = {}
    for post in posts:
        for category in post.categories:
            names.setdefault(category_slug(category, slugs), {}).setdefault(category.casefold(), category)
    return {slug: tuple(sorted(found.values())) for slug, found in sorted(names.items()) if len(found) > 1}


@dataclass(frozen=True, slots=True)
class Candidate:
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
