"""nginx."""

from collections.abc import Iterator
from urllib.parse import quote

from publisher.web.answers import LONG, OF_FEEDS, SHORT
from publisher.web.snippets.layout import PERSON, Kin, Layout, any_of, regex

_PERSON_FOLDER = "/publisher-person"

_ALWAYS = """\
    etag on;
    # Its default, exact, sends everything again to a reader whose clock or cache says another second.
    if_modified_since before;
    gzip_static on;
    gzip_vary on;
    # brotli_static on;  # with the module ngx_brotli
    add_header Referrer-Policy no-referrer;
    add_header X-Content-Type-Options nosniff;
"""


def nginx(layout: Layout) -> str:
    """Two pieces: one for `http`, one for `server`."""
    below = f", so that it serves {layout.base}" if layout.base != "/" else ""
    return "\n".join(
        [
            f"# The feeds of {layout.title}. Made by 'publisher show server nginx': make it anew when feeds change.",
            "",
            "# Into http { }: browsers show feeds by their style sheet only as XML.",
            "map $http_accept $publisher_person {",
            "    default 0;",
            f'    "~^{regex(PERSON)}" 1;',
            "}",
            "",
            f"# Into server {{ }}, whose root holds what feeds.output names{below}.",
            *_feeds(layout),
            *_extras(layout),
            *(f"location = {_quoted(old)} {{ return 301 {_quoted(quote(new))}; }}" for old, new in layout.moved),
            *(f"location = {_quoted(path)} {{ return 410; }}" for path in layout.gone),
        ]
    )


def _feeds(layout: Layout) -> Iterator[str]:
    for kin in layout.kin:
        yield from _location(layout, kin, kin.patterns, layout.lifetime)
        if kin.archives:
            yield from _location(layout, kin, kin.archives, LONG)
    yield f"location ^~ {_PERSON_FOLDER}/ {{"
    yield "    internal;"
    yield f"    rewrite ^{_PERSON_FOLDER}(/.*)$ $1 break;"
    yield from _content("application/xml", layout.lifetime)
    yield "}"


def _location(layout: Layout, kin: Kin, patterns: tuple[str, ...], lifetime: str) -> Iterator[str]:
    yield f'location ~ "{any_of(patterns, layout.base)}" {{'
    if kin.is_xml:
        yield f"    if ($publisher_person) {{ rewrite ^ {_PERSON_FOLDER}$uri last; }}"
    yield from _content(kin.type, lifetime, has_charset=kin.is_xml)
    yield "}"


def _content(type_: str, lifetime: str, *, has_charset: bool = True) -> Iterator[str]:
    yield "    types { }"
    yield f"    default_type {type_};"
    if has_charset:
        yield "    charset utf-8;"
        yield f"    charset_types {type_};"
        yield "    add_header Vary Accept;"
    yield f'    add_header Cache-Control "{lifetime}";'
    yield "    add_header Access-Control-Allow-Origin *;"
    yield f'    add_header Content-Security-Policy "{OF_FEEDS}";'
    yield _ALWAYS.rstrip()


def _extras(layout: Layout) -> Iterator[str]:
    for path, type_ in layout.extras:
        yield f"location = {_quoted(path)} {{"
        yield "    types { }"
        yield f"    default_type {type_};"
        yield "    charset utf-8;"
        # nginx counts text/html in, and warns where it is named.
        yield f"    charset_types {'text/plain' if type_ == 'text/html' else type_};"
        yield f'    add_header Cache-Control "{SHORT}";'
        yield _ALWAYS.rstrip()
        yield "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
