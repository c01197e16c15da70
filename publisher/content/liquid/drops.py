"""Posts and files as templates see them: Jekyll's document_drop.rb and static_file_drop.rb."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from liquid.exceptions import LiquidTypeError

from publisher.content.engines import reader_of
from publisher.content.front import Front
from publisher.content.liquid.places import header, page_path, post_path
from publisher.content.liquid.typed import Moment, typed, typed_mapping
from publisher.content.nouns import Markup
from publisher.content.permalinks import extension
from publisher.content.source import Source
from publisher.content.values import Fields
from publisher.content.world import Page
from publisher.errors import ContentError
from publisher.model.post import Post

if TYPE_CHECKING:
    from publisher.content.liquid.names import JekyllNames


# document_drop.rb: what it leaves out where a document is written within another.
_LEADING_ON = frozenset({"content", "output", "excerpt", "next", "previous"})


class Drop(Mapping[str, object]):
    """A mapping whose values are made when they are asked for."""

    def __init__(self) -> None:
        self._made: dict[str, object] = {}

    @abstractmethod
    def keys_of(self) -> list[str]:
        """All its keys, in a fixed order."""

    @abstractmethod
    def make(self, key: str) -> object:
        """A key's value; KeyError where there is none."""

    def __getitem__(self, key: str) -> object:
        if key not in self._made:
            try:
                self._made[key] = self.make(key)
            except TypeError as error:
                # python-liquid takes a TypeError for a missing key, and would hide this one.
                raise LiquidTypeError(f"{key}: {error}", token=None) from error
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys_of())

    def __len__(self) -> int:
        return len(self.keys_of())

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class PostDrop(Drop):
    """A post. Its file is read only for what the post itself does not say; `source` is there for the page's own."""

    def __init__(self, names: "JekyllNames", post: Post, source: Source | None = None) -> None:
        super().__init__()
        self.names = names
        self.post = post
        self._source = source

    @property
    def source(self) -> Source:
        """The post's file."""
        if self._source is None:
            self._source = read_source(self.names.page, self.post)
        return self._source

    def keys_of(self) -> list[str]:
        return list(dict.fromkeys([*_POST, *map(str, self.source.fields)]))

    def make(self, key: str) -> object:
        maker = _POST.get(key)
        return maker(self) if maker else typed(self.source.fields[key], self.names.zone)

    def __str__(self) -> str:
        return self.source.front.body

    def plain(self) -> dict[str, object]:
        """What stands in JSON: all but what would lead to other posts without end."""
        return {key: self[key] for key in self.keys_of() if key not in _LEADING_ON}

    @property
    def slug(self) -> str:
        """Jekyll's data slug: the header's, else the file name's after its date."""
        return self.source.fields.text("slug") or reader_of(self.names.page.world.rules.engine).slug(self.source)

    def in_markup(self, text: str) -> str:
        """A text as HTML by the kind of the post's file."""
        if reader_of(self.names.page.world.rules.engine).markup(self.source.name) is not Markup.MARKDOWN:
            return text
        from publisher.content.markdown import to_html

        return to_html(text)

    def beside(self, step: int) -> "PostDrop | None":
        """The post that many places further in time."""
        return self.names.beside(self.post, step)


def read_source(page: Page, post: Post) -> Source:
    """Another post's file; without header and text where it cannot be read."""
    rules = page.world.rules
    reader = reader_of(rules.engine)
    try:
        front = reader.split(page.read(post.source) or "", post.source)
    except ContentError:
        front = Front(Fields(), "", 1)
    below = post.source.removeprefix(rules.prefix)
    return Source(post.source, below, front, rules, page.source.zone, defaults=reader.defaults(rules, below, {}))


def _title(drop: PostDrop) -> object:
    written = typed(drop.source.fields.get("title"), drop.names.zone)
    return drop.post.title if written in (None, "") else written


def _excerpt(drop: PostDrop) -> object:
    own = drop.source.fields.text("excerpt")
    if own is not None:
        return own
    separator = reader_of(drop.names.page.world.rules.engine).separator(drop.source) or "\n\n"
    return drop.in_markup(drop.source.front.body.lstrip("\n").partition(separator)[0])


def _content(drop: PostDrop) -> object:
    # Jekyll has rendered the posts before this one, and has only the text of this one and of later ones.
    body = drop.source.front.body
    return body if drop.post.source == drop.names.page.post.source else drop.in_markup(body)


_POST: dict[str, Callable[[PostDrop], object]] = {
    "title": _title,
    "url": lambda drop: post_path(drop.post),
    "date": lambda drop: Moment.of(drop.post.published, drop.names.zone),
    "categories": lambda drop: list(drop.post.categories),
    "tags": lambda drop: list(drop.post.tags),
    "id": lambda drop: f"{post_path(drop.post).rstrip('/').rpartition('/')[0]}/{drop.slug}",
    "slug": lambda drop: drop.slug,
    "path": lambda drop: drop.post.source.removeprefix(drop.names.root),
    "relative_path": lambda drop: drop.post.source.removeprefix(drop.names.root),
    "name": lambda drop: drop.post.source.rpartition("/")[2],
    "ext": lambda drop: extension(drop.post.source),
    "collection": lambda _: "posts",
    "draft": lambda _: False,
    "content": _content,
    "excerpt": _excerpt,
    "previous": lambda drop: drop.beside(-1),
    "next": lambda drop: drop.beside(1),
}


class FileDrop(Drop):
    """A document of a collection other than the posts."""

    def __init__(self, names: "JekyllNames", file: str, label: str) -> None:
        super().__init__()
        self.names = names
        self.file = file
        text = names.page.read(names.root + file) or ""
        self.fields = header(text, file)
        self.label = label
        self.body = text if not self.fields else text.partition("\n---")[2].partition("\n")[2]

    def keys_of(self) -> list[str]:
        return list(dict.fromkeys(["title", "url", "path", "content", "collection", "date", *self.fields]))

    def make(self, key: str) -> object:
        if key == "url":
            return page_path(self.file, self.fields, self.names.style)
        made: dict[str, object] = {"path": self.file, "content": self.body, "collection": self.label}
        if key in made:
            return made[key]
        if key in self.fields:
            return typed(self.fields[key], self.names.zone)
        if key == "title":
            return self.file.rpartition("/")[2].rpartition(".")[0].replace("-", " ").capitalize()
        if key == "date":
            return self.names.now
        raise KeyError(key)

    def __str__(self) -> str:
        return self.body

    def plain(self) -> dict[str, object]:
        """What stands in JSON."""
        return typed_mapping(self.fields, self.names.zone)


def static_file(path: str, now: Moment) -> dict[str, object]:
    """A file that is served as it is; its time would differ on another machine, so it is the site's."""
    name = path.rpartition("/")[2]
    stem, dot, last = name.rpartition(".")
    return {
        "path": f"/{path}",
        "name": name,
        "basename": stem or name,
        "extname": f".{last}" if dot and stem else "",
        "modified_time": now,
    }
