"""Eleventy's data cascade: what layouts and data files say for the posts that use them (its TemplateData.js)."""

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from publisher.content.engines.eleventy_front import split
from publisher.content.engines.eleventy_settings import EleventySettings, inside, settings_of
from publisher.content.engines.js_values import is_program
from publisher.content.nouns import Rules
from publisher.content.permalinks import extension
from publisher.content.posts import Context
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, Value
from publisher.errors import ContentError
from publisher.struct import replace

TEMPLATES = (".md", ".html")
_SCRIPTS = (".js", ".cjs", ".mjs")
_OVERRIDE = "override:"
_LISTS = ("tags", "eleventyExcludeFromCollections")
_WORDS = frozenset({"true", "false", "null", "~", ""})
_MOST_LAYOUTS = 20


def is_data_file(rules: Rules, below: str) -> bool:
    """Whether a file may hold data for a folder or for one template: `posts/posts.json`, `posts.11tydata.js`…

    A `.json` without suffix counts only beside a template of its name: sites keep other data among their posts.
    """
    kind = extension(below)
    if kind not in (".json", *_SCRIPTS):
        return False
    settings = settings_of(rules)
    folder, _, name = below.rpartition("/")
    stem = name[: -len(kind)]
    suffix = next((suffix for suffix in settings.suffixes if suffix and stem.endswith(suffix)), None)
    if suffix:
        return True
    if kind != ".json" or "" not in settings.suffixes:
        return False
    if stem and stem == (settings.data_name or folder.rpartition("/")[2] or _top(rules)):
        return True
    place = rules.folder / rules.prefix / folder
    return any((place / f"{stem}{ending}").is_file() for ending in TEMPLATES)


def defaults(rules: Rules, below: str, context: Context) -> Fields:
    """What the data files around a post give it: deeper ones win, lists of both are joined."""
    settings = settings_of(rules)
    merged = Fields()
    if settings.global_permalink is not None:
        merged["permalink"] = Scalar(settings.global_permalink, False, 1, 1)
    for name in _names(rules, below) if context else ():
        if name in context:
            _merge(merged, context[name], settings)
    return merged


def _names(rules: Rules, below: str) -> Iterator[str]:
    """The data files of a template, the strongest last."""
    settings = settings_of(rules)
    parts = below.rsplit(".", 1)[0].split("/")
    top = _top(rules)
    bases = [top] if top else []
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        bases.append(f"{folder}/{settings.data_name or parts[depth - 1]}")
    if settings.data_name:
        bases = [settings.data_name, *bases[bool(top) :]]
    for base in [*bases, "/".join(parts)]:
        for suffix in reversed(settings.suffixes):
            yield f"{base}{suffix}.json"
            yield from (f"{base}{suffix}{kind}" for kind in reversed(_SCRIPTS) if suffix)


def _top(rules: Rules) -> str:
    """What the data files of the content folder itself are called; empty where that is the site's folder."""
    settings = settings_of(rules)
    return settings.input.rpartition("/")[2] if rules.prefix == f"{settings.input}/" else ""


def _merge(merged: Fields, over: Fields, settings: EleventySettings) -> None:
    for key, value in over.items():
        name = key.removeprefix(_OVERRIDE)
        value = listed(value) if name in _LISTS else value
        joins = settings.deep_merge and name == key
        merged[name] = _joined(merged.get(name), value) if joins else value


def _joined(under: Value | None, over: Value) -> Value:
    if isinstance(under, list) and isinstance(over, list):
        return [*under, *over]
    if isinstance(under, dict) and isinstance(over, dict) and not is_program(under) and not is_program(over):
        return {**under, **{key: _joined(under.get(key), value) for key, value in over.items()}}
    return over


def listed(value: Value) -> Value:
    """A text with commas as the list that Eleventy makes of it."""
    if not isinstance(value, Scalar) or (value.plain and value.text in _WORDS):
        return value
    return [replace(value, text=part.strip()) for part in value.text.split(",")]


def value_of(source: Source, key: str) -> Value | None:
    """A key's value in the header, else in the data files, else in the layouts, else among what they compute."""
    for fields in (source.fields, layout_fields(source)):
        if key in fields:
            return fields[key]
    computed = source.fields.get("eleventyComputed")
    return computed.get(key) if isinstance(computed, dict) else None


def joined(source: Source, key: str) -> list[Value]:
    """A list as layouts, data files and the header together make it, one after the other."""
    own = source.front.fields
    if _OVERRIDE + key in own:
        return _items(own[_OVERRIDE + key])
    groups = [fields[key] for fields in (layout_fields(source), source.defaults, own) if key in fields]
    if not settings_of(source.rules).deep_merge:
        groups = groups[-1:]
    return [item for group in groups for item in _items(group)]


def _items(value: Value) -> list[Value]:
    made = listed(value)
    return made if isinstance(made, list) else [made]


def layout_fields(source: Source) -> Fields:
    """What the front matter of the post's layout says, and of that one's own layout, and so on."""
    settings = settings_of(source.rules)
    name = source.fields.text("layout") or settings.global_layout
    return _chain(settings, name) if name and settings.headers else Fields()


@lru_cache(maxsize=256)
def _chain(settings: EleventySettings, name: str) -> Fields:
    merged: list[Fields] = []
    wanted: str | None = name
    while wanted and len(merged) < _MOST_LAYOUTS:
        fields = _header(settings, wanted)
        merged.append(fields)
        wanted = fields.text("layout")
    result = Fields()
    for fields in reversed(merged):
        _merge(result, fields, settings)
    return result


def _header(settings: EleventySettings, name: str) -> Fields:
    path = posixpath.normpath(dict(settings.aliases).get(name, name))
    for file, header in settings.headers:
        if path in (file, posixpath.splitext(file)[0]):
            try:
                return split(header, file).fields
            except ContentError:
                return Fields()
    return Fields()


def stem_of(source: Source) -> str:
    """The post's path below the input folder, without its extension."""
    return inside(source.rules, source.below).rsplit(".", 1)[0]
