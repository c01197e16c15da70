"""The feeds that a Jekyll site serves by itself: jekyll-feed's (its generator.rb), and templates of its own."""

import re
from collections.abc import Mapping
from pathlib import Path

from publisher.content.file_text import MAX_BYTES
from publisher.content.nouns import Served
from publisher.content.values import Fields, Scalar, Value, texts
from publisher.model.feed import FeedFormat

# A Gemfile is a program, which is read and never run: gems are named in it one a line.
_GEM = r"^\s*gem\s*\(?\s*[\"']{name}[\"']"
_OWN = ("feed.xml", "atom.xml", "rss.xml", "index.xml", "feed.json")
_PERMALINK = re.compile(r"^permalink:\s*[\"']?/?([^\"'\s#]+)", re.MULTILINE)


def feed_settings(fields: Fields) -> Mapping[str, Value]:
    """What stands under `feed`."""
    found = fields.get("feed")
    return found if isinstance(found, dict) else {}


def uses(folder: Path, fields: Fields, plugin: str) -> bool:
    """Whether the configuration or the Gemfile names a plugin. The theme minima depends on jekyll-feed, and Jekyll
    loads the plugins that a theme depends on; the gem github-pages alone does not switch it on."""
    if plugin in (*texts(fields.get("plugins")), *texts(fields.get("gems"))):
        return True
    if plugin == "jekyll-feed" and fields.text("theme") == "minima":
        return True
    return re.search(_GEM.replace("{name}", re.escape(plugin)), _text(folder / "Gemfile"), re.MULTILINE) is not None


def served_feeds(folder: Path, root: str, fields: Fields) -> tuple[Served, ...]:
    """The site's own templates, then jekyll-feed's feeds, which it does not make where a file of the name is there."""
    own = _own_feeds(folder, root)
    if not uses(folder, fields, "jekyll-feed"):
        return own
    settings = feed_settings(fields)
    collections = settings.get("collections")
    posts = collections.get("posts") if isinstance(collections, dict) else None
    meta = posts if isinstance(posts, dict) else {}
    path = _first_text(meta.get("path"), settings.get("path")) or "feed.xml"
    found = [*own]
    if not (folder / root / path.lstrip("/")).is_file():
        found.append(Served(FeedFormat.ATOM, path.lstrip("/")))
    if any(True for _ in texts(meta.get("categories"))) or any(True for _ in texts(settings.get("categories"))):
        found.append(Served(FeedFormat.ATOM, "feed/{slug}.xml", by_category=True))
    return tuple(found)


def _first_text(*values: Value | None) -> str | None:
    return next((value.text for value in values if isinstance(value, Scalar) and value.text), None)


def _own_feeds(folder: Path, root: str) -> tuple[Served, ...]:
    found = []
    for name in _OWN:
        text = _text(folder / root / name)
        permalink = _PERMALINK.search(text.partition("\n---")[0]) if text.startswith("---") else None
        path = permalink[1] if permalink else name
        if "<rss" in text:
            found.append(Served(FeedFormat.RSS, path))
        elif "<feed" in text:
            found.append(Served(FeedFormat.ATOM, path))
        elif "jsonfeed.org" in text:
            found.append(Served(FeedFormat.JSON, path))
    return tuple(found)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""
