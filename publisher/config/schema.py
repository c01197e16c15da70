"""The keys of `config.yaml`, their types and defaults. docs/reference/config.md is tested against this."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from publisher.core.schedules import parse_schedule
from publisher.core.words import LANGUAGE
from publisher.model.newsletter import Frequency

_HEADER_BREAKERS = re.compile("[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _one_line(text: str) -> str:
    if _HEADER_BREAKERS.search(text):
        raise ValueError("must be one line, without control or text-direction characters")
    return text


def _absolute(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an absolute address such as https://example.com/")
    if parts.query or parts.fragment:
        raise ValueError("must be an address without '?' and '#'")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no time zone: write an IANA name such as Asia/Tokyo") from error
    return text


def output_path(text: str) -> str:
    """A path below the output folder; ValueError where it is none."""
    if text.startswith("/") or ".." in text.split("/") or "\\" in text or not text.strip():
        raise ValueError("must be a path inside the output folder, without '..'")
    return _one_line(text)


def _place(text: str) -> str:
    """A path that may lead anywhere."""
    if text.startswith("~"):
        # Only a shell knows it; a folder of that name would be made.
        raise ValueError("'~' is a shell's word and not understood here: write the path itself")
    return text


def category_path(text: str) -> str:
    """What stands for a category in paths, also as another program spells it: `Market News`, `C++`, `a/b`.

    ValueError where it would lead elsewhere.
    """
    if not {"", ".", ".."}.isdisjoint(step.strip() for step in text.split("/")) or "\\" in text:
        raise ValueError("must be a path without '..', without a slash at its start or end")
    return _one_line(text)


def _all_or_list(value: Any) -> Any:
    if value == "all":
        return None
    if not isinstance(value, list) or not value:
        raise ValueError("must be 'all' or a list of category names")
    return value


def _schedules(texts: dict[str, str]) -> dict[str, str]:
    faults = [] if texts else ["needs at least one of: " + ", ".join(Frequency)]
    for name, text in texts.items():
        try:
            parse_schedule(Frequency(name), text)
        except ValueError as error:
            faults.append(str(error) if name in set(Frequency) else f"{name!r} is none of {', '.join(Frequency)}")
    if faults:
        raise ValueError("; ".join(faults))
    return texts


def _transport(text: str) -> str:
    if re.fullmatch(r"maildir:.+|console:", text):
        _place(text.removeprefix("maildir:"))
        return text
    if "@" in text:
        raise ValueError("must not hold a name or password: use user and password_file")
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("smtp", "smtps") and parts.port != 0 and not (parts.query or parts.fragment)
        host = re.fullmatch(r"[\w.:-]*\w", parts.hostname or "") and ".." not in (parts.hostname or "")
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error
    if not (known and host and parts.path in ("", "/")):
        raise ValueError(f"{text!r} is none of smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH, console:")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(_absolute)]
Zone = Annotated[str, AfterValidator(_zone)]
Location = Annotated[str, AfterValidator(_place)]
Inside = Annotated[str, AfterValidator(output_path)]
Slug = Annotated[str, AfterValidator(category_path)]


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise ValueError(f"{text!r} is no language: write a tag such as ja or en-GB")
    return text


def _mailbox(text: str) -> str:
    bare = text.rpartition("<")[2].rstrip(">") if text.endswith(">") else text
    if not re.fullmatch(r'("[^"]+"|[^@\s<>"]+)@[^@\s<>]+\.[^@\s<>.]+', bare):
        raise ValueError(f"{text!r} is no mailbox: write news@example.com or 編集部 <news@example.com>")
    return text


Mailbox = Annotated[Line, AfterValidator(_mailbox)]
Language = Annotated[str, AfterValidator(_language)]


def _empty(value: Any) -> Any:
    """A section whose keys are all commented out is null to YAML, and says nothing."""
    return {} if value is None else value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _with_keys(cls, value: Any) -> Any:
        return _empty(value)


class AuthorConfig(_Section):
    """`site.author`."""

    name: Line
    email: Mailbox | None = None


class SiteConfig(_Section):
    """`site`: what feeds and mails say of it; what is left out comes from the engine's own settings."""

    title: Line | None = None
    url: Address | None = None
    language: Language | None = None
    timezone: Zone | None = None
    author: AuthorConfig | None = None
    description: str | None = None
    icon: Address | None = None
    logo: Address | None = None
    address: str | None = None


