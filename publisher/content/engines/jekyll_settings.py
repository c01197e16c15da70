"""What a Jekyll site's configuration says beyond what all engines share."""

from publisher.content.nouns import Rules, Settings
from publisher.model.post import Author
from publisher.struct import Struct

MARKDOWN = (".markdown", ".mkdown", ".mkdn", ".mkd", ".md")


class Default(Struct, frozen=True):
    """One set of `defaults`: where it holds, and its values as `jekyll_defaults.pack` writes them.

    `path` is the scope's as written, "" for everywhere; `kind` the collection's name, None for all.
    """

    path: str
    kind: str | None
    values: str


class Collection(Struct, frozen=True):
    """A collection whose documents are in feeds; `permalink` is its template."""

    label: str
    permalink: str


class JekyllSettings(Settings, frozen=True, eq=False):
    """`root` is the folder that Jekyll reads, relative to the site's, "" or with a slash at its end; `collections_dir`
    lies below it, written the same way.

    `include` and `exclude` are patterns below the root, Jekyll's own added; `markdown` are extensions with their dot.
    `separator` is None where the configuration names none. `authors` are those of the data file, by key.
    `nfkc`: the Addressable of this site folds compatibility characters in ids (before its 2.8.2).
    `languages` are jekyll-polyglot's, its default one first; empty without it.
    """

    root: str = ""
    collections_dir: str = ""
    defaults: tuple[Default, ...] = ()
    collections: tuple[Collection, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    markdown: tuple[str, ...] = MARKDOWN
    show_drafts: bool = False
    unpublished: bool = False
    separator: str | None = None
    authors: tuple[tuple[str, Author], ...] = ()
    nfkc: bool = False
    languages: tuple[str, ...] = ()


_NONE = JekyllSettings()


def settings_of(rules: Rules) -> JekyllSettings:
    """The site's own settings, or Jekyll's defaults where another engine's configuration was read."""
    return rules.settings if isinstance(rules.settings, JekyllSettings) else _NONE
