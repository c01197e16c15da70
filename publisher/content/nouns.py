"""What goes into a scan and what comes out of it."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from publisher.content.values import Fields
from publisher.errors import Problem
from publisher.model.feed import FeedFormat
from publisher.model.post import Author
from publisher.struct import Struct


class Engine(StrEnum):
    """The program that makes the site's pages; `plain` where there is none."""

    JEKYLL = "jekyll"
    HUGO = "hugo"
    PELICAN = "pelican"
    ELEVENTY = "eleventy"
    ZOLA = "zola"
    PLAIN = "plain"


class Markup(StrEnum):
    """The language a post's body is written in."""

    MARKDOWN = "markdown"
    HTML = "html"
    RST = "rst"


class ContentSource(StrEnum):
    """Where a post's content comes from: its own file, or the page that the engine has built from it."""

    MARKDOWN = "markdown"
    BUILT = "built"


class Settings(Struct, frozen=True):
    """What an engine's configuration says beyond what all engines share; each engine has its own subclass.

    Its repr is part of the index's key: the same configuration gives the same repr, on any machine.
    """


class Served(Struct, frozen=True):
    """A feed that the engine itself serves, by path below its output folder; `{slug}` stands for the category.

    `category` is None for the feed of the whole site.
    """

    format: FeedFormat
    path: str
    by_category: bool = False


class Survey(Struct, frozen=True):
    """What the engine's own configuration says of the site; None where it says nothing.

    `url` is absolute, base path included, with a trailing slash. `output` (where pages are served from)
    and `content` (where posts live) are relative to the site's folder. `served` are the feeds that the engine
    makes by this configuration. `looked_at` are files and folders, beside those that every survey looks for, whose
    change may change this survey. `ignore` names the file, and the line in it, that keep the engine off our home.
    """

    engine: Engine
    title: str | None = None
    url: str | None = None
    language: str | None = None
    timezone: str | None = None
    description: str | None = None
    author: Author | None = None
    permalink: str | None = None
    output: str = "public"
    content: str = "."
    problems: tuple[Problem, ...] = ()
    settings: Settings = Settings()
    served: tuple[Served, ...] = ()
    ignore: tuple[str, str] | None = None
    looked_at: tuple[str, ...] = ()


class Rules(Struct, frozen=True):
    """All that a scan needs to know.

    `folder` is the site's; `content`, `output` and `exclude` (folders never entered) are relative to it.
    `url` is the site's root, absolute, base path included, with a trailing slash.
    `timezone` is an IANA name; `permalink` a Jekyll template or the name of one of Jekyll's styles: the config's,
    whatever the engine, else the engine's own where that is Jekyll.
    """

    engine: Engine
    folder: Path
    content: str
    url: str
    timezone: str
    permalink: str | None
    exclude: tuple[str, ...]
    title: str = ""
    language: str = "en"
    output: str = "public"
    source: ContentSource = ContentSource.MARKDOWN
    settings: Settings = Settings()

    @property
    def prefix(self) -> str:
        """What a file's path below the site's folder starts with, where it lies in the content folder."""
        content = self.content.strip("/")
        return "" if content in (".", "") else f"{content}/"


class Scan(Struct, frozen=True):
    """What was found in a folder; its posts stand in the index.

    `unreadable` names each file that exists and has an error; of those that were read before the index keeps the last
    good reading. `folders` are all that were looked into, relative to the site's folder, "" for itself. `context` is
    what the files that hold defaults for the posts around them say. `newest_ns` is the last change of any file that may
    be a post, in nanoseconds since 1970. `changed` are the files whose post is another since `records.settle`;
    None where that may be any.
    """

    problems: tuple[Problem, ...]
    unreadable: tuple[str, ...]
    folders: tuple[str, ...]
    context: Mapping[str, Fields]
    newest_ns: int = 0
    changed: frozenset[str] | None = None
