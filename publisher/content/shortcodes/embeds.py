"""What a shortcode shows of another site, as a link to it: feed readers and mail programs run no frames or scripts."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote, urlsplit

from publisher.content.shortcodes.parse import Tag

# In a text that is Markdown yet, a link's own text must not be read as any.
_MARKDOWN = re.compile(r"[\\`*_\[\]~|{}]")


def is_embed(tag: Tag) -> bool:
    """Whether the shortcode shows something of another site."""
    return tag.name in _KNOWN


def embed(tag: Tag) -> str | None:
    """The link; None where the shortcode is no embed, or does not say what it shows."""
    made = _KNOWN.get(tag.name)
    url = made(tag) if made else None
    return link(url, tag.get("title")) if url else None


def link(url: str, title: str = "") -> str:
    """A link whose text is its title, else its address; good in Markdown and in HTML."""
    text = _MARKDOWN.sub(lambda found: f"&#{ord(found[0])};", escape(title or url))
    return f'<a href="{escape(url)}">{text}</a>'


def is_address(text: str) -> bool:
    """Whether a text is an absolute address of the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", text)


def _youtube(tag: Tag) -> str | None:
    video, start, playlist = tag.get("id", 0), tag.get("start"), tag.get("playlist")
    if not video:
        return f"https://www.youtube.com/playlist?list={_part(playlist)}" if playlist else None
    return f"https://www.youtube.com/watch?v={_part(video)}" + (f"&t={_part(start)}s" if start else "")


def _x(tag: Tag) -> str | None:
    user, post = tag.get("user"), tag.get("id", 0)
    # A post is found by its number alone; Hugo's older `tweet` had no more.
    return f"https://x.com/{_part(user or 'i')}/status/{_part(post)}" if post else None


def _gist(tag: Tag) -> str | None:
    url, user, gist = tag.get("url"), tag.get("user", 0), tag.get("id", 1)
    if url:
        return url if is_address(url) else None
    return f"https://gist.github.com/{_part(user)}/{_part(gist)}" if user and gist else None


def _at(address: str, name: str) -> Callable[[Tag], str | None]:
    def made(tag: Tag) -> str | None:
        what = tag.get(name, 0)
        return f"{address}{_part(what)}" if what else None

    return made


def _part(text: str) -> str:
    return quote(text, safe="")


_KNOWN: dict[str, Callable[[Tag], str | None]] = {
    "gist": _gist,
    "instagram": _at("https://www.instagram.com/p/", "id"),
    "instagram_simple": _at("https://www.instagram.com/p/", "id"),
    "speakerdeck": _at("https://speakerdeck.com/player/", "id"),
    "streamable": _at("https://streamable.com/", "id"),
    "tweet": _x,
    "twitch": _at("https://www.twitch.tv/", "channel"),
    "twitter": _x,
    "twitter_simple": _x,
    "vimeo": _at("https://vimeo.com/", "id"),
    "vimeo_simple": _at("https://vimeo.com/", "id"),
    "x": _x,
    "x_simple": _x,
    "youtube": _youtube,
}
