"""Netlify, and hosts that read the same two files."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from publisher.web.answers import LONG, SHORT
from publisher.web.snippets.layout import SLUG, Layout


def netlify(layout: Layout) -> str:
    """Two files for the folder that is published."""
    return "\n".join(
        [
            f"# The feeds of {layout.title}. Made by 'publisher show server netlify': make it anew when feeds change.",
            "# Netlify compresses, and sends ETag and 304, by itself; its tags are of the bytes: deploys change none.",
            "# It cannot tell browsers from readers. As application/xml browsers would show a feed by its style sheet,",
            "# but a validator would ask for the feed's own type.",
            "",
            "# The file _headers, in the folder that feeds.output names:",
            *_headers(layout),
            "",
            "# The file _redirects, in the same folder:",
            *_redirects(layout),
        ]
    )


def _headers(layout: Layout) -> Iterator[str]:
    for kin in layout.kin:
        yield from _paths(kin.patterns, kin.full_type, layout.lifetime, is_feed=True)
        yield from _paths(kin.archives, kin.full_type, LONG, is_feed=True)
    for path, type_ in layout.extras:
        yield from _paths([path], f"{type_}; charset=utf-8", SHORT, is_feed=False)


def _paths(patterns: Iterable[str], type_: str, lifetime: str, *, is_feed: bool) -> Iterator[str]:
    for pattern in patterns:
        yield "/".join(_step(step) for step in pattern.split("/"))
        yield f"  Content-Type: {type_}"
        yield f"  Cache-Control: {lifetime}"
        yield "  X-Content-Type-Options: nosniff"
        yield "  Referrer-Policy: no-referrer"
        if is_feed:
            yield "  Access-Control-Allow-Origin: *"


def _step(step: str) -> str:
    """A placeholder stands for a whole step of a path, and none for a part of one."""
    return ":slug" if SLUG in step else quote(step)


def _redirects(layout: Layout) -> Iterator[str]:
    if not (layout.moved or layout.gone):
        yield "# (nothing has moved, and no feed is gone)"
    yield from (f"{quote(old)}  {quote(new)}  301!" for old, new in layout.moved)
    yield from (f"{quote(path)}  {quote(path)}  410!" for path in layout.gone)
