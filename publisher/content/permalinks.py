"""Addresses as Jekyll makes them (its url.rb, drops/url_drop.rb and utils.rb), and their escaping."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from publisher.core.quoting import quote_path
from publisher.struct import Struct

STYLES = {
    "none": "/:categories/:title:output_ext",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
}
_PCHAR = "/:@!$&'()*+,;=-._~"
_PRETTY = frozenset("._~!$&'()+,;=@")
_WORDS = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$")
_PLACEHOLDER = re.compile(r":([a-z_]+)")
# Not strftime: its names follow the machine's locale, Ruby's do not.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Slots(Struct, frozen=True):
    """What a permalink template can name: `published` in the zone whose day counts, `stem` the file's
    name without extension, `below` its path below the posts folder without extension, `collection` the folder's name
    in the engine, `ext` what the page's file ends in."""

    published: datetime
    slug: str
    stem: str
    below: str
    categories: tuple[str, ...]
    collection: str = "posts"
    ext: str = ".html"


@lru_cache(maxsize=1024)
def _joined(categories: tuple[str, ...]) -> str:
    return "/".join(_once(map(downcase, categories)))


# Two digits each; a format costs five times as much.
_TWO = tuple(f"{number:02}" for number in range(60))
_FILL: dict[str, Callable[[Slots], str]] = {
    "year": lambda slots: f"{slots.published.year:04}",
    "month": lambda slots: _TWO[slots.published.month],
    "day": lambda slots: _TWO[slots.published.day],
    "hour": lambda slots: _TWO[slots.published.hour],
    "minute": lambda slots: _TWO[slots.published.minute],
    "second": lambda slots: _TWO[slots.published.second],
    "i_day": lambda slots: str(slots.published.day),
    "i_month": lambda slots: str(slots.published.month),
    "short_month": lambda slots: _MONTHS[slots.published.month - 1][:3],
    "long_month": lambda slots: _MONTHS[slots.published.month - 1],
    "short_year": lambda slots: f"{slots.published.year % 100:02}",
    "w_year": lambda slots: f"{slots.published.isocalendar().year:04}",
    "week": lambda slots: f"{slots.published.isocalendar().week:02}",
    "w_day": lambda slots: str(slots.published.isoweekday()),
    "short_day": lambda slots: _DAYS[slots.published.weekday()][:3],
    "long_day": lambda slots: _DAYS[slots.published.weekday()],
    "y_day": lambda slots: f"{slots.published.timetuple().tm_yday:03}",
    "title": lambda slots: slugify(slots.slug, pretty=True),
    "slug": lambda slots: downcase(slugify(slots.slug)),
    "name": lambda slots: downcase(slugify(slots.stem)),
    "path": lambda slots: slots.below,
    "collection": lambda slots: slots.collection,
    "output_ext": lambda slots: slots.ext,
    "categories": lambda slots: _joined(slots.categories),
    "slugified_categories": lambda slots: "/".join(_once(downcase(slugify(name)) for name in slots.categories)),
}


def fill(template: str, slots: Slots) -> str:
    """The path for a template or the name of a style, Unicode; KeyError names a placeholder that is none.

    As in Jekyll what a template holds percent-encoded lies decoded on disk: `/a%20b/` is the folder `a b`.
    """
    text, values = _pieces(STYLES.get(template, template))
    encoded = "%" in template
    filled = [value(slots) for value in values]
    path = _sanitise(text % tuple(map(quote, filled) if encoded else filled))
    return unquote(path) if encoded else path


def unknown_placeholder(template: str) -> str | None:
    """The first placeholder that there is not, in a template or the name of a style."""
    try:
        _pieces(STYLES.get(template, template))
    except KeyError as error:
        return str(error.args[0])
    return None


@lru_cache(maxsize=256)
def _pieces(template: str) -> tuple[str, list[Callable[[Slots], str]]]:
    """A template with `%s` for each placeholder, and what gives the values."""
    text = ""
    values: list[Callable[[Slots], str]] = []
    rest = 0
    for found in _PLACEHOLDER.finditer(template):
        name = found[1]
        # Jekyll lets one underscore after a placeholder belong to the text: `:year_:month`.
        key = name[:-1] if name.endswith("_") and name not in _FILL else name
        if key not in _FILL:
            raise KeyError(name)
        text += template[rest : found.start()].replace("%", "%%") + "%s"
        values.append(_FILL[key])
        rest = found.start(1) + len(key)
    return text + template[rest:].replace("%", "%%"), values


def absolute(root: str, path: str) -> str:
    """The absolute address of a Unicode path below the site's root; its UTF-8 bytes are percent-encoded.

    Nothing is normalised: Jekyll's own feeds apply NFKC and then link to files that are not there.
    """
    return root.rstrip("/") + quote_path(path, _PCHAR)


def extension(name: str) -> str:
    """A file name's extension in lower case, dot included; empty where it has none."""
    stem, _dot, last = name.rpartition(".")
    return f".{last.lower()}" if stem else ""


def slugify(text: str, *, pretty: bool = False) -> str:
    """Jekyll's slug, case kept: runs of all but letters, marks and digits become one hyphen.

    `pretty` also keeps `._~!$&'()+,;=@`. Japanese letters stay, 、（） become hyphens.
    """
    if _WORDS.match(text):
        return text
    kept = [char if _is_word(char) or (pretty and char in _PRETTY) else "-" for char in text]
    slug = re.sub("-+", "-", "".join(kept))
    return slug.removeprefix("-").removesuffix("-")


def downcase(text: str) -> str:
    """Ruby's String#downcase: unlike Python's it does not look at the letters around a Σ."""
    return text.lower() if text.isascii() else "".join(map(str.lower, text))


@lru_cache(maxsize=4096)
def _is_word(char: str) -> bool:
    # re has no \p{M}: \w lacks the combining marks that decomposed kana are made of.
    category = unicodedata.category(char)
    return category[0] in "LM" or category == "Nd"


def _sanitise(path: str) -> str:
    if "./" in path or ".." in path:
        path = path.replace("..", "/").replace("./", "")
    path = path if path.startswith("/") else f"/{path}"
    return re.sub("/+", "/", path) if "//" in path else path


def _once(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(names)
