"""Caddy."""

from collections.abc import Iterator
from urllib.parse import quote

from publisher.web.answers import LONG, OF_FEEDS, SHORT
from publisher.web.snippets.layout import PERSON, Kin, Layout, any_of


def caddy(layout: Layout) -> str:
    """Lines for the site's block in a Caddyfile."""
    return "\n".join(
        [
            f"# The feeds of {layout.title}. Made by 'publisher show server caddy': make it anew when feeds change.",
            "# Into the block of your site, whose root holds what feeds.output names. Caddy sends ETag, Last-Modified",
            "# and 304 by itself.",
            *_feeds(layout),
            *_extras(layout),
            *_instead(layout),
            "file_server {",
            "    precompressed br gzip",
            "}",
        ]
    )


def _feeds(layout: Layout) -> Iterator[str]:
    for kin in layout.kin:
        yield from _headers(layout, kin, kin.format, kin.patterns, layout.lifetime)
        if kin.archives:
            yield from _headers(layout, kin, f"{kin.format}_archive", kin.archives, LONG)


def _headers(layout: Layout, kin: Kin, name: str, patterns: tuple[str, ...], lifetime: str) -> Iterator[str]:
    path = f"path_regexp {_quoted(any_of(patterns, layout.base))}"
    yield f"@publisher_{name} {path}"
    yield f"header @publisher_{name} {{"
    yield f'    Content-Type "{kin.full_type}"'
    yield f'    Cache-Control "{lifetime}"'
    yield "    Access-Control-Allow-Origin *"
    yield f'    Content-Security-Policy "{OF_FEEDS}"'
    yield "    Referrer-Policy no-referrer"
    yield "    X-Content-Type-Options nosniff"
    # Caddy names the second only where it sends a copy.
    yield f'    Vary "{"Accept, " if kin.is_xml else ""}Accept-Encoding"'
    yield "}"
    if kin.is_xml:
        yield "# Browsers show feeds by their style sheet only as XML."
        yield f"@publisher_{name}_person {{"
        yield f"    {path}"
        yield f"    header Accept {PERSON}*"
        yield "}"
        yield f'header @publisher_{name}_person Content-Type "application/xml; charset=utf-8"'


def _extras(layout: Layout) -> Iterator[str]:
    for number, (path, type_) in enumerate(layout.extras):
        folder = path.removesuffix("index.html")
        yield f"@publisher_extra_{number} path {' '.join(map(_quoted, dict.fromkeys((path, folder))))}"
        yield f"header @publisher_extra_{number} {{"
        yield f'    Content-Type "{type_}; charset=utf-8"'
        yield f'    Cache-Control "{SHORT}"'
        yield "    Referrer-Policy no-referrer"
        yield "    X-Content-Type-Options nosniff"
        yield "}"


def _instead(layout: Layout) -> Iterator[str]:
    for number, (old, new) in enumerate(layout.moved):
        yield f"@publisher_moved_{number} path {_quoted(old)}"
        yield f"redir @publisher_moved_{number} {quote(new)} permanent"
    if layout.gone:
        yield f"@publisher_gone path {' '.join(map(_quoted, layout.gone))}"
        yield 'respond @publisher_gone "This feed is no longer made." 410'


def _quoted(text: str) -> str:
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'
