"""What Eleventy's configuration script says, read without running it."""

import posixpath

from publisher.content.codes import Code
from publisher.content.engines.eleventy_settings import EleventySettings
from publisher.content.engines.js_values import Script, is_program
from publisher.content.nouns import Served
from publisher.content.values import Scalar, Value, texts
from publisher.errors import Problem
from publisher.model.feed import FeedFormat
from publisher.struct import replace

_SETTERS = {
    "setInputDirectory": "input",
    "setOutputDirectory": "output",
    "setDataDirectory": "data",
    "setIncludesDirectory": "includes",
    "setLayoutsDirectory": "layouts",
}
_FILTERS = ("addFilter", "addLiquidFilter", "addNunjucksFilter", "addAsyncFilter")
_FORMATS = {"rss": FeedFormat.RSS, "atom": FeedFormat.ATOM, "json": FeedFormat.JSON}
# Calls that change every page's address or date by a program.
_PROGRAMS = ("addUrlTransform", "addDateParsing")
_GLOBAL_ADDRESS = frozenset({"permalink", "eleventyComputed", "eleventyComputed.permalink"})


def calls(script: Script, *names: str) -> list[list[Value]]:
    """The arguments of each call of the functions."""
    return [script.arguments(at + 1) for at in script.calls(*names) if script.sign(at + 1) == "("]


def option(script: Script, name: str) -> Value | None:
    """The first value under a key of that name, in any object."""
    found = (script.value(at + 2)[0] for at in script.calls(name) if script.sign(at + 1) == ":")
    return next(found, None)


def text(value: Value | None) -> str | None:
    """The value where it is text, an empty one too."""
    return value.text if isinstance(value, Scalar) else None


def under(value: Value | None, *keys: str) -> Value | None:
    """What stands in mappings under one key after another."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def directories(script: Script, file: str, problems: list[Problem]) -> dict[str, str]:
    """`input`, `output`, `data`, `includes` and `layouts` where the script says them; a warning for one that only
    running it would tell."""
    found: dict[str, str] = {}
    for at in script.calls(*_SETTERS):
        values = script.arguments(at + 1)
        if values:
            _note(found, _SETTERS[script.sign(at)], values[0], (file, *script.place(at)), problems)
    for at in script.calls("dir", "directories"):
        if script.sign(at + 1) in (":", "="):
            value = script.value(at + 2)[0]
            for key, path in value.items() if isinstance(value, dict) else ():
                _note(found, key, path, (file, *script.place(at)), problems)
    return found


def _note(found: dict[str, str], key: str, value: Value, place: tuple[str, int, int], problems: list[Problem]) -> None:
    path = posixpath.normpath(value.text.strip() or ".") if isinstance(value, Scalar) else ""
    setting = {"input": "content.path", "output": "feeds.output"}.get(key)
    if setting and (is_program(value) or path.startswith(("/", ".."))):
        reason = "only running the script would tell" if is_program(value) else "lies outside the site's folder"
        message = f"dir.{key}: {reason}; set {setting} in the configuration"
        problems.append(Code.SETTING_NOT_READ.warning(*place, message))
    elif path:
        found[key] = path


def located(dirs: dict[str, str]) -> EleventySettings:
    """The settings with their folders: those of data, includes and layouts are relative to the input."""
    base = dirs.get("input", ".")

    def at(name: str) -> str:
        return posixpath.normpath(f"{base}/{name}").removeprefix("./")

    layouts = dirs.get("layouts")
    return EleventySettings(
        input="" if base == "." else base,
        data=at(dirs.get("data", "_data")),
        includes=at(dirs.get("includes", "_includes")),
        layouts=None if layouts is None else at(layouts),
    )


def read(settings: EleventySettings, script: Script, file: str, problems: list[Problem]) -> EleventySettings:
    """The settings with all else that the script says; warnings for programs that change every page's address."""
    for at in script.calls(*_PROGRAMS):
        message = f"{script.sign(at)}: programs are not run; compare addresses and dates with the built site"
        problems.append(Code.SETTING_NOT_READ.warning(file, *script.place(at), message))
    settings = _with_globals(settings, script, file, problems)
    collection = _collection(script)
    excerpt = next(iter(calls(script, "setFrontMatterParsingOptions")), [None])[:1]
    return replace(
        settings,
        collection=collection,
        globs=_globs(script, collection) if collection else (),
        ignores=tuple(_ignored(script)),
        data_name=_single(script, "setDataFileBaseName"),
        suffixes=_suffixes(script) or settings.suffixes,
        deep_merge=_single(script, "setDataDeepMerge") != "false",
        dynamic_permalinks=_single(script, "setDynamicPermalinks") != "false",
        excerpt=_excerpt(excerpt[0] if excerpt else None),
        aliases=tuple(sorted(_pairs(calls(script, "addLayoutAlias")))),
        filters=tuple(sorted({name for values in calls(script, *_FILTERS) if (name := text(values[0]))})),
        language=next((found for value in _plugins(script) if (found := text(value.get("defaultLanguage")))), None),
    )


