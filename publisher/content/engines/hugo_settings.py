"""What a Hugo site's configuration says, as values; the defaults are Hugo's own."""

from functools import cached_property
from typing import TypeAlias

from publisher.content.nouns import Rules, Settings
from publisher.content.values import Scalar, Value
from publisher.struct import Struct, replace

# config/allconfig and pagemeta/page_frontmatter.go, with each key's older names after it.
DATES = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
PUBLISH_DATES = ("publishdate", "pubdate", "published", "date")

Frozen: TypeAlias = Scalar | tuple[object, ...]
"""A Value that can be a part of a key: `("list", item, …)`, `("map", (key, value), …)` or a Scalar without place."""


class Target(Struct, frozen=True):
    """Which pages a rule is for, as globs in lower case; an empty one matches all (resources/page/page_matcher.go)."""

    path: str = ""
    kind: str = ""
    environment: str = ""
    languages: tuple[str, ...] = ()


class Permalink(Struct, frozen=True):
    """A pattern for the addresses of the pages of a target."""

    target: Target
    pattern: str


class Cascade(Struct, frozen=True):
    """Values that the pages of a target have where they do not say otherwise; the keys are in lower case."""

    target: Target
    values: tuple[tuple[str, Frozen], ...]


class Mount(Struct, frozen=True):
    """A folder of the site whose files stand at `below` in the content tree; `language` is that of files without one
    in their name. Both folders are without slashes at their ends, `below` is mostly empty."""

    folder: str
    below: str = ""
    language: str = ""


class Language(Struct, frozen=True):
    """One language's site.

    `name` is Hugo's key for it, `tag` its BCP 47 tag. `prefix` stands before its addresses, without slashes at its
    ends; None where they are on another host. `host` says that it has a base URL of its own, which is `prefix` then.
    `timezone` is None where the site's counts. `ugly` are the sections with `.html` addresses, `*` for all.
    """

    name: str = "en"
    tag: str | None = None
    prefix: str | None = ""
    host: bool = False
    timezone: str | None = None
    permalinks: tuple[Permalink, ...] = ()
    ugly: tuple[str, ...] = ()
    keeps_case: bool = False
    drops_accents: bool = False
    dates: tuple[str, ...] = DATES
    publish_dates: tuple[str, ...] = PUBLISH_DATES
    categories: tuple[str, ...] = ("categories",)
    tags: tuple[str, ...] = ("tags",)
    plural_titles: bool = True
    capital_titles: bool = True


class HugoSettings(Settings, frozen=True, eq=False, dict=True):
    """All that changes how posts are found, dated and addressed; the default language comes first.

    `disabled` are languages whose files are no pages. `ignored` are regular expressions on a file's path from the
    site's folder, with a slash before it. `summary_length` counts words; `cjk` says that characters count as words.
    """

    languages: tuple[Language, ...] = (Language(),)
    disabled: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = (Mount("content"),)
    cascades: tuple[Cascade, ...] = ()
    ignored: tuple[str, ...] = ()
    drafts: bool = False
    summary_length: int = 70
    cjk: bool = False

    @cached_property
    def names(self) -> frozenset[str]:
        """Of the languages."""
        return frozenset(language.name for language in self.languages)

    @cached_property
    def off(self) -> frozenset[str]:
        """The languages that are disabled."""
        return frozenset(self.disabled)

    # Told apart by identity: they are looked up with every file, and hashing all of them costs more than the answer.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def language(self, name: str | None) -> Language:
        """The language of that name, else the default one."""
        return next((language for language in self.languages if language.name == name), self.languages[0])


_DEFAULT = HugoSettings()


def settings_of(rules: Rules) -> HugoSettings:
    """The site's settings; Hugo's own where no configuration was read."""
    return rules.settings if isinstance(rules.settings, HugoSettings) else _DEFAULT


def freeze(value: Value) -> Frozen:
    """A value without its places, so that a moved line changes nothing."""
    if isinstance(value, Scalar):
        return replace(value, line=1, column=1)
    if isinstance(value, dict):
        return ("map", *((key.lower(), freeze(item)) for key, item in value.items()))
    return ("list", *(freeze(item) for item in value))


def thaw(frozen: Frozen) -> Value:
    """The value that was frozen, its keys in lower case."""
    if isinstance(frozen, Scalar):
        return frozen
    kind, *items = frozen
    if kind == "map":
        pairs: list[tuple[str, Frozen]] = items  # type: ignore[assignment]
        return {key: thaw(item) for key, item in pairs}
    values: list[Frozen] = items  # type: ignore[assignment]
    return [thaw(item) for item in values]


def lowered(value: Value) -> Value:
    """The value with all keys of all mappings in lower case: Hugo does not tell them apart."""
    if isinstance(value, dict):
        return {key.lower(): lowered(item) for key, item in value.items()}
    return [lowered(item) for item in value] if isinstance(value, list) else value