class ContentConfig(_Section):
    """`content`: where posts are and how they are read."""

    path: Location | None = None
    engine: Literal["auto", "jekyll", "hugo", "pelican", "eleventy", "zola", "plain"] = "auto"
    permalink: Line | None = None
    source: Literal["markdown", "built"] = "markdown"


class PathsConfig(_Section):
    """`feeds.paths`: where each feed lies below the output folder; `{slug}` is the category's."""

    rss: Inside = "feed.xml"
    atom: Inside = "atom.xml"
    json_: Inside = Field(default="feed.json", alias="json")
    category_rss: Inside = "category/{slug}/feed.xml"
    category_atom: Inside = "category/{slug}/atom.xml"
    category_json: Inside = "category/{slug}/feed.json"

    @model_validator(mode="after")
    def _one_file_each(self) -> "PathsConfig":
        for name in ("category_rss", "category_atom", "category_json"):
            if getattr(self, name).count("{slug}") != 1:
                raise ValueError(f"{name} must hold {{slug}} once, or all categories would share one file")
        return self


class FeedsConfig(_Section):
    """`feeds`: which feeds are written, and where."""

    output: Location | None = None
    formats: list[Literal["rss", "atom", "json"]] = Field(default=["rss", "atom"], min_length=1)
    limit: int = Field(default=20, ge=1, le=10_000)
    content: Literal["full", "summary"] = "full"
    by: list[Literal["category"]] = ["category"]
    hub: Address | None = None
    paths: PathsConfig = Field(default_factory=PathsConfig)

    @model_validator(mode="after")
    def _distinct(self) -> "FeedsConfig":
        # Of the formats that are written alone: a site whose one feed is Atom may have it at feed.xml.
        paths = self.paths.model_dump(by_alias=True)
        used = [paths[name] for format_ in set(self.formats) for name in (format_, f"category_{format_}")]
        if len(set(used)) < len(used):
            raise ValueError("paths: two feeds would be written to one path")
        return self


class NewsletterConfig(_Section):
    """`newsletters.NAME`."""

    title: Line
    from_: Mailbox | None = Field(default=None, alias="from")
    reply_to: Mailbox | None = None
    subject: Line | None = None
    schedules: Annotated[dict[str, str], AfterValidator(_schedules)]
    timezone: Zone | None = None
    categories: Annotated[list[Line] | None, BeforeValidator(_all_or_list)] = None
    languages: list[Language] = []
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "digest"
    catch_up: Literal["latest"] = "latest"


class MailConfig(_Section):
    """`mail`: how mail leaves. Either `transport`, or `host` and `port`."""

    transport: Annotated[str, AfterValidator(_transport)] | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str | None = None
    password_file: Location | None = None
    tls: bool | None = None
    connections: int = Field(default=1, ge=1, le=50)
    return_path: Mailbox | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "MailConfig":
        if self.transport and (self.host or self.port):
            raise ValueError("give either transport, or host and port, not both")
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file go together")
        return self


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]


def _sqlite(text: str) -> str:
    if not text.startswith("sqlite:///") or text == "sqlite:///":
        raise ValueError("must be sqlite:///FILE, the file relative to the config's folder")
    _place(text.removeprefix("sqlite:///"))
    return text


class Schema(_Section):
    """The whole file."""

    site: SiteConfig = SiteConfig()
    content: ContentConfig = ContentConfig()
    feeds: FeedsConfig = FeedsConfig()
    categories: Annotated[dict[str, Slug], BeforeValidator(_empty)] = {}
    newsletters: Annotated[dict[Name, NewsletterConfig], BeforeValidator(_empty)] = {}
    mail: MailConfig = Field(default_factory=MailConfig)
    database: Annotated[str, AfterValidator(_sqlite)] = "sqlite:///publisher.db"


SECTIONS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Schema,
    ("site",): SiteConfig,
    ("site", "author"): AuthorConfig,
    ("content",): ContentConfig,
    ("feeds",): FeedsConfig,
    ("feeds", "paths"): PathsConfig,
    ("newsletters", "*"): NewsletterConfig,
    ("mail",): MailConfig,
}
"""Every section of the file; `*` stands for a newsletter's name."""


def keys_of(section: tuple[str, ...]) -> list[str]:
    """The keys that may stand in `section`, as written in the file; [] where it is free or unknown."""
    if len(section) == 2 and section[0] == "newsletters":
        section = ("newsletters", "*")
    model = SECTIONS.get(section)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []
