"""Filters on texts: Ruby Liquid's standardfilters.rb and Jekyll's filters.rb."""

import base64
import re
import unicodedata
from collections.abc import Callable
from html import escape as html_escape
from urllib.parse import quote, quote_plus, unquote_to_bytes

from publisher.content.liquid.ruby import BLANKS, bound, text_of
from publisher.content.permalinks import downcase
from publisher.content.permalinks import slugify as jekyll_slug

_ONCE = re.compile(r"[\"'<>]|&(?!(?:[a-zA-Z]+|#\d+);)")
_HTML = {'"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}
_WHITE = re.compile(f"[{BLANKS}]+")
_NEWLINE = re.compile(r"\r?\n")
_CJK = re.compile(r"[\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u309f\u30a1-\u30fa\u30fd-\u30ff"
                  r"\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff6f\uff71-\uff9d"
                  r"\u1100-\u11ff\uac00-\ud7af\U00020000-\U0003ffff]")  # fmt: skip
_BLOCKS = (("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>"))
# I18n's approximations of letters that do not fall apart into a letter and a mark.
_LATIN = str.maketrans({"Æ": "AE", "Ð": "D", "Ø": "O", "Þ": "Th", "ß": "ss", "æ": "ae", "ð": "d", "ø": "o", "þ": "th"}
                       | {"Đ": "D", "đ": "d", "ı": "i", "Ł": "L", "ł": "l", "Œ": "OE", "œ": "oe"})  # fmt: skip


def escape(value: object) -> object:
    """`&<>"'` as references; nil stays nil."""
    return None if value is None else xml_escape(value).replace("&apos;", "&#39;")


def escape_once(value: object) -> str:
    """The same, but for what is a reference already."""
    return _ONCE.sub(lambda found: _HTML[found[0]], text_of(value))


def xml_escape(value: object) -> str:
    """The same, an apostrophe as XML names it."""
    return html_escape(text_of(value), quote=False).replace('"', "&quot;").replace("'", "&apos;")


def cgi_escape(value: object) -> object:
    """Percent-encoded for a form, blanks as `+`."""
    return None if value is None else quote_plus(text_of(value))


def uri_escape(value: object) -> str:
    """Percent-encoded, but for what an address may hold. Nothing is normalised, as Jekyll's would."""
    return quote(text_of(value), safe=":/?#[]@!$&'()*+,;=-._~")


def url_decode(value: object) -> str:
    """A form's encoding undone; ValueError where the bytes are no UTF-8."""
    return unquote_to_bytes(text_of(value).replace("+", " ")).decode()


def slice_(value: object, start: object, length: object = 1) -> object:
    """Some characters of a text or items of a list, from the end where `start` is negative."""
    whole = value if isinstance(value, list) else text_of(value)
    begin = whole_number(start)
    begin += len(whole) if begin < 0 else 0
    end = begin + whole_number(1 if length is None else length)
    return whole[:0] if begin < 0 else whole[begin : max(begin, end)]


def truncate(value: object, length: object = 50, ending: object = "...") -> object:
    """At most so many characters, the ending among them."""
    if value is None:
        return None
    text, tail, size = text_of(value), text_of(ending), whole_number(length)
    return text if len(text) <= size else text[: max(0, size - len(tail))] + tail


def truncatewords(value: object, words: object = 15, ending: object = "...") -> object:
    """At most so many words."""
    if value is None:
        return None
    count = max(1, whole_number(words))
    parts = [part for part in _WHITE.split(text_of(value).strip(BLANKS)) if part]
    return text_of(value) if len(parts) <= count else " ".join(parts[:count]) + text_of(ending)


def split(value: object, separator: object = " ") -> list[object]:
    """The parts of a text; Ruby drops empty ones at the end, and takes a blank for any white space."""
    text, mark = text_of(value), text_of(separator)
    if mark == " ":
        return [part for part in _WHITE.split(text) if part]
    parts: list[object] = list(text.split(mark)) if mark else list(text)
    while parts and parts[-1] == "":
        parts.pop()
    return parts


def strip_html(value: object) -> str:
    """Without tags, comments, scripts and styles; what is never closed stays."""
    text = text_of(value)
    for opening, closing in _BLOCKS:
        text = _without(text, opening, closing)
    return _without(text, "<", ">")


def _without(text: str, opening: str, closing: str) -> str:
    # Not a pattern: `<script` a hundred thousand times over would be searched to the end each time.
    parts: list[str] = []
    place = 0
    while (start := text.find(opening, place)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        parts.append(text[place:start])
        place = end + len(closing)
    return "".join([*parts, text[place:]])


def replace(value: object, old: object, new: object = "", count: int = -1) -> str:
    """Every occurrence replaced, or the first `count`."""
    text, mark, other = text_of(value), text_of(old), text_of(new)
    times = text.count(mark) if count < 0 else min(count, text.count(mark))
    bound(len(text) + times * max(0, len(other) - len(mark)))
    return text.replace(mark, other, count)


def replace_last(value: object, old: object, new: object = "") -> str:
    """The last occurrence replaced."""
    text, mark = text_of(value), text_of(old)
    place = text.rfind(mark)
    return text if place < 0 else text[:place] + text_of(new) + text[place + len(mark) :]


def number_of_words(value: object, mode: object = None) -> int:
    """Words between blanks; `cjk` counts each Chinese, Japanese or Korean character, `auto` where there is any."""
    text = text_of(value)
    wide = len(_CJK.findall(text))
    if mode == "cjk" or (mode == "auto" and wide):
        return wide + len(_CJK.sub(" ", text).split())
    return len([part for part in _WHITE.split(text) if part])


def slugify(value: object, mode: object = None) -> object:
    """Jekyll's slug by mode: `none`, `raw`, `default`, `pretty`, `ascii` or `latin`."""
    if value is None:
        return None
    text = text_of(value)
    if mode == "raw":
        return _trimmed(re.sub(r"\s+", "-", text, flags=re.ASCII)).lower()
    if mode == "ascii":
        return _trimmed(re.sub(r"[^A-Za-z0-9]+", "-", text)).lower()
    if mode == "latin":
        text = _latin(text)
    elif mode not in (None, "default", "pretty"):
        return text.lower()
    return jekyll_slug(text, pretty=mode == "pretty").lower()


def _latin(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.translate(_LATIN))
    return "".join(char if char.isascii() else "?" for char in bare if unicodedata.category(char) != "Mn")


def _trimmed(text: str) -> str:
    return text.removeprefix("-").removesuffix("-")


def smartify(value: object) -> str:
    """Curly quotes, dashes and ellipses, as kramdown sets them."""
    text = text_of(value).replace("...", "…").replace("---", "—").replace("--", "–")
    text = re.sub(r"(?<![^\s(\[{<–—-])\"", "“", text).replace('"', "”")
    return re.sub(r"(?<![^\s(\[{<–—“-])'(?!\d0s)", "‘", text).replace("'", "’")


def capitalize(value: object) -> str:
    """The first letter large, the rest small."""
    return text_of(value).capitalize()


def whole_number(value: object) -> int:
    """Ruby Liquid's Utils.to_integer; ValueError where it is none."""
    return value if isinstance(value, int) else int(text_of(value))


def to_integer(value: object) -> int:
    """Ruby's `to_i`: the digits at the start, else nothing."""
    if isinstance(value, int | float):
        return int(value)
    found = re.match(r"\s*([-+]?\d(?:_?\d){0,300})", text_of(value), re.ASCII)
    return int(found[1]) if found else 0


TEXT_FILTERS: dict[str, Callable[..., object]] = {
    "append": lambda value, other: text_of(value) + text_of(other),
    "prepend": lambda value, other: text_of(other) + text_of(value),
    "upcase": lambda value: text_of(value).upper(),
    "downcase": lambda value: downcase(text_of(value)),
    "capitalize": capitalize,
    "strip": lambda value: text_of(value).strip(BLANKS),
    "lstrip": lambda value: text_of(value).lstrip(BLANKS),
    "rstrip": lambda value: text_of(value).rstrip(BLANKS),
    "strip_newlines": lambda value: _NEWLINE.sub("", text_of(value)),
    "newline_to_br": lambda value: _NEWLINE.sub("<br />\n", text_of(value)),
    "normalize_whitespace": lambda value: _WHITE.sub(" ", text_of(value)).strip(BLANKS),
    "strip_html": strip_html,
    "escape": escape,
    "h": escape,
    "escape_once": escape_once,
    "xml_escape": xml_escape,
    "cgi_escape": cgi_escape,
    "url_encode": cgi_escape,
    "uri_escape": uri_escape,
    "url_decode": url_decode,
    "slice": slice_,
    "truncate": truncate,
    "truncatewords": truncatewords,
    "split": split,
    "replace": replace,
    "replace_first": lambda value, old, new="": replace(value, old, new, 1),
    "replace_last": replace_last,
    "remove": lambda value, old: replace(value, old),
    "remove_first": lambda value, old: replace(value, old, "", 1),
    "remove_last": lambda value, old: replace_last(value, old),
    "base64_encode": lambda value: base64.b64encode(text_of(value).encode()).decode(),
    "base64_decode": lambda value: base64.b64decode(text_of(value), validate=True).decode(),
    "base64_url_safe_encode": lambda value: base64.urlsafe_b64encode(text_of(value).encode()).decode(),
    "base64_url_safe_decode": lambda value: base64.urlsafe_b64decode(text_of(value)).decode(),
    "number_of_words": number_of_words,
    "slugify": slugify,
    "smartify": smartify,
    "to_integer": to_integer,
}
