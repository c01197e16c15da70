"""The keys of `config.yaml`, their types and defaults. docs/reference/config.md is tested against this."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from publisher.config.feeds_schema import (
    CustomConfig,
    CustomPathsConfig,
    FeedsConfig,
    OwnerConfig,
    PathsConfig,
    PodcastConfig,
)
from publisher.config.fields import (
    Address,
    Language,
    Line,
    Location,
    Mailbox,
    Name,
    Root,
    Section,
    Slug,
    Zone,
    empty,
    place,
)
from publisher.config.mail_schema import DkimConfig, UtmConfig, colour
from publisher.core.schedules import parse_schedule
from publisher.model.newsletter import Frequency


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
        place(text.removeprefix("maildir:"))
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


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is no HOST:PORT, such as 127.0.0.1:8080")
    return text


class AuthorConfig(Section):
    """`site.author`."""

    name: Line
    email: Mailbox | None = None


class SiteConfig(Section):
    """`site`: what feeds and mails say of it; what is left out comes from the engine's own settings."""

    title: Line | None = None
    url: Root | None = None
    language: Language | None = None
    timezone: Zone | None = None
    author: AuthorConfig | None = None
    description: str | None = None
    icon: Address | None = None
    logo: Address | None = None
    address: str | None = None


class ContentConfig(Section):
    """`content`: where posts are and how they are read."""

    path: Location | None = None
    engine: Literal["auto", "jekyll", "hugo", "pelican", "eleventy", "zola", "plain"] = "auto"
    permalink: Line | None = None
    source: Literal["markdown", "built"] = "markdown"


class NewsletterConfig(Section):
    """`newsletters.NAME`."""

    title: Line
    from_: Mailbox | None = Field(default=None, alias="from")
    reply_to: Mailbox | None = None
    subject: Line | None = None
    preheader: Line | None = None
    logo: Address | None = None
    accent: Annotated[str, AfterValidator(colour)] | None = None
    footer: str | None = None
    images: Literal["linked", "attached"] = "linked"
    utm: UtmConfig | None = None
    schedules: Annotated[dict[str, str], AfterValidator(_schedules)]
    timezone: Zone | None = None
    categories: Annotated[list[Line] | None, BeforeValidator(_all_or_list)] = None
    languages: list[Language] = Field(default=[])
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "digest"
    catch_up: Literal["latest"] = "latest"


class MailConfig(Section):
    """`mail`: how mail leaves. Either `transport`, or `host` and `port`."""

    transport: Annotated[str, AfterValidator(_transport)] | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str | None = None
    password_file: Location | None = None
    tls: bool | None = None
    connections: int = Field(default=1, ge=1, le=50)
    return_path: Mailbox | None = None
    dkim: DkimConfig | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "MailConfig":
        if self.transport and (self.host or self.port):
            raise ValueError("give either transport, or host and port, not both")
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file go together")
        return self


class WebConfig(Section):
    """`web`: what `publisher serve` listens to, and where the world finds it."""

    url: Root | None = None
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"


def _sqlite(text: str) -> str:
    if not text.startswith("sqlite:///") or text == "sqlite:///":
        raise ValueError("must be sqlite:///FILE, the file relative to the config's folder")
    place(text.removeprefix("sqlite:///"))
    return text


class Schema(Section):
    """The whole file."""

    site: SiteConfig = Field(default_factory=dict, validate_default=True)
    content: ContentConfig = Field(default_factory=dict, validate_default=True)
    feeds: FeedsConfig = Field(default_factory=dict, validate_default=True)
    categories: Annotated[dict[str, Slug], BeforeValidator(empty)] = Field(default={})
    newsletters: Annotated[dict[Name, NewsletterConfig], BeforeValidator(empty)] = Field(default={})
    mail: MailConfig = Field(default_factory=dict, validate_default=True)
    web: WebConfig = Field(default_factory=dict, validate_default=True)
    database: Annotated[str, AfterValidator(_sqlite)] = "sqlite:///publisher.db"


SECTIONS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Schema,
    ("site",): SiteConfig,
    ("site", "author"): AuthorConfig,
    ("content",): ContentConfig,
    ("feeds",): FeedsConfig,
    ("feeds", "paths"): PathsConfig,
    ("feeds", "custom", "*"): CustomConfig,
    ("feeds", "custom", "*", "paths"): CustomPathsConfig,
    ("feeds", "podcast"): PodcastConfig,
    ("feeds", "podcast", "owner"): OwnerConfig,
    ("newsletters", "*"): NewsletterConfig,
    ("newsletters", "*", "utm"): UtmConfig,
    ("mail",): MailConfig,
    ("mail", "dkim"): DkimConfig,
    ("web",): WebConfig,
}
"""Every section of the file; `*` stands for a newsletter's or a feed's name."""


def keys_of(section: tuple[str, ...]) -> list[str]:
    """The keys that may stand in `section`, as written in the file; [] where it is free or unknown."""
    model = next((model for names, model in SECTIONS.items() if _fits(names, section)), None)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _fits(names: tuple[str, ...], section: tuple[str, ...]) -> bool:
    return len(names) == len(section) and all(name in ("*", word) for name, word in zip(names, section, strict=True))
