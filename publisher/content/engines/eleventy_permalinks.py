"""The address of an Eleventy page: its permalink, a small Liquid or Nunjucks template, else its path."""

import posixpath
import re
from collections.abc import Callable
from datetime import UTC, datetime

from publisher.content.codes import Code
from publisher.content.engines.eleventy_data import stem_of, value_of
from publisher.content.engines.eleventy_settings import settings_of
from publisher.content.engines.eleventy_slugs import NoSlug, slug, slugify
from publisher.content.engines.js_text import Token, tokens
from publisher.content.engines.js_values import is_program
from publisher.content.source import Source
from publisher.content.values import Scalar, Value

_OUTPUT = re.compile(r"(\s*\{\{-|\{\{)(.*?)(-\}\}\s*|\}\})", re.DOTALL)
_DATED = re.compile(r".*?\d{4}-\d{2}-\d{2}-(.*)", re.DOTALL)
# Liquid's date filter, of strftime what has no name in it: names follow the machine's language.
_TIME = {
    **{"Y": "{0.year:04}", "m": "{0.month:02}", "d": "{0.day:02}", "H": "{0.hour:02}", "M": "{0.minute:02}"},
    **{"S": "{0.second:02}", "e": "{0.day}", "-d": "{0.day}", "-m": "{0.month}", "-H": "{0.hour}"},
    **{"y": "{1:02}", "j": "{2:03}", "F": "{0.year:04}-{0.month:02}-{0.day:02}", "%": "%"},
}
_Filter = Callable[..., str]
_FILTERS: dict[str, _Filter] = {
    "slugify": slugify,
    "slug": slug,
    **dict.fromkeys(("downcase", "lower"), str.lower),
    **dict.fromkeys(("upcase", "upper"), str.upper),
    **dict.fromkeys(("strip", "trim"), str.strip),
    "append": lambda text, more: text + more,
    "prepend": lambda text, more: more + text,
    "replace": lambda text, old, new: text.replace(old, new),
    "default": lambda text, other: text or other,
    "safe": lambda text: text,
}
_LONGEST = 4096


class _Unknown(ValueError):
    """What a template asks for and cannot be known here."""


def address(source: Source, published: datetime) -> str:
    """The path below the site's root; ContentError where only running the site would tell it."""
    value = written(source)
    if is_program(value) and "permalink" not in source.fields:
        message = "permalink: is computed by a program, which is not run here; the path stands for it: compare the site"
        source.warn(Code.NOT_EXECUTED, "permalink", message)
        return _default(source)
    if is_program(value):
        message = "permalink: is a program, and programs are not run: write it in the post's front matter"
        raise source.fatal(Code.NOT_EXECUTED, "permalink", message)
    if value is None or value == {}:
        return _default(source)
    if not isinstance(value, Scalar) or (value.plain and value.text == "true"):
        raise source.fatal(Code.BAD_VALUE, "permalink", "permalink: must be text or false; Eleventy stops at it")
    if value.plain and value.text in ("", "null", "~"):
        return _default(source)
    text = value.text
    if settings_of(source.rules).dynamic_permalinks and not source.fields.says_no("dynamicPermalink"):
        text = _rendered(source, text, published)
    return _href(text)


def written(source: Source) -> Value | None:
    """The permalink as the post, its data files or its layouts say it; of a mapping what is for the build."""
    value = value_of(source, "permalink")
    if isinstance(value, dict) and value and not is_program(value):
        return value.get("build", Scalar("false", True, *source.place("permalink")))
    return value


def is_withheld(source: Source) -> bool:
    """Whether Eleventy writes no page: `permalink: false`."""
    value = written(source)
    return isinstance(value, Scalar) and value.plain and value.text == "false"


def without_date(name: str) -> str:
    """What Eleventy leaves of a name in `fileSlug` and `filePathStem`: all after the first date with a hyphen."""
    found = _DATED.match(name)
    return found[1] if found else name


def file_slug(source: Source) -> str:
    """`page.fileSlug`: the file's name without date, of `index` its folder's."""
    folder, _, name = stem_of(source).rpartition("/")
    last = without_date(name)
    return without_date(folder.rpartition("/")[2]) if last == "index" else last


def _default(source: Source) -> str:
    """The path without extension, dates kept; a file that is called like its folder, or `index`, is the folder's."""
    folder, _, name = stem_of(source).rpartition("/")
    own = "" if name in ("index", folder.rpartition("/")[2]) else f"{name}/"
    return f"/{folder}/{own}" if folder else f"/{own}"


def _href(text: str) -> str:
    link = text.strip()
    path = posixpath.normpath("/" + link + ("index.html" if link.endswith("/") else ""))
    path = "/" + path.lstrip("/")
    for ending in ("/index.html", "/index"):
        if path.endswith(ending):
            return path[: -len(ending)] + "/"
    return path


