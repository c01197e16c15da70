"""The pictures of a mail: how large they are shown, and which of them travel in it."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from publisher.core.tags import TOKEN, attributes, start_tag
from publisher.model.mailing import Picture
from publisher.struct import Struct

COLUMN = 528
"""How wide the text of a mail is, in CSS pixels; no picture is shown wider."""
MOST_EACH = 1024 * 1024
"""Octets of a picture that may travel in a mail."""
MOST = 7_000_000
"""Octets of all pictures that travel in one mail: base64 makes 9.6 MB of them, and Postfix takes no more than
10,240,000 where nobody set `message_size_limit`."""

# What every mail program shows. Outlook for Windows has nothing for WebP, AVIF and SVG, attached or not.
_CARRIED = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
# What only browsers understand; some mail programs take a second address from it, and some show none at all.
_FOR_BROWSERS = frozenset({"srcset", "sizes", "loading"})
# WHATWG HTML section 2.3.4.4, "parsing dimension values": what follows the number does not count, but for a `%`.
_DIMENSION = re.compile(r"[ \t\n\f\r]*(\d{1,6}(?:\.\d{1,6})?)(%?)", re.ASCII)
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)([wx])", re.ASCII)
_NOTHING = "<!---->"
_NOT_PLAIN = re.compile("[^A-Za-z0-9_]+")


class Found(Struct, frozen=True):
    """A picture that is a file of the site: its media type by its bytes, its size in pixels as shown (0 where that is
    not known), and its length in octets."""

    path: Path
    type: str
    width: int
    height: int
    length: int


Find: TypeAlias = Callable[[str], Found | None]
"""The site's own file at an absolute address; None where it is elsewhere or not there."""


class MailImage(Struct, frozen=True):
    """A picture as a mail shows it: `width` and `height` in CSS pixels, None where nobody knows them, and `src` an
    address of the web or, where the picture travels in the mail, `cid:` (RFC 2392)."""

    src: str
    alt: str
    width: int | None
    height: int | None


def picture(
    url: str, alt: str, find: Find, *, attached: bool, carried: Iterable[Picture] = ()
) -> tuple[MailImage, tuple[Picture, ...]]:
    """One picture, and what has to travel for it; see `fit_images`."""
    found, luggage = find(url), _Luggage(carried)
    cid = luggage.take(found) if attached and found else None
    return MailImage(f"cid:{cid}" if cid else url, alt, *_shown(None, None, found)), tuple(luggage.taken)


def fit_images(
    html: str, find: Find, *, attached: bool, carried: Iterable[Picture] = ()
) -> tuple[str, tuple[Picture, ...]]:
    """A post's HTML with its pictures as mail programs show them, and those that have to travel with it.

    Each `<img>` has the width and height it is shown at, by the writer's word where it is no wider than COLUMN, else
    by the file; Outlook goes by these attributes alone (Ghost #13297). What stays when `<picture>`, `srcset` and the
    like are gone is the picture for browsers that know none of them. All other HTML stays as it was.

    Where `attached`, the site's own PNG, JPEG and GIF travel in the mail, each once; `carried` are those that the mail
    has already, which are not handed out again. One over MOST_EACH, and what would bring them all over MOST, stays
    a link.
    """
    fitting = _Fitting(find, _Luggage(carried), attached)
    parts, end = [], 0
    for match in TOKEN.finditer(html):
        before = html[end : match.start()]
        # `<<picture>b` is a `<`, a tag and a `b`: without the tag it would be another one.
        parts += [before, fitting.token(match) or (_NOTHING if "<" in before else "")]
        end = match.end()
    return "".join([*parts, html[end:]]), tuple(fitting.luggage.taken)


