"""The web archive: the page of an issue, the list of a newsletter's issues, and the entries of its feed."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import groupby
from pathlib import Path
from typing import Any

from publisher.feeds.autodiscovery import NAMES
from publisher.feeds.clean import legal
from publisher.feeds.names import MEDIA_TYPES
from publisher.feeds.words import words
from publisher.model.archive import IssuePage, PagePost
from publisher.model.feed import Entry, FeedFormat
from publisher.model.site import Site
from publisher.struct import Struct

_TITLES = 3
"""So many of an issue's posts are named in the list."""


class Around(Struct, frozen=True):
    """What a page is linked with.

    `title` is the newsletter's, `url` the address of its list, `feeds` those of its feed, `subscribe_url` where readers
    sign up for it, None where they cannot; `before` and `after` are the
    issues next to it, `versions` the same issue in each of its languages.
    """

    title: str
    url: str
    feeds: Sequence[tuple[FeedFormat, str]]
    before: IssuePage | None = None
    after: IssuePage | None = None
    versions: tuple[IssuePage, ...] = ()
    subscribe_url: str | None = None


class Section(Struct, frozen=True):
    """The posts of an issue under one heading, empty for posts without a category."""

    heading: str
    posts: tuple[PagePost, ...]


def issue_page(site: Site, page: IssuePage, around: Around, *, overrides: Path | None) -> bytes:
    """The page of one issue, from `web/issue.html.j2`. Raises TemplateError.

    It knows posts and no reader: no place for one exists in what it is made of.
    """
    shown = {"page": page, "issue": page.content, "sections": _sections(page.content.posts)}
    return _rendered("web/issue.html.j2", site, page.language, around, shown, overrides)


def issue_list(site: Site, pages: Sequence[IssuePage], around: Around, *, overrides: Path | None) -> bytes:
    """The list of a newsletter's issues, `pages` newest first, from `web/issues.html.j2`. Raises TemplateError."""
    years = [(year, tuple(its)) for year, its in groupby(pages, key=lambda page: page.content.at.year)]
    shown = {"years": years, "shown": _TITLES}
    return _rendered("web/issues.html.j2", site, pages[0].language, around, shown, overrides)


def entries(site: Site, pages: Iterable[IssuePage], *, overrides: Path | None) -> Iterator[Entry]:
    """The entries of a newsletter's feed: an issue each, by `web/issue_entry.html.j2`. Raises TemplateError."""
    from publisher.templating import Templates

    templates = Templates(overrides)
    for page in pages:
        language, told = words(page.language, overrides)
        html = templates.render("web/issue_entry.html.j2", site=site, issue=page.content, language=language, words=told)
        published = page.content.at.astimezone(UTC).replace(microsecond=0)
        yield Entry(
            id=page.content.id,
            url=page.content.url,
            title=f"{told.issue.format(number=page.number)}{told.apart}{page.title}",
            published=published,
            updated=page.updated.astimezone(UTC) if page.updated else published,
            summary=told.apart.join(post.title for post in page.content.posts) or page.title,
            html=html,
            language=page.language,
        )


def _sections(posts: Iterable[PagePost]) -> tuple[Section, ...]:
    """Each post once, under the first of its categories, as in the mail."""
    found: dict[str, list[PagePost]] = {}
    for post in posts:
        found.setdefault(post.categories[0] if post.categories else "", []).append(post)
    return tuple(Section(heading, tuple(members)) for heading, members in found.items())


def _rendered(
    name: str, site: Site, language: str, around: Around, shown: dict[str, Any], overrides: Path | None
) -> bytes:
    from publisher.templating import Templates

    templates = Templates(overrides)
    tongue, told = words(language, overrides)
    css = templates.render("web/issue.css.j2")
    html = templates.render(
        name,
        site=site,
        language=tongue,
        words=told,
        around=around,
        names=NAMES,
        media_types=MEDIA_TYPES,
        css=css,
        policy=_policy(css),
        **shown,
    )
    return legal(html).encode()


def _policy(css: str) -> str:
    """What a browser may load for the page: pictures and its one style, no script at all (CSP 3)."""
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; img-src * data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
