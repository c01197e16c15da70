"""Addresses as Pelican makes them (its contents.py and utils.strftime)."""

import posixpath
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from string import Formatter
from urllib.parse import unquote, urlsplit

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_OPTION = re.compile(r"%(-?)(.)", re.DOTALL)
_NUMBER = re.compile(r"0?\d?d?", re.ASCII)
_PARTS = frozenset({"year", "month", "day", "hour", "minute", "second"})
_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")
# Pelican has the names in the language of its LOCALE, which is the machine's where the site sets none; here they are
# always English, so that an address never depends on the machine.
_NAMED: dict[str, Callable[[datetime], str]] = {
    "a": lambda moment: _DAYS[moment.weekday()][:3],
    "A": lambda moment: _DAYS[moment.weekday()],
    "b": lambda moment: _MONTHS[moment.month - 1][:3],
    "B": lambda moment: _MONTHS[moment.month - 1],
    "c": lambda moment: strftime(moment, "%a %b ") + f"{moment.day:2} " + strftime(moment, "%X %Y"),
    "p": lambda moment: "AM" if moment.hour < 12 else "PM",
    "x": lambda moment: strftime(moment, "%m/%d/%y"),
    "X": lambda moment: strftime(moment, "%H:%M:%S"),
    "Y": lambda moment: f"{moment.year}",
    "%": lambda _moment: "%",
}
_NUMBERS = frozenset("dfGHIjmMSuUVwWyz")


def strftime(moment: datetime, template: str) -> str:
    """A date by strftime's directives, `%-d` without leading zeros; what is no directive of C89 stays as it stands.

    ValueError for `%Z`, since a zone's name is not kept with a moment.
    """

    def value(found: re.Match[str]) -> str:
        if found[2] in _NAMED:
            text = _NAMED[found[2]](moment)
        elif found[2] in _NUMBERS:
            text = moment.strftime(f"%{found[2]}")
        elif found[2] == "Z":
            raise ValueError("%Z")
        else:
            return found[0]
        return (text.lstrip("0") or "0") if found[1] else text

    return _OPTION.sub(value, template)


def fill(template: str, values: Mapping[str, str | datetime]) -> str:
    """A template such as `{date:%Y}/{slug}.html` filled; ValueError names what is in it that cannot be."""
    parts = []
    for literal, name, spec, conversion in Formatter().parse(template):
        parts.append(literal)
        if name is not None:
            parts.append(_value(name, spec or "", values) if not conversion else _fault(name))
    return "".join(parts)


def _value(name: str, spec: str, values: Mapping[str, str | datetime]) -> str:
    first, _, part = name.partition(".")
    value = values.get(first)
    if isinstance(value, str) and not part and not spec:
        return value
    if not isinstance(value, datetime):
        return _fault(name)
    if part:
        known = part in _PARTS and _NUMBER.fullmatch(spec)
        return format(int(getattr(value, part)), spec) if known else _fault(name)
    return strftime(value, spec) if spec else str(value)


def _fault(name: str) -> str:
    raise ValueError(f"{{{name}}}")


def below_root(url: str, root: str) -> str:
    """The path, Unicode, that an address of Pelican's has below the site's `root`; ValueError where it leads out of it.

    An address is relative to the root. One that starts with `/` is below the host's, and may hold the site's own path.
    """
    if re.match("https?:", url, re.IGNORECASE):
        if not url.startswith(root):
            raise ValueError(f"'{url[:60]}' is not on this site")
        url = url.removeprefix(root)
    base = urlsplit(root).path
    if url.startswith("/") and base != "/":
        if not url.startswith(base):
            raise ValueError(f"'{url[:60]}' is not below {base}")
        url = url.removeprefix(base)
    path = "/" + url.lstrip("/")
    if re.search(r"/\.{0,2}/|/\.{1,2}$", path):
        path = posixpath.normpath(path) + ("/" if path.endswith(("/", "/.", "/..")) else "")
    return re.sub("^/+", "/", path)


def unescaped(url: str) -> str:
    """A written address with its escapes resolved, since it is escaped once it is absolute."""
    return unquote(url) if _ESCAPED.search(url) else url
