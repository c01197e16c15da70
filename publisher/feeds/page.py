"""The page of all feeds for people, and the style sheet that makes a feed itself readable in a browser."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from publisher.feeds.autodiscovery import NAMES, head_links
from publisher.feeds.clean import legal
from publisher.feeds.names import MEDIA_TYPES
from publisher.feeds.words import Words, words
from publisher.model.feed import FeedKind
from publisher.model.listing import Letters, Listed, Teaser
from publisher.model.site import Site
from publisher.struct import Struct, replace

SHOWN = 200
"""So many feeds have their address, formats and newest posts on the page; of the rest each is a line."""
_LONGEST = 300
"""So many characters of a post's title are shown: a whole post has been seen in one."""


class Group(Struct, frozen=True):
    """The feeds of one kind: `feeds` in full, each with its number on the page, `more` as lines."""

    kind: FeedKind
    heading: str
    feeds: tuple[tuple[int, Listed], ...]
    more: tuple[Listed, ...]


def page(
    site: Site,
    listed: Sequence[Listed],
    letters: Sequence[Letters] = (),
    *,
    opml: str,
    mail: str | None,
    subject: str | None = None,
    subscribe_url: str | None = None,
    overrides: Path | None,
) -> bytes:
    """An HTML page of `listed` in their order, kind by kind, from `feed/index.html.j2`.

    `opml` is the list's absolute address; `letters` what readers by mail get. They sign up at `subscribe_url`, else by
    a mail to `mail` with `subject`, None where a person reads it. The page loads nothing but the site's own pictures,
    and its policy (CSP 3) allows no more. Raises TemplateError.
    """
    from publisher.templating import Templates

    language, told = words(site.language, overrides)
    templates = Templates(overrides)
    css, script = templates.render("feed/page.css.j2"), templates.render("feed/page.js.j2")
    feeds = _in_order(listed, ZoneInfo(site.timezone))
    html = templates.render(
        "feed/index.html.j2",
        site=site,
        language=language,
        words=told,
        groups=list(_groups(feeds, told)),
        links=head_links(feeds[:SHOWN], others=True),
        letters=letters,
        opml=opml,
        mail=_mailto(mail, subject or told.mail_subject.format(site=site.title)) if mail else None,
        subscribe_url=subscribe_url,
        css=css,
        script=script,
        policy=_policy(css, script),
        names=NAMES,
        media_types=MEDIA_TYPES,
    )
    return legal(html).encode()


def style(site: Site, *, page: str, overrides: Path | None) -> bytes:
    """A style sheet for RSS and Atom feeds that a browser opens, from `feed/feed.css.j2`.

    `page` is the absolute address of the page of all feeds. Raises TemplateError.
    """
    from publisher.templating import Templates

    told = words(site.language, overrides)[1]
    notice = f"{told.notice}\n{told.notice_page.format(page=page)}"
    return legal(Templates(overrides).render("feed/feed.css.j2", site=site, notice=_css_string(notice))).encode()


def _in_order(listed: Iterable[Listed], zone: ZoneInfo) -> list[Listed]:
    """Kind by kind; the newest posts dated as the site's own people have it."""
    kinds = list(FeedKind)
    return [_dated(feed, zone) for feed in sorted(listed, key=lambda feed: kinds.index(feed.kind))]


def _dated(feed: Listed, zone: ZoneInfo) -> Listed:
    return replace(feed, newest=tuple(_teaser(one, zone) for one in feed.newest))


def _teaser(teaser: Teaser, zone: ZoneInfo) -> Teaser:
    title = " ".join(teaser.title.split()) or teaser.url
    short = title if len(title) <= _LONGEST else f"{title[:_LONGEST]}…"
    return replace(teaser, title=short, published=teaser.published.astimezone(zone))


def _groups(feeds: Sequence[Listed], told: Words) -> Iterator[Group]:
    numbered = list(enumerate(feeds, 1))
    for kind in FeedKind:
        inside = [(number, feed) for number, feed in numbered if feed.kind is kind]
        if inside:
            full = tuple(one for one in inside if one[0] <= SHOWN)
            yield Group(kind, getattr(told, kind), full, tuple(feed for _, feed in inside[len(full) :]))


def _mailto(address: str, subject: str) -> str:
    """RFC 6068."""
    return f"mailto:{quote(legal(address), safe='@')}?subject={quote(legal(subject))}"


def _policy(css: str, script: str) -> str:
    """What a browser may load for the page, and which script it may run: that one alone, whatever a title holds."""
    allowed = f"style-src '{_hash(css)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; img-src * data:; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _css_string(text: str) -> str:
    """`text` as a string of CSS (CSS Syntax 3, 4.3.5), whatever it holds."""
    escaped = re.sub(r'[\\"\x00-\x1f\x7f]', lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{escaped}"'
