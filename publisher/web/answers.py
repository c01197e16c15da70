"""What is answered to a request for a file of ours: status, headers, and which bytes. Nothing here reads or sends."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from publisher.feeds.names import MEDIA_TYPES
from publisher.model.feed import FeedFormat
from publisher.struct import Struct
from publisher.web.addresses import Kind, Target
from publisher.web.conditions import Asked, Part, Shown, Verdict, part, verdict
from publisher.web.dates import http_date
from publisher.web.negotiation import XML, coding, rather_xml
from publisher.web.versions import Copy, Version

Headers = list[tuple[bytes, bytes]]

METHODS = b"GET, HEAD, OPTIONS"

_XML_FEEDS = (MEDIA_TYPES[FeedFormat.RSS], MEDIA_TYPES[FeedFormat.ATOM])
_WITHOUT_CHARSET = (MEDIA_TYPES[FeedFormat.JSON],)
SHORT, LONG = "public, max-age=300", "public, max-age=86400"

_IN_ADDRESSES = ":/?#[]@!$&'()*+,;=%"
"""Stays as it is: what delimits in an address, and what is percent-encoded already."""

SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
"""What every answer says: the type is meant, and where a reader comes from is nobody's business."""

OF_FEEDS = "default-src 'none'; style-src 'self'; img-src https: http: data:; base-uri 'none'; form-action 'none'"
_OF_PAGE = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Beside the policy that the page has in itself, which allows its own script and no other: both hold."""

# Web readers run at addresses of their own: their pages may read feeds, and the headers that tell one version from
# the next (Fetch standard, CORS protocol).
_ANY_ORIGIN: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link"),
]
PREFLIGHT: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, If-Range, Range"),
    (b"access-control-max-age", b"86400"),
]


class Site(Struct, frozen=True):
    """What headers say of the site: its address, which ends in `/`, and its hub's."""

    url: str
    hub: str | None


class Answer(Struct, frozen=True):
    """Status and headers; `part` are the bytes of `copy` to send, None for no body at all."""

    status: int
    headers: Headers
    copy: Copy
    part: Part | None


class Head(Struct, frozen=True):
    """What the answers for one form of a version have in common; `brief` are the headers that a 304 repeats."""

    tag: str
    copy: Copy
    brief: Headers
    whole: Headers


def answer(site: Site, target: Target, version: Version, asked: Mapping[bytes, str], now: datetime) -> Answer:
    """To a GET; a HEAD is answered the same, without the body. `asked` are the request's headers."""
    head = _head(site, target, version, asked)
    # A date that lies ahead must not be told (RFC 9110 section 8.8.2.1): files that change twice a second are given
    # one. The tag suffices until then.
    modified = version.modified if version.modified <= now.timestamp() else None
    dated: Headers = [] if modified is None else [(b"last-modified", http_date(modified).encode())]
    shown, conditions, year = Shown(head.tag, modified, head.copy.length), _conditions(asked), now.year
    match verdict(conditions, shown, year):
        case Verdict.NOT_MODIFIED:
            return Answer(304, [*head.brief, *dated], head.copy, None)
        case Verdict.FAILED:
            return Answer(412, [*head.brief, *dated, (b"content-length", b"0")], head.copy, None)
    try:
        some = part(conditions, shown, year)
    except ValueError:
        ranges = [(b"content-range", b"bytes */%d" % shown.length), (b"content-length", b"0")]
        return Answer(416, [*head.brief, *ranges], head.copy, None)
    if some is None:
        length = [(b"content-length", b"%d" % shown.length)]
        return Answer(200, [*head.whole, *dated, *length], head.copy, Part(0, shown.length))
    ranges = [
        (b"content-range", b"bytes %d-%d/%d" % (some.start, some.stop - 1, shown.length)),
        (b"content-length", b"%d" % (some.stop - some.start)),
    ]
    return Answer(206, [*head.whole, *dated, *ranges], head.copy, some)


def _conditions(asked: Mapping[bytes, str]) -> Asked:
    return Asked(
        asked.get(b"if-match"),
        asked.get(b"if-none-match"),
        asked.get(b"if-modified-since"),
        asked.get(b"if-unmodified-since"),
        asked.get(b"if-range"),
        asked.get(b"range"),
    )


def _head(site: Site, target: Target, version: Version, asked: Mapping[bytes, str]) -> Head:
    chosen = coding(asked.get(b"accept-encoding"), tuple(name for name in version.copies if name))
    as_xml = target.type in _XML_FEEDS and rather_xml(asked.get(b"accept"), target.type)
    key = (target, chosen, as_xml)
    found = version.heads.get(key)
    if not isinstance(found, Head):
        found = version.heads[key] = _made(site, target, version, chosen, as_xml=as_xml)
    return found


def _made(site: Site, target: Target, version: Version, chosen: str, *, as_xml: bool) -> Head:
    copy = version.copies[chosen]
    tag = f'"{copy.digest}-xml"' if as_xml else f'"{copy.digest}"'
    policy = _OF_PAGE if target.kind is Kind.PAGE else OF_FEEDS
    brief = [
        (b"etag", tag.encode()),
        (b"cache-control", lifetime(target.kind, has_hub=site.hub is not None).encode()),
        (b"vary", _vary(target)),
        *(_ANY_ORIGIN if target.kind in (Kind.FEED, Kind.ARCHIVE, Kind.OPML) else []),
    ]
    whole = [
        *SAFE,
        *brief,
        (b"content-type", _type(XML if as_xml else target.type).encode()),
        (b"accept-ranges", b"bytes"),
        (b"content-security-policy", policy.encode()),
        *([(b"content-encoding", chosen.encode())] if chosen else []),
        *([(b"link", _links(site, target).encode())] if site.hub and target.kind is Kind.FEED else []),
    ]
    return Head(tag, copy, brief, whole)


def lifetime(kind: Kind, *, has_hub: bool) -> str:
    """How long an answer may be kept (Cache-Control).

    Archive documents hardly ever change (RFC 5005 section 4). Where a hub fetches what is new at once, a cache between
    would give it what is old, and it would pass on nothing: such caches ask every time.
    """
    if kind is Kind.ARCHIVE:
        return LONG
    return f"{SHORT}, s-maxage=0" if has_hub and kind is Kind.FEED else SHORT


def _vary(target: Target) -> bytes:
    return b"Accept, Accept-Encoding" if target.type in _XML_FEEDS else b"Accept-Encoding"


def _type(type_: str) -> str:
    return type_ if type_ in _WITHOUT_CHARSET else f"{type_}; charset=utf-8"


def _links(site: Site, target: Target) -> str:
    """For readers that would hear of changes (WebSub, section 4)."""
    own, hub = quote(site.url, safe=_IN_ADDRESSES), quote(site.hub or "", safe=_IN_ADDRESSES)
    return f'<{hub}>; rel="hub", <{own}{quote(target.path)}>; rel="self"'
