"""What Hugo's `param` shows: a value of the post's header, else of the site's configuration."""

from functools import lru_cache
from pathlib import Path

from publisher.content.engines.hugo_files import NAMES, SUFFIXES, load, mapping_of
from publisher.content.engines.hugo_languages import of_language
from publisher.content.engines.hugo_pages import place_of
from publisher.content.values import Scalar, Value, is_null
from publisher.content.world import Page

_PLACES = ("config/_default", "config/production")


def param(page: Page, name: str) -> str | None:
    """The value under a name such as `author.name`, keys in any case, as Go prints it; None where there is none.

    False, zero, null and the empty text count as none: Hugo's template asks `with`.
    """
    keys = name.lower().split(".")
    return _text(_at(dict(page.source.fields), keys)) or _text(_at(_of_site(page), keys))


def _of_site(page: Page) -> dict[str, Value]:
    roots = [f"{name}{suffix}" for name in NAMES for suffix in SUFFIXES]
    files = [*roots, *(file for place in _PLACES for file in page.list(place) if file.endswith(SUFFIXES))]
    texts = tuple((file, text) for file in files if (text := page.read(file)) is not None)
    return _params(page.world.rules.folder, place_of(page.source).language.name, texts)


# By the texts, which are never looked at: the loader reads the files itself, once for all posts.
@lru_cache(maxsize=8)
def _params(folder: Path, language: str, _texts: tuple[tuple[str, str], ...]) -> dict[str, Value]:
    return mapping_of(of_language(load(folder, []), language).values.get("params"))


def _at(value: Value, keys: list[str]) -> Value | None:
    for key in keys:
        if not isinstance(value, dict):
            return None
        below = {name.lower(): item for name, item in value.items()}
        if key not in below:
            return None
        value = below[key]
    return value


def _text(value: Value | None) -> str | None:
    if isinstance(value, list):
        texts = [_text(item) for item in value]
        return f"[{' '.join(text for text in texts if text)}]" if texts and all(texts) else None
    if not isinstance(value, Scalar) or is_null(value) or (value.plain and value.text in ("false", "0")):
        return None
    return value.text or None
