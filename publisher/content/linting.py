"""What is wrong with a post beyond what a scan sees: its text as rendered, where it links to, what YAML makes of it."""

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from publisher.cache import kept
from publisher.content.codes import Code
from publisher.content.index import Index
from publisher.content.needs import Need
from publisher.content.render import Renderer
from publisher.content.renderings import load_needs, load_problems
from publisher.content.source import Source
from publisher.content.values import Scalar, Value
from publisher.content.yaml_text import place_in
from publisher.errors import Problem
from publisher.model.post import Post
from publisher.struct import Struct, astuple

_REFERENCE = re.compile(r'<(\w+)[^<>]*?\s(?:href|src|poster|srcset)="[^"]*"[^<>]*>')
_ATTRIBUTE = re.compile(r'\s(href|src|poster|srcset)="([^"]*)"')
_NAMED = ("title", "category", "categories", "tag", "tags", "author", "authors", "slug", "series")
# What YAML 1.1 types of a plain text: truth, numbers that lose their look, base sixty, octal, dates.
_SURPRISE = re.compile(
    r"(?:y|n|yes|no|on|off|true|false)$|[-+]?\d+\.\d*0$|0[0-7]+$|0x[0-9a-f]+$|\d[\d_]*_\d*$|\d+(?::[0-5]?\d)+$"
    r"|\d{4}-\d\d-\d\d$|\d+e\d+$",
    re.IGNORECASE,
)


class Link(Struct, frozen=True):
    """An address of the site itself that a post names: absolute, and where it stands in the file; `shown` for what
    is loaded with the post, such as an image."""

    url: str
    line: int
    column: int
    shown: bool


class Lint(Struct, frozen=True):
    """What was found in one post."""

    problems: tuple[Problem, ...]
    links: tuple[Link, ...]


def lint(renderer: Renderer, post: Post) -> Lint:
    """Look at a post closely; kept in the index for as long as it and all it depends on stay the same."""
    index = renderer.index
    known = _known(index, renderer, post)
    if known is not None:
        return known
    made = renderer.made(post)
    if made is None:
        return Lint((), ())
    rendered, source = made
    found = Lint((*rendered.problems, *_surprises(source)), tuple(_links(rendered.html, source, renderer.rules.url)))
    index.write(
        "INSERT OR REPLACE INTO lints VALUES (?, ?, ?, ?, ?, ?)",
        *(post.source, post.digest, post.url, _dump(found.problems), _dump(found.links), _dump(rendered.needs)),
    )
    return found


def _known(index: Index, renderer: Renderer, post: Post) -> Lint | None:
    sql = "SELECT problems, links, needs FROM lints WHERE path = ? AND digest = ? AND url = ?"
    for problems, links, needs in index.rows(sql, post.source, post.digest, post.url):
        if renderer.holds(load_needs(needs)):
            with kept():
                return Lint(load_problems(problems), tuple(Link(*row) for row in json.loads(links)))
    return None


def _dump(many: tuple[Problem, ...] | tuple[Link, ...] | tuple[Need, ...]) -> str:
    return json.dumps([astuple(one) for one in many], ensure_ascii=False)


def _surprises(source: Source) -> Iterator[Problem]:
    """Plain texts that YAML reads as something else. Here they are text; the site's own engine shows `1.1` for 1.10."""
    for key in _NAMED:
        for value in _scalars(source.front.fields.get(key)):
            if value.plain and _SURPRISE.match(value.text):
                message = f"{key}: YAML does not read {value.text} as text; put it in quotes"
                yield Code.YAML_SURPRISE.warning(source.file, value.line, value.column, message)


def _scalars(value: Value | None) -> Iterator[Scalar]:
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)


def _links(html: str, source: Source, root: str) -> Iterator[Link]:
    told: set[str] = set()
    for tag in _REFERENCE.finditer(html):
        for name, value in _ATTRIBUTE.findall(tag[0]):
            for url in _urls(name, value):
                if url.startswith(root) and url not in told:
                    told.add(url)
                    yield Link(url, *_place(source, url, root), tag[1] != "a")


def _urls(name: str, value: str) -> list[str]:
    plain = value.replace("&amp;", "&")
    return [part.split()[0] for part in plain.split(", ") if part.strip()] if name == "srcset" else [plain]


def _place(source: Source, url: str, root: str) -> tuple[int, int]:
    """Where the address most likely stands in the file, in whatever spelling; else where its text begins."""
    path = urlsplit(url).path
    below = url.removeprefix(root)
    name = path.rstrip("/").rpartition("/")[2]
    for spelling in (url, path, unquote(path), below, unquote(below), name, unquote(name)):
        offset = source.front.body.find(spelling) if spelling.strip("/") else -1
        if offset >= 0:
            line, column = place_in(source.front.body, offset)
            return source.front.body_line + line, column + 1
    return source.front.body_line, 1
