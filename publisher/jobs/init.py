"""Init: look at the folder, and write a commented config that fits it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from publisher.config import HOME_NAME
from publisher.content import Engine, Survey, survey
from publisher.errors import UsageError
from publisher.feeds import replace
from publisher.model.site import PLACEHOLDER_HOST

_KANA = re.compile("[\u3041-\u30ff]")
_IGNORED = ("publisher.db", "publisher.db-*", "cache.db", "cache.db-*", "preview/", "mail/", "smtp-password")
_SAMPLE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Made:
    """What init saw and wrote; `url_known` False where a placeholder stands for the site's address."""

    engine: Engine
    config: Path
    output: str
    url_known: bool


def init(folder: Path) -> Made:
    """Write `config.yaml` and `.gitignore` into the home that fits `folder`; UsageError where there is a config."""
    found = survey(folder)
    home = folder if found.engine is Engine.PLAIN else folder / HOME_NAME
    config = home / "config.yaml"
    for present in (folder / HOME_NAME / "config.yaml", config):
        if present.exists():
            raise UsageError(f"{present.relative_to(folder)} is there already", hint="edit it, or remove it first")
    replace(config, _config_text(folder, found).encode())
    _ignore(home)
    return Made(found.engine, config, found.output, found.url is not None)


def _ignore(home: Path) -> None:
    path = home / ".gitignore"
    present = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    missing = [line for line in _IGNORED if line not in present]
    if missing:
        replace(path, "\n".join([*present, *missing, ""]).encode())


def _config_text(folder: Path, found: Survey) -> str:
    language = found.language or ("ja" if _reads_japanese(folder, found) else "en")
    japanese = language.split("-")[0] == "ja"
    zone = found.timezone or "UTC"
    title = found.title or folder.resolve().name or "Publisher"
    weekly = f"{title} 週刊" if japanese else f"{title} Weekly"
    values = {
        "ENGINE": found.engine,
        "TITLE": _quoted(title),
        "URL": _quoted(found.url or f"https://{PLACEHOLDER_HOST}/"),
        "URL_NOTE": "" if found.url else "   # <- write your site's address here; until then no mail is sent",
        "LANGUAGE": language,
        "ZONE": zone,
        "AUTHOR": _author(found),
        "DESCRIPTION": f"  description: {_quoted(found.description)}\n" if found.description else "",
        "OUTPUT": found.output,
        "WEEKLY": _quoted(weekly),
        "MAIL_ZONE": "Asia/Tokyo" if japanese and zone == "UTC" else zone,
    }
    text = _TEMPLATE
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _author(found: Survey) -> str:
    if found.author is None:
        return '  # author: {name: "編集部", email: editor@example.com}\n'
    email = f", email: {_quoted(found.author.email)}" if found.author.email else ""
    return f"  author: {{name: {_quoted(found.author.name)}{email}}}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _reads_japanese(folder: Path, found: Survey) -> bool:
    posts = sorted((folder / found.content).rglob("*.md"), reverse=True)[:3]
    return any(_KANA.search(_head(path)) for path in posts)


def _head(path: Path) -> str:
    with path.open("rb") as handle:
        return handle.read(_SAMPLE_BYTES).decode("utf-8", errors="replace")


_TEMPLATE = """\
# Publisher's settings for this site. All keys: docs/reference/config.md
# Paths are relative to the site's folder. Found here: a site of the kind "@ENGINE@".

site:
  title: @TITLE@
  url: @URL@@URL_NOTE@
  language: @LANGUAGE@
  timezone: @ZONE@      # of dates that name none
@DESCRIPTION@@AUTHOR@  # address: "..."       # your postal address, at the foot of every mail

content:
  engine: @ENGINE@       # jekyll, hugo or plain

feeds:
  output: @OUTPUT@        # where your site is served from; run 'publisher build' after your engine
  formats: [rss, atom]   # json, too, if you like
  limit: 20              # entries in a feed
  content: full          # or summary
  by: [category]         # a feed for each category, beside the site's own

# categories:            # the name of a category in its feed's path, where it is not to be its own
#   投資分析: investment-analysis

newsletters:
  weekly:
    title: @WEEKLY@
    # from: "編集部 <news@example.com>"   # needed before any mail is sent
    # reply_to: editor@example.com
    schedules: {weekly: "mon 09:00"}
    timezone: @MAIL_ZONE@
    categories: all

# mail:
#   transport: smtp://mail.example.com:587
#   user: news@example.com
#   password_file: smtp-password    # relative to this file's folder; keep it out of version control
"""
