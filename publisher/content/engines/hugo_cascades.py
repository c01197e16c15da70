"""What `_index` files and the configuration cascade to the pages below (resources/page/page_matcher.go)."""

from collections.abc import Iterable, Iterator

from publisher.content.engines.hugo_pages import Place, mounted, place_at
from publisher.content.engines.hugo_paths import normal
from publisher.content.engines.hugo_settings import (
    Cascade,
    HugoSettings,
    settings_of,
    thaw,
)
from publisher.content.engines.hugo_targets import fits, read_cascades
from publisher.content.nouns import Rules
from publisher.content.posts import Context
from publisher.content.values import Fields, Scalar, Value

SECTIONS = ":sections"
"""Under this key, which no header can mean, the defaults hold the slugs and titles of the sections around a page."""
_INDEX = tuple(f"_index{suffix}" for suffix in (".md", ".markdown", ".mdown", ".html", ".htm"))


def inherited(rules: Rules, below: str, context: Context) -> Fields:
    """The values that a page has from around it, the nearest first, and its sections' under SECTIONS."""
    settings = settings_of(rules)
    if not context and not settings.cascades:
        return Fields()
    place = place_at(rules, below)
    branches = list(_branches(settings, rules, below, place, context))
    nearest = [cascade for branch in branches for cascade in branch.cascades]
    fields = _merged([*nearest, *settings.cascades], "page", place.base, place.language.name)
    sections: dict[str, Value] = {}
    for at, branch in enumerate(branches):
        if branch.is_section:
            above = [cascade for outer in branches[at:] for cascade in outer.cascades]
            around = _merged([*above, *settings.cascades], "section", branch.folder, place.language.name)
            named = _named(around if branch.fields is None else branch.fields.over(around), branch.fields is None)
            if named:
                sections[normal(branch.folder)] = named
    if sections:
        fields[SECTIONS] = sections
    return fields


def _named(fields: Fields, is_made_up: bool) -> dict[str, Value]:
    """A section's slug and title; of one without a file, which Hugo makes up, only those that are cascaded to it."""
    found = {key: fields.text(key) for key in ("slug", "title")}
    return {key: Scalar(text or "", False, 1, 1) for key, text in found.items() if text is not None or not is_made_up}


def _merged(cascades: Iterable[Cascade], kind: str, path: str, language: str) -> Fields:
    fields = Fields()
    for cascade in cascades:
        if fits(cascade.target, kind, f"/{normal(path)}", language):
            for key, value in cascade.values:
                if key not in fields:
                    fields[key] = thaw(value)
    return fields


class _Branch:
    """A folder above a page: the header of its `_index` in the page's language, and the cascades of all of them."""

    __slots__ = ("cascades", "fields", "folder")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.fields: Fields | None = None
        self.cascades: list[Cascade] = []

    @property
    def is_section(self) -> bool:
        return bool(self.folder) and (self.fields is not None or "/" not in self.folder)

    def add(self, fields: Fields, language: str, of_page: bool) -> None:
        self.cascades += read_cascades(fields.get("cascade"), (language,))
        if of_page:
            self.fields = fields


def _branches(settings: HugoSettings, rules: Rules, below: str, place: Place, context: Context) -> Iterator[_Branch]:
    folder = below.rpartition("/")[0]
    if place.is_leaf:
        folder = folder.rpartition("/")[0]
    names = settings.names | settings.off
    while True:
        tree, mount = mounted(settings, rules.content, folder)
        branch = _Branch(tree)
        default = mount.language or settings.languages[0].name
        for name in _INDEX:
            for language in ("", *names):
                file = name if not language else name.replace(".", f".{language}.")
                found = context.get(f"{folder}/{file}".lstrip("/"))
                if found is not None:
                    own = language or default
                    branch.add(found, own, own == place.language.name)
        yield branch
        if not folder:
            return
        folder = folder.rpartition("/")[0]
