"""Where a file stands in Hugo's content tree (hugofs/rootmapping_fs.go, common/paths/pathparser.go)."""

from functools import lru_cache

from publisher.content.engines.hugo_paths import lower, parse_name
from publisher.content.engines.hugo_settings import HugoSettings, Language, Mount, settings_of
from publisher.content.nouns import Rules
from publisher.content.source import Source
from publisher.struct import Struct, replace


class Place(Struct, frozen=True):
    """A page in the content tree: its folder as written, without slashes at its ends, and its name without extension
    and language. `disabled` where its language's pages are not made."""

    folder: str
    name: str
    language: Language
    disabled: bool

    @property
    def is_leaf(self) -> bool:
        """Whether the file is the index of a bundle, which stands for its folder."""
        return lower(self.name) == "index"

    @property
    def base(self) -> str:
        """The page's logical path as written; the folder of a bundle."""
        return self.folder if self.is_leaf else f"{self.folder}/{self.name}".lstrip("/")

    @property
    def parent(self) -> str:
        """The folder that `base` is in."""
        return self.folder.rpartition("/")[0] if self.is_leaf else self.folder

    @property
    def base_name(self) -> str:
        """The last part of `base`."""
        return self.base.rpartition("/")[2]


def place_of(source: Source) -> Place:
    """Where a post stands."""
    return place_at(source.rules, source.below)


def place_at(rules: Rules, below: str) -> Place:
    """Where a file of the content folder stands."""
    return _place(settings_of(rules), rules.content, below)


# A post is asked for its place nine times while it is read.
@lru_cache(maxsize=16)
def _place(settings: HugoSettings, content: str, below: str) -> Place:
    within, _, name = below.rpartition("/")
    folder, mount = mounted(settings, content, within)
    found = parse_name(name, settings.names, settings.off)
    if found.language is None and not name.islower():
        # Hugo reads names in lower case, and so post.JA.md as Japanese.
        known = parse_name(lower(name), settings.names, settings.off)
        found = replace(known, base=name[: len(known.base)])
    off = found.disabled or (found.language is None and mount.language in settings.off)
    return Place(folder, found.base, settings.language(found.language or mount.language), off)


def mounted(settings: HugoSettings, content: str, folder: str) -> tuple[str, Mount]:
    """A folder of the content folder by its path in the content tree, and the innermost mount that it is in.

    Where the writer points Publisher at a folder that is no part of Hugo's tree, that folder is the tree.
    """
    whole = in_site(content, folder)
    inside = [mount for mount in settings.mounts if holds(mount.folder, whole)]
    if not inside:
        return folder, Mount(content)
    mount = max(inside, key=lambda mount: len(mount.folder))
    rest = whole if mount.folder == "." else whole[len(mount.folder) :]
    return f"{mount.below}/{rest.strip('/')}".strip("/"), mount


def in_site(content: str, below: str) -> str:
    """The path from the site's folder of what lies at `below` in the content folder."""
    content = content.strip("/")
    return below if content in ("", ".") else f"{content}/{below}".rstrip("/")


def holds(outer: str, inner: str) -> bool:
    """Whether a folder is another or lies above it; `.` holds all."""
    return outer in (".", inner) or inner.startswith(f"{outer}/")
