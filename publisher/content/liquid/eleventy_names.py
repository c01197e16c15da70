"""The variables of an Eleventy post's templates: its data cascade, `page` and `collections`."""

import json
import posixpath
from collections.abc import Iterator, Mapping
from functools import cached_property

from publisher.content.engines.eleventy_data import stem_of, value_of
from publisher.content.engines.eleventy_permalinks import file_slug, without_date
from publisher.content.engines.eleventy_settings import settings_of
from publisher.content.liquid.drops import Drop, read_source
from publisher.content.liquid.javascript import JsMoment, js_moment, js_typed
from publisher.content.source import Source
from publisher.content.world import Page
from publisher.model.post import Post

_ALL = frozenset({"all", "posts", "post", "blog"})
_PAGE = ("url", "date", "fileSlug", "filePathStem", "inputPath", "outputFileExtension", "lang", "rawInput")
_ITEM = ("url", "date", "data", "fileSlug", "filePathStem", "inputPath", "page", "rawInput")


class EleventyNames(Mapping[str, object]):
    """The variables by name: the post's own and its defaults, the site's data files, and Eleventy's."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.settings = settings_of(page.world.rules)
        self._made: dict[str, object] = {}

    @property
    def includes(self) -> str:
        """The folder of included files."""
        return self.settings.includes

    @cached_property
    def posts(self) -> list[Post]:
        """All posts, oldest first, as Eleventy orders a collection."""
        return sorted(self.page.posts(), key=lambda post: (post.published, post.source))

    @property
    def now(self) -> JsMoment:
        """The newest post's moment, for the clock would give other bytes every time."""
        return js_moment(self.posts[-1].published if self.posts else self.page.post.published)

    def __getitem__(self, key: str) -> object:
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, key: str) -> object:
        if key == "page":
            return PageDrop(self, self.page.post, self.page.source)
        if key == "collections":
            return Collections(self)
        if key == "eleventy":
            return {"generator": "Eleventy v3.1.2", "version": "3.1.2"}
        value = value_of(self.page.source, key)
        return js_typed(value) if value is not None else self._data(key)

    def _data(self, key: str) -> object:
        """A data file in JSON, or package.json; programs are not run. KeyError where there is none."""
        text = self.page.read("package.json" if key == "pkg" else posixpath.join(self.settings.data, f"{key}.json"))
        if text is None:
            raise KeyError(key)
        try:
            return json.loads(text.encode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise KeyError(key) from error

    def __iter__(self) -> Iterator[str]:
        return iter(("page", "collections", "eleventy", *self.page.source.fields))

    def __len__(self) -> int:
        return 3 + len(self.page.source.fields)


class PageDrop(Drop):
    """`page`, of the post itself or of another in a collection."""

    def __init__(self, names: EleventyNames, post: Post, source: Source | None = None) -> None:
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
        return list(_PAGE)

    def make(self, key: str) -> object:
        simple = {"url": self.post.path, "inputPath": f"./{self.post.source}", "outputFileExtension": "html"}
        if key in simple:
            return simple[key]
        if key == "date":
            return js_moment(self.post.published)
        if key == "fileSlug":
            return file_slug(self.source)
        if key == "filePathStem":
            folder, _, last = stem_of(self.source).rpartition("/")
            return f"/{posixpath.join(folder, without_date(last))}"
        if key == "rawInput":
            return self.source.front.body
        if key == "lang":
            return self.post.language
        raise KeyError(key)

    def plain(self) -> dict[str, object]:
        """What stands in JSON."""
        return {key: self[key] for key in _PAGE if key != "rawInput"}


class ItemDrop(PageDrop):
    """A post in a collection."""

    def keys_of(self) -> list[str]:
        return list(_ITEM)

    def make(self, key: str) -> object:
        if key == "data":
            return {"title": self.post.title, **{name: js_typed(value) for name, value in self.source.fields.items()}}
        if key == "page":
            return PageDrop(self.names, self.post, self._source)
        return super().make(key)


class Collections(Drop):
    """Posts by tag, oldest first; pages that are no posts are in none of them here."""

    def __init__(self, names: EleventyNames) -> None:
        super().__init__()
        self.names = names

    @cached_property
    def _whole(self) -> frozenset[str]:
        collection = self.names.settings.collection
        return _ALL | {collection} if collection else _ALL

    def keys_of(self) -> list[str]:
        return list(dict.fromkeys(["all", *(tag for post in self.names.posts for tag in post.tags)]))

    def make(self, key: str) -> object:
        found = [post for post in self.names.posts if key in self._whole or key in post.tags]
        if not found:
            raise KeyError(key)
        return [ItemDrop(self.names, post) for post in found]

    def plain(self) -> dict[str, object]:
        """What stands in JSON."""
        return {}