def _rendered(source: Source, template: str, published: datetime) -> str:
    try:
        if len(template) > _LONGEST or "{%" in template or "{#" in template:
            raise _Unknown("it has tags")
        return _OUTPUT.sub(lambda found: _output(source, found[2], published), template)
    except NoSlug as error:
        reason = f"the slug of '{error.args[0]}' is not known here"
    except _Unknown as error:
        reason = str(error)
    message = f"permalink: {reason}; write the post's address as plain text"
    raise source.fatal(Code.BAD_PERMALINK, "permalink", message)


def _output(source: Source, expression: str, published: datetime) -> str:
    found = tokens(expression)
    value, at = _operand(source, found, 0, published)
    while at < len(found):
        name = found[at + 1].text if found[at].text == "|" and at + 1 < len(found) else ""
        arguments, at = _arguments(source, found, at + 2, published)
        value = _filtered(source, name, value, arguments)
    if isinstance(value, datetime):
        raise _Unknown("a date needs the date filter")
    return value


def _filtered(source: Source, name: str, value: str | datetime, arguments: list[str]) -> str:
    if name in settings_of(source.rules).filters:
        raise _Unknown(f"the filter '{name}' is the configuration's own program")
    if name == "date" and isinstance(value, datetime) and len(arguments) == 1:
        return _dated(source, value, arguments[0])
    if name not in _FILTERS or isinstance(value, datetime):
        raise _Unknown(f"the filter '{name[:40]}' is not known here")
    try:
        return _FILTERS[name](value, *arguments)
    except TypeError as error:
        raise _Unknown(f"the filter '{name}' has other arguments") from error


def _arguments(source: Source, found: list[Token], at: int, published: datetime) -> tuple[list[str], int]:
    """Liquid's `: a, b` or Nunjucks's `(a, b)`, and where they end."""
    arguments: list[str] = []
    opened = found[at].text if at < len(found) and found[at].kind == "mark" else ""
    if opened not in (":", "("):
        return arguments, at
    at += 1
    while at < len(found) and found[at].text not in ("|", ")"):
        if found[at].kind == "mark" and found[at].text == ",":
            at += 1
            continue
        value, at = _operand(source, found, at, published)
        arguments.append(value if isinstance(value, str) else "")
    return arguments, at + (opened == "(")


def _operand(source: Source, found: list[Token], at: int, published: datetime) -> tuple[str | datetime, int]:
    if at >= len(found):
        raise _Unknown("an expression is empty")
    if found[at].kind in ("string", "number"):
        return found[at].text, at + 1
    names = [found[at].text]
    at += 1
    while at + 1 < len(found) and found[at].text == "." and found[at + 1].kind == "word":
        names.append(found[at + 1].text)
        at += 2
    if at < len(found) and found[at].text not in ("|", ",", ")", ":"):
        raise _Unknown(f"'{'.'.join(names)[:40]}' goes on in a way that is not known here")
    return _looked_up(source, names, published), at


def _looked_up(source: Source, names: list[str], published: datetime) -> str | datetime:
    if names[0] == "page":
        return _of_page(source, ".".join(names[1:]), published)
    value = value_of(source, names[0])
    for name in names[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, Scalar):
        raise _Unknown(f"'{'.'.join(names)[:40]}' is not known here")
    return value.text


def _of_page(source: Source, name: str, published: datetime) -> str | datetime:
    folder, _, last = stem_of(source).rpartition("/")
    known: dict[str, str | datetime] = {
        "date": published,
        "fileSlug": file_slug(source),
        "filePathStem": posixpath.normpath("/".join(["", *filter(None, [folder.strip("/")]), without_date(last)])),
        "inputPath": f"./{source.file}",
        "outputFileExtension": "html",
    }
    if name not in known:
        raise _Unknown(f"'page.{name[:40]}' is not known here")
    return known[name]


def _dated(source: Source, moment: datetime, pattern: str) -> str:
    """Liquid's date filter, in UTC: Eleventy takes the zone of the machine it runs on, and hosts build in UTC."""
    utc = moment.astimezone(UTC)
    if utc.date() != moment.astimezone(source.zone).date():
        message = f"permalink: the address has the day in UTC; a build in {source.zone.key} would have another"
        source.warn(Code.DATE_DIFFERS, "permalink", message)

    def part(found: re.Match[str]) -> str:
        if found[1] not in _TIME:
            raise _Unknown(f"'%{found[1]}' in the date filter is not known here")
        return _TIME[found[1]].format(utc, utc.year % 100, utc.timetuple().tm_yday)

    return re.sub(r"%(-?.)", part, pattern, flags=re.DOTALL)
