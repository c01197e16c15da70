"""The words of what people see of feeds, by language: the page, the style sheet and the list of subscriptions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.errors import TemplateError
from publisher.packaged import templates
from publisher.struct import Struct


class Words(Struct, frozen=True):
    """What `feed/LANG.json` holds, all of it text; what stands in braces is filled in where it is shown."""

    title: str
    intro: str
    site: str
    category: str
    tag: str
    author: str
    language: str
    section: str
    custom: str
    address: str
    to_copy: str
    copied: str
    formats: str
    post: str
    posts: str
    no_posts: str
    newest: str
    mail: str
    mail_intro: str
    mail_button: str
    mail_subject: str
    mail_page: str
    mail_page_button: str
    mail_of: str
    all: str
    opml: str
    home: str
    notice: str
    notice_page: str
    issue: str
    issues: str
    issues_of: str
    issues_intro: str
    issue_before: str
    issue_after: str
    issue_others: str
    issue_in: str
    issue_other: str
    issue_more: str
    issue_contents: str
    apart: str


def words(language: str, overrides: Path | None) -> tuple[str, Words]:
    """The nearest language that there are words in, ja-JP, ja, then en, and its words; raises TemplateError.

    The site's own file goes before the packaged one, which lends it what it leaves out; English lends the rest.
    """
    tongue, files = _nearest(language, overrides)
    values: dict[str, Any] = {}
    for file in (templates() / "feed/en.json", *files):
        values |= _read(file)
    return tongue, Words(**values)


def _nearest(language: str, overrides: Path | None) -> tuple[str, list[Path]]:
    for tongue in (language, language.split("-")[0]):
        if files := list(_files(tongue, overrides)):
            return tongue, files
    return "en", list(_files("en", overrides))


def _files(tongue: str, overrides: Path | None) -> Iterator[Path]:
    for folder in (templates(), overrides):
        if folder and (file := folder / f"feed/{tongue}.json").is_file():
            yield file


def _read(file: Path) -> dict[str, str]:
    name = f"feed/{file.name}"
    try:
        values = json.loads(file.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise TemplateError(name, error.lineno, error.msg) from error
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise TemplateError(name, 0, str(error)) from error
    if not isinstance(values, dict):
        raise TemplateError(name, 0, "must be a mapping of names to texts")
    for key, value in values.items():
        if key not in Words.__struct_fields__:
            raise TemplateError(name, 0, f"unknown name {key!r}; known are {', '.join(Words.__struct_fields__)}")
        if not isinstance(value, str):
            raise TemplateError(name, 0, f"{key!r} must be a text")
        _require_fillable(name, key, value)
    return values


def _require_fillable(name: str, key: str, value: str) -> None:
    try:
        value.format(site="", feed="", count=0, page="", number=0, newsletter="")
    except (LookupError, ValueError, AttributeError) as error:
        raise TemplateError(name, 0, f"{key!r}: its braces cannot be filled in: {error}") from error