def _with_globals(settings: EleventySettings, script: Script, file: str, problems: list[Problem]) -> EleventySettings:
    for at in script.calls("addGlobalData"):
        name, value = [*script.arguments(at + 1), None, None][:2]
        if text(name) == "layout" and isinstance(value, Scalar):
            settings = replace(settings, global_layout=value.text)
        elif text(name) == "permalink" and isinstance(value, Scalar):
            settings = replace(settings, global_permalink=value.text)
        elif text(name) in _GLOBAL_ADDRESS and (is_program(value) or is_program(under(value, "permalink"))):
            message = "the pages' permalink is a program, and programs are not run: write a permalink in the posts"
            problems.append(Code.SETTING_NOT_READ.warning(file, *script.place(at), message))
    return settings


def feeds(script: Script) -> tuple[Served, ...]:
    """The feeds that the RSS plugin's virtual templates make (its virtualTemplate.js)."""
    found = []
    for value in _plugins(script):
        kind = _FORMATS.get(text(value.get("type")) or "atom")
        path = text(value.get("outputPath")) or "/feed.xml"
        if kind and text(under(value, "collection", "name")):
            found.append(Served(kind, path.lstrip("/")))
    return tuple(found)


def feed_metadata(script: Script) -> dict[str, Value]:
    """What the RSS plugin is told of the site."""
    found = (under(value, "metadata") for value in _plugins(script))
    return next((value for value in found if isinstance(value, dict)), {})


def _plugins(script: Script) -> list[dict[str, Value]]:
    return [value for values in calls(script, "addPlugin") for value in values[1:2] if isinstance(value, dict)]


def _collection(script: Script) -> str | None:
    names = (text(under(value, "collection", "name")) for value in _plugins(script))
    return next((name for name in names if name and name != "all"), None)


def _globs(script: Script, collection: str) -> tuple[str, ...]:
    """The globs of a collection that the script fills by name of file."""
    for at in script.calls("addCollection"):
        if text(next(iter(script.arguments(at + 1)), None)) != collection:
            continue
        inner = script.inside(at + 1)
        found = [script.arguments(step + 1) for step in script.calls("getFilteredByGlob") if step in inner]
        return tuple(glob.removeprefix("./") for values in found for glob in texts(values))
    return ()


def _ignored(script: Script) -> list[str]:
    places = (at for at in script.calls("ignores") if script.sign(at + 2) == "add")
    return [glob.removeprefix("./") for at in places for glob in texts(script.arguments(at + 3))]


def _single(script: Script, name: str) -> str | None:
    return next((text(values[0]) for values in calls(script, name) if values), None)


def _suffixes(script: Script) -> tuple[str, ...]:
    values = next((values for values in calls(script, "setDataFileSuffixes") if values), [])
    listed = values[0] if values and isinstance(values[0], list) else []
    return tuple(item.text for item in listed if isinstance(item, Scalar))


def _excerpt(value: Value | None) -> str | None:
    """gray-matter's: off unless asked for; three dashes unless another separator is named."""
    if text(under(value, "excerpt")) != "true":
        return None
    return text(under(value, "excerpt_separator")) or "---"


def _pairs(found: list[list[Value]]) -> list[tuple[str, str]]:
    pairs = [(text(values[0]), text(values[1])) for values in found if len(values) > 1]
    return [(name, path) for name, path in pairs if name and path]
