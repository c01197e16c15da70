"""What a one-off is to bring: a post of the site, or a text in a file that is none."""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from publisher.content import SUFFIXES, ContentSource, Renderer, read_text
from publisher.core.identity import text_id
from publisher.errors import ContentError
from publisher.jobs.library import Library
from publisher.jobs.mailing import Aside, Desk
from publisher.jobs.pictures import beside
from publisher.jobs.send import find_post
from publisher.model.post import Post
from publisher.struct import replace


def laid_out(desk: Desk, name: str, cwd: Path, at: datetime) -> tuple[Desk, Post]:
    """The desk with what `name` means on it: a post, or the text of a Markdown file that is none, which comes out `at`.

    A file that is there and is no post is meant before a post of that name elsewhere. NotFound lists near posts;
    ContentError where the file is one that cannot be mailed, such as a draft or an unreadable post.
    """
    library, file = desk.library, cwd / name
    if file.suffix.lower() not in SUFFIXES or not file.is_file():
        return desk, find_post(library, name, cwd)
    source = Path(os.path.relpath(file.resolve(), library.config.folder.resolve())).as_posix()
    if any(post.source == source for post in library.posts):
        return desk, find_post(library, source, library.config.folder)
    _require_readable(library, source)
    aside = _aside(library, source, at)
    return replace(desk, aside=aside), aside.post


def _require_readable(library: Library, source: str) -> None:
    faults = [problem for problem in library.problems if problem.file == source]
    if source in library.scan.unreadable or source in library.known.left_out:
        raise ContentError(faults, hint="mend it and try again")


def _aside(library: Library, source: str, at: datetime) -> Aside:
    # What the engine has built has no page of it.
    rules = replace(library.place.rules, source=ContentSource.MARKDOWN)
    text = read_text(rules, source, at)
    rendered = Renderer(rules, library.index, lambda: library.posts, library.scan.context, library.at).of_text(
        text.post, text.source
    )
    return Aside(
        # It has no address of its own.
        post=replace(text.post, url=""),
        id=text_id(source, urlsplit(rules.url).hostname or ""),
        rendered=rendered,
        find=beside((rules.folder / source).parent, text.post.url),
        problems=(*text.source.warnings, *rendered.problems),
    )
