"""The first `config.yaml` of a site: commented, with what its engine says of it and where its feeds are."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from publisher.content import Engine, Survey
from publisher.model.feed import FeedFormat
from publisher.model.site import PLACEHOLDER_HOST
from publisher.struct import Struct, field

_KANA = re.compile("[\u3041-\u30ff]")
_SAMPLE_BYTES = 4096
_DEFAULTS = {FeedFormat.RSS: "feed.xml", FeedFormat.ATOM: "atom.xml", FeedFormat.JSON: "feed.json"}
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
_SLOT = re.compile("@([A-Z_]+)@")
_NO_URL = f'url: "https://{PLACEHOLDER_HOST}/"   # <- write your site\'s address here; until then no mail is sent'
_ENGINE_NOTE = """\
# What stands behind a '#' is for its own settings to say, or an example; take the '#' away to say it here.
"""


class Kept(Struct, frozen=True):
    """What is kept of the feeds that a site has: their paths by format, `{slug}` in those of categories.

    `categories` is what stands for a category in them, where Publisher's own word would be another.
    """

    paths: Mapping[FeedFormat, str] = field(default_factory=dict)
    category_patterns: Mapping[FeedFormat, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)

    @property
    def formats(self) -> list[FeedFormat]:
        """The formats that the site has; RSS and Atom for one that has none."""
        here = [one for one in FeedFormat if one in self.paths or one in self.category_patterns]
        return here or [FeedFormat.RSS, FeedFormat.ATOM]


def config_text(folder: Path, found: Survey, kept: Kept) -> bytes:
    """The file for the site in `folder`, in UTF-8; it reads back as valid settings.

    What the engine's own settings say, or may say one day, is commented out: a copy of it here would go before it, and
    a zone or an address that is changed there later would change nothing.
    """
    language = found.language or ("ja" if _reads_japanese(folder, found) else "en")
    title = found.title or folder.resolve().name or "Publisher"
    values = {
        **_of_site(found, title, language),
        **_of_newsletter(found, title, japanese=language.split("-")[0] == "ja"),
        "ENGINE": str(found.engine),
        "ENGINE_NOTE": _ENGINE_NOTE if found.engine is not Engine.PLAIN else "",
        "OUTPUT": f"{_engines(found)}output: {_quoted(found.output)}",
        "FORMATS": f"[{', '.join(kept.formats)}]",
        "FORMATS_NOTE": "    # those the site had" if kept.paths else "   # json, too, if you like",
        "PATHS": _paths(kept),
        "CATEGORIES": _categories(kept),
    }
    # "replace": a folder's name, which may stand in for a title, need not be UTF-8.
    return _SLOT.sub(lambda slot: values[slot[1]], _TEMPLATE).encode(errors="replace")


def _of_site(found: Survey, title: str, language: str) -> dict[str, str]:
    return {
        "TITLE": f"{_engines(found)}title: {_quoted(title)}",
        "URL": f"# url: {_quoted(found.url)}" if found.url else _NO_URL,
        "LANGUAGE": f"# language: {_quoted(language)}" if found.language else f"language: {language}",
        "ZONE": f"{_engines(found)}timezone: {found.timezone or 'UTC'}",
        "AUTHOR": _author(found),
        "DESCRIPTION": f"  # description: {_quoted(found.description)}\n" if found.description else "",
    }


def _of_newsletter(found: Survey, title: str, *, japanese: bool) -> dict[str, str]:
    zone = found.timezone or "UTC"
    shown = "timezone: Asia/Tokyo" if japanese and zone == "UTC" else f"# timezone: {zone}   # else the site's"
    line = " ".join(title.split())
    return {"WEEKLY": _quoted(f"{line} 週刊" if japanese else f"{line} Weekly"), "MAIL_ZONE": shown}


def _engines(found: Survey) -> str:
    """What stands before a key that an engine's settings may have."""
    return "" if found.engine is Engine.PLAIN else "# "


def _paths(kept: Kept) -> str:
    used = set(kept.paths.values())
    lines = [f"    {one}: {_quoted(_path(one, kept, used))}" for one in kept.formats]
    lines += [f"    category_{one}: {_quoted(pattern)}" for one, pattern in kept.category_patterns.items()]
    return "\n".join(["  paths:               # where the site had them", *lines, ""]) if used else ""


def _path(format_: FeedFormat, kept: Kept, used: set[str]) -> str:
    free = (_DEFAULTS[format_], f"{format_}.xml", f"feeds/{format_}.xml")
    return kept.paths.get(format_) or next(path for path in free if path not in used)


def _categories(kept: Kept) -> str:
    if kept.categories:
        lines = [f"  {_quoted(name)}: {_quoted(slug)}" for name, slug in kept.categories.items()]
        return "\n".join(["categories:              # as they stand in the paths of the site's own feeds", *lines, ""])
    return (
        "# categories:            # the name of a category in its feed's path, where it is not to be its own\n"
        "#   投資分析: investment-analysis\n"
    )


def _author(found: Survey) -> str:
    if found.author is None:
        return '  # author: {name: "編集部", email: editor@example.com}\n'
    email = f", email: {_quoted(found.author.email)}" if found.author.email else ""
    return f"  # author: {{name: {_quoted(found.author.name)}{email}}}\n"


def _quoted(text: str) -> str:
    """In quotes on one line, which ends for YAML also where JSON lets it go on: a comment would end there."""
    return json.dumps(text, ensure_ascii=False).translate(_LINE_ENDS)


def _reads_japanese(folder: Path, found: Survey) -> bool:
    posts = sorted((folder / found.content).rglob("*.md"), reverse=True)[:3]
    return any(_KANA.search(_head(path)) for path in posts)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return handle.read(_SAMPLE_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""


_TEMPLATE = """\
# Publisher's settings for this site. All keys: docs/reference/config.md
# Paths are relative to the site's folder. Found here: a site of the kind "@ENGINE@".
@ENGINE_NOTE@
site:
  @TITLE@
  @URL@
  @LANGUAGE@
  @ZONE@      # of dates that name none
@DESCRIPTION@@AUTHOR@  # address: "..."       # your postal address, at the foot of every mail

content:
  engine: @ENGINE@       # jekyll, hugo, pelican, eleventy, zola or plain

feeds:
  @OUTPUT@        # where your site is served from; run 'publisher build' after your engine
  formats: @FORMATS@@FORMATS_NOTE@
  limit: 20              # entries in a feed
  content: full          # or summary
  by: [category]         # a feed for each category, beside the site's own
@PATHS@
@CATEGORIES@
newsletters:
  weekly:
    title: @WEEKLY@
    # from: "編集部 <news@example.com>"   # needed before any mail is sent
    # reply_to: editor@example.com
    schedules: {weekly: "mon 09:00"}
    @MAIL_ZONE@
    categories: all

# mail:
#   transport: smtp://mail.example.com:587
#   user: news@example.com
#   password_file: smtp-password    # relative to this file's folder; keep it out of version control
"""
