"""What goes into a scan and what comes out of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from publisher.errors import Problem
from publisher.model.post import Author, Post


class Engine(StrEnum):
    """The program that makes the site's pages; `plain` where there is none."""

    JEKYLL = "jekyll"
    HUGO = "hugo"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Survey:
    """What the engine's own configuration says of the site; None where it says nothing.

    `url` is absolute, base path included, with a trailing slash. `output` (where pages are served from)
    and `content` (where posts live) are relative to the site's folder.
    """

    engine: Engine
    title: str | None
    url: str | None
    language: str | None
    timezone: str | None
    description: str | None
    author: Author | None
    permalink: str | None
    output: str
    content: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All that a scan needs to know.

    `folder` is the site's; `content` and `exclude` (folders never entered) are relative to it.
    `url` is the site's root, absolute, base path included, with a trailing slash.
    `timezone` is an IANA name; `permalink` a Jekyll template or the name of one of Jekyll's styles.
    """

    engine: Engine
    folder: Path
    content: str
    url: str
    timezone: str
    permalink: str | None
    exclude: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds.

    `posts` are readable, dated and undrafted, future ones too, by (published, path), oldest first.
    `unreadable` names each file that exists and has an error; `held` is the last good reading of
    those of them that have one.
    """

    posts: tuple[Post, ...]
    problems: tuple[Problem, ...]
    held: tuple[Post, ...]
    unreadable: tuple[str, ...]
