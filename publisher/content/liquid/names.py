"""The variables of a Jekyll post's templates: `site`, `page` and their kin (its unified_payload_drop.rb)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.engines.jekyll_settings import settings_of
from publisher.content.liquid.data import BadData, Data, value_of
from publisher.content.liquid.drops import Drop, FileDrop, PostDrop, static_file
from publisher.content.liquid.places import PAGES, base_path, origin
from publisher.content.liquid.typed import Moment
from publisher.content.permalinks import extension
from publisher.content.world import Page
from publisher.model.post import Post
from publisher.struct import Struct

_CONFIGS = ("_config.yml", "_config.yaml", "_config.toml")
_PAYLOAD = ("site", "page", "layout", "jekyll")


class _Order(Struct, frozen=True):
    """The posts, oldest first, and each one's place by its file."""

    posts: list[Post]
    places: dict[str, int]


class _Listing:
    """A list of posts that is itself and no other, however equal."""

    __slots__ = ("posts",)

    def __init__(self, posts: Sequence[Post]) -> None:
        self.posts = posts

    def __hash__(self) -> int:
        return id(self.posts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Listing) and other.posts is self.posts


# The posts of a site are one list for all of them, and sorting it costs more than rendering one of them.
@lru_cache(maxsize=1)
def _order(listing: _Listing) -> _Order:
    ordered = sorted(listing.posts, key=lambda post: (post.published, post.source))
    return _Order(ordered, {post.source: place for place, post in enumerate(ordered)})


class JekyllNames(Mapping[str, object]):
    """The variables by name. `root` is where Jekyll's files lie, "" or with a slash at its end."""

    def __init__(self, page: Page) -> None:
        settings = settings_of(page.world.rules)
        self.page = page
        self.root: str = settings.root
        self.documents: str = settings.root + settings.collections_dir
        self._made: dict[str, object] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.page.source.zone

    @cached_property
    def config(self) -> Mapping[str, object]:
        """What `_config.yml` says, typed; empty where there is none or it cannot be read."""
        for name in _CONFIGS:
            found = self.data(name)
            if isinstance(found, dict):
                return found
        return {}

    @cached_property
    def includes(self) -> str:
        """The folder of included files."""
        return self.root + str(self.config.get("includes_dir") or "_includes").strip("/")

    @property
    def style(self) -> str:
        """How pages are addressed."""
        return str(self.config.get("permalink") or "date")

    @cached_property
    def order(self) -> _Order:
        """The posts that Jekyll has read: those to come are not among them."""
        return _order(_Listing(self.page.out()))

    @cached_property
    def drops(self) -> list[PostDrop]:
        """All posts, newest first."""
        return [PostDrop(self, post) for post in reversed(self.order.posts)]

    @property
    def now(self) -> Moment:
        """`site.time`: the newest post's moment, for the clock would give other bytes every time."""
        posts = self.order.posts
        return Moment.of(posts[-1].published if posts else self.page.post.published, self.zone)

    def beside(self, post: Post, step: int) -> PostDrop | None:
        """The post so many places further in time."""
        place = self.order.places.get(post.source)
        if place is None or not 0 <= place + step < len(self.order.posts):
            return None
        return PostDrop(self, self.order.posts[place + step])

    def data(self, file: str) -> object:
        """A data file's value; None, with a warning, where it cannot be read."""
        text = self.page.read(file)
        if text is None:
            return None
        try:
            return value_of(text, extension(file), self.zone)
        except BadData as error:
            message = f"{file} cannot be read: {error}"
            line = self.page.source.front.body_line
            self.page.warn(Code.MISSING_TARGET, line, 1, message)
            return None

    def __getitem__(self, key: str) -> object:
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, key: str) -> object:
        if key == "site":
            return SiteDrop(self)
        if key == "page":
            return PostDrop(self, self.page.post, self.page.source)
        if key == "layout":
            return {}
        if key == "jekyll":
            return {"environment": "production", "version": "4.4.1"}
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(_PAYLOAD)

    def __len__(self) -> int:
        return len(_PAYLOAD)


class SiteDrop(Drop):
    """`site`: Jekyll's site_drop.rb over the configuration."""

    def __init__(self, names: JekyllNames) -> None:
        super().__init__()
        self.names = names

    def keys_of(self) -> list[str]:
        return list(dict.fromkeys([*_SITE, *map(str, self.names.config)]))

    def make(self, key: str) -> object:
        maker = _SITE.get(key)
        if maker:
            return maker(self.names)
        if key in _labels(self.names):
            return _documents(self.names, key)
        if key == "title" and key not in self.names.config:
            return self.names.page.world.rules.title
        return self.names.config[key]

    def __str__(self) -> str:
        return "Jekyll::Drops::SiteDrop"

    def plain(self) -> dict[str, object]:
        """What stands in JSON: the configuration."""
        return dict(self.names.config)


def _grouped(names: JekyllNames, of: Callable[[Post], Sequence[str]]) -> dict[str, object]:
    groups: dict[str, list[object]] = {}
    for post in names.order.posts:
        for group in of(post):
            groups.setdefault(group, [])
    for drop in names.drops:
        for group in of(drop.post):
            groups[group].append(drop)
    return dict(groups)


def _labels(names: JekyllNames) -> list[str]:
    written = names.config.get("collections")
    labels = written if isinstance(written, list) else list(written) if isinstance(written, dict) else []
    return [str(label) for label in labels if str(label) != "posts"]


def _documents(names: JekyllNames, label: str) -> list[object]:
    files = names.page.list(f"{names.documents}_{label}")
    return [FileDrop(names, file.removeprefix(names.root), label) for file in files if extension(file) in PAGES]


def _data(names: JekyllNames) -> Data:
    folder = names.root + str(names.config.get("data_dir") or "_data").strip("/")
    files = [file.removeprefix(f"{folder}/") for file in names.page.list(folder)]
    return Data(files, lambda name: names.data(f"{folder}/{name}"))


def _static_files(names: JekyllNames) -> list[object]:
    """Files outside special folders that are no pages; whether a page has a header is not looked at."""
    rules = names.page.world.rules
    skipped = tuple(f"{name}/" for name in (*rules.exclude, rules.output, "node_modules", "vendor"))
    found: list[object] = []
    for file in names.page.list(names.root.rstrip("/") or "."):
        path = file.removeprefix(names.root)
        special = any(part[0] in "._#~" for part in path.split("/")) or path.startswith(skipped)
        if not special and extension(path) not in PAGES:
            found.append(static_file(path, names.now))
    return found


def _related(names: JekyllNames) -> list[PostDrop]:
    return [drop for drop in names.drops[:11] if drop.post.source != names.page.post.source][:10]


def _collections(names: JekyllNames) -> list[object]:
    posts: dict[str, object] = {"label": "posts", "docs": names.drops, "output": True}
    others: list[dict[str, object]] = [{"label": label, "docs": _documents(names, label)} for label in _labels(names)]
    return [*sorted([posts, *others], key=lambda each: str(each["label"]))]


_SITE: dict[str, Callable[[JekyllNames], object]] = {
    "time": lambda names: names.now,
    "posts": lambda names: names.drops,
    "documents": lambda names: names.drops,
    "related_posts": _related,
    "pages": lambda _: [],
    "html_pages": lambda _: [],
    "static_files": _static_files,
    "categories": lambda names: _grouped(names, lambda post: post.categories),
    "tags": lambda names: _grouped(names, lambda post: post.tags),
    "collections": _collections,
    "data": _data,
    "config": lambda _: None,
    "url": lambda names: origin(names.page),
    "baseurl": lambda names: base_path(names.page),
}