class _Fitting:
    def __init__(self, find: Find, luggage: "_Luggage", attached: bool) -> None:
        self.luggage = luggage
        self._find, self._attached = find, attached
        self._in_picture = False

    def token(self, match: re.Match[str]) -> str:
        name = (match["name"] or "").lower()
        if name in ("picture", "/picture"):
            self._in_picture = name == "picture"
            return ""
        if name == "source" and self._in_picture:
            return ""
        if name != "img":
            return match[0]
        values = attributes(match["attributes"])
        fitted = self._fitted(values)
        return match[0] if fitted == values else start_tag("img", fitted)

    def _fitted(self, values: Mapping[str, str]) -> dict[str, str]:
        fitted = {key: value for key, value in values.items() if key not in _FOR_BROWSERS}
        src = _source(values)
        found = self._find(src) if src else None
        cid = self.luggage.take(found) if self._attached and found else None
        if src:
            fitted["src"] = f"cid:{cid}" if cid else src
        width, height = _shown(_share(values.get("width", "")), _pixels(values.get("height", "")), found)
        if width:
            fitted |= {"width": str(width), "height": str(height or "")}
            if not height:
                del fitted["height"]
        return fitted


class _Luggage:
    """What travels in one mail; `taken` is new, beside what it carried already."""

    def __init__(self, carried: Iterable[Picture]) -> None:
        self.taken: list[Picture] = []
        self._cids: dict[Path, str | None] = {}
        self._weights = {one.cid: len(one.data) for one in carried}

    def take(self, found: Found) -> str | None:
        """The name under which a file travels; None where it does not."""
        if found.path not in self._cids:
            self._cids[found.path] = self._packed(found)
        return self._cids[found.path]

    def _packed(self, found: Found) -> str | None:
        if found.type not in _CARRIED or found.length > MOST_EACH:
            return None
        try:
            data = found.path.read_bytes()
        except OSError:
            return None
        digest = hashlib.sha256(data).hexdigest()
        # By what it holds: two files that are the same are one, and a mail made again has the same bytes.
        cid = f"{digest[:32]}@publisher.invalid"
        if cid not in self._weights:
            if sum(self._weights.values()) + len(data) > MOST:
                return None
            self._weights[cid] = len(data)
            self.taken.append(Picture(cid, found.type, _name(found, digest), data))
        return cid


def _name(found: Found, digest: str) -> str:
    """What it is called when it is saved, in ASCII: of Japanese in RFC 2231 old mail programs make something else."""
    stem = _NOT_PLAIN.sub("-", found.path.stem).strip("-")[:60]
    if stem != found.path.stem:
        stem = f"{stem or 'image'}-{digest[:8]}"
    return f"{stem}.{_CARRIED[found.type]}"


def _shown(width: float | None, height: float | None, found: Found | None) -> tuple[int | None, int | None]:
    """Width and height as a mail shows a picture for which those are written; None for what stays as it is written.

    Of a file that we know the proportion counts, not the written one: that is what sites show since they have
    `height: auto`, and it may be the one from before a photo was turned.
    """
    if width == 0 or height == 0:
        return None, None
    if found and found.width and found.height:
        width = width or (height * found.width / found.height if height else found.width)
        height = width * found.height / found.width
    if not width:
        return None, None
    shrink = min(1.0, COLUMN / width)
    return _whole(width * shrink), _whole(height * shrink) if height else None


def _whole(pixels: float) -> int:
    return max(1, round(pixels))


def _share(text: str) -> float | None:
    """A written width in CSS pixels, where it is a share of the column's; None where it is none."""
    found = _DIMENSION.match(text)
    return (float(found[1]) * (COLUMN / 100 if found[2] else 1)) if found else None


def _pixels(text: str) -> float | None:
    """A written height; None for a share, which no browser heeds either where nothing around it has a height."""
    found = _DIMENSION.match(text)
    return float(found[1]) if found and not found[2] else None


def _source(values: Mapping[str, str]) -> str:
    """The address of an image; that of its best candidate where a script would load it in place of a blank."""
    src = values.get("src", "")
    if src and not src.startswith("data:"):
        return src
    sizes = sorted(filter(None, map(_candidate, values.get("srcset", "").split(", "))))
    # Sharp on screens with two pixels for one, and no larger.
    return next((url for size, url in sizes if size >= 2 * COLUMN), sizes[-1][1] if sizes else src)


def _candidate(text: str) -> tuple[float, str] | None:
    """One of a srcset as `publisher.content` writes it: how wide it is, as far as it says, and its address."""
    url, _, size = text.strip().partition(" ")
    found = _SIZE.fullmatch(size)
    if not url.startswith(("http://", "https://")) or (size and not found):
        return None
    return (float(found[1]) * (1 if found[2] == "w" else COLUMN) if found else COLUMN), url
