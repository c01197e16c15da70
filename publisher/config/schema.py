"""The keys of `config.yaml`, their types and defaults. docs/reference/config.md is tested against this."""

import re
from typing import Annotated, Literal

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
    misplaced,
    place,
)
from publisher.config.hooks_schema import HookConfig
from publisher.config.mail_schema import (
    BoxConfig,
    DkimConfig,
    EventsConfig,
    LimitsConfig,
    MailConfig,
    MailgunConfig,
    OwnMailConfig,
    PostmarkConfig,
    SendgridConfig,
    SesConfig,
)
from publisher.config.mail_settings import OF_ONE_SERVER
from publisher.config.newsletter_schema import NewsletterConfig, UtmConfig
from publisher.config.own_fields_schema import OwnFieldConfig, OwnFieldName
from publisher.config.server_schema import ServerConfig, WarmUpConfig, unusable_auth
from publisher.config.web_schema import SignUpConfig, WebConfig


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


def _sqlite(text: str) -> str:
    file, mark, query = text.removeprefix("sqlite:///").partition("?")
    if not text.startswith("sqlite:///") or not file:
        raise ValueError("must be sqlite:///FILE, the file relative to the config's folder")
    if mark and not re.fullmatch("synchronous=(full|normal)", query, re.IGNORECASE):
        raise ValueError(f"'?{query}' is neither ?synchronous=FULL nor ?synchronous=NORMAL")
    place(file)
    return text


class Schema(Section):
    """The whole file."""

    site: SiteConfig = Field(default_factory=dict, validate_default=True)
    content: ContentConfig = Field(default_factory=dict, validate_default=True)
    feeds: FeedsConfig = Field(default_factory=dict, validate_default=True)
    categories: Annotated[dict[str, Slug], BeforeValidator(empty)] = Field(default={})
    newsletters: Annotated[dict[Name, NewsletterConfig], BeforeValidator(empty)] = Field(default={})
    fields: Annotated[dict[OwnFieldName, OwnFieldConfig], BeforeValidator(empty)] = Field(default={})
    hooks: Annotated[dict[Name, HookConfig], BeforeValidator(empty)] = Field(default={})
    mail: MailConfig = Field(default_factory=dict, validate_default=True)
    web: WebConfig = Field(default_factory=dict, validate_default=True)
    database: Annotated[str, AfterValidator(_sqlite)] = "sqlite:///publisher.db"

    @model_validator(mode="after")
    def _ways_fit(self) -> "Schema":
        own = {name: newsletter.mail for name, newsletter in self.newsletters.items() if newsletter.mail}
        faults = {
            ("newsletters", name, "mail", *path): told
            for name, mail in own.items()
            for path, told in _unfit(mail, self.mail).items()
        }
        misplaced("newsletters", faults)
        return self


def _unfit(own: OwnMailConfig, site: MailConfig) -> dict[tuple[str, ...], str]:
    """What a newsletter's `mail` says that means nothing beside the site's."""
    if own.names_a_server:
        return unusable_auth(own.auth, own.user, tls=own.tls)
    if site.servers:
        told = "is of which server? mail.servers are the site's: name this newsletter's own, by transport or servers"
        return {(key,): told for key in own.given(*OF_ONE_SERVER)}
    tls = site.tls if own.tls is None else own.tls
    return unusable_auth(own.auth or site.auth, own.user or site.user, tls=tls)


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
    ("newsletters", "*", "mail"): OwnMailConfig,
    ("newsletters", "*", "mail", "servers", "*"): ServerConfig,
    ("newsletters", "*", "mail", "servers", "*", "warm_up"): WarmUpConfig,
    ("newsletters", "*", "mail", "warm_up"): WarmUpConfig,
    ("newsletters", "*", "mail", "dkim"): DkimConfig,
    ("fields", "*"): OwnFieldConfig,
    ("hooks", "*"): HookConfig,
    ("mail",): MailConfig,
    ("mail", "servers", "*"): ServerConfig,
    ("mail", "servers", "*", "warm_up"): WarmUpConfig,
    ("mail", "warm_up"): WarmUpConfig,
    ("mail", "limits"): LimitsConfig,
    ("mail", "bounces"): BoxConfig,
    ("mail", "events"): EventsConfig,
    ("mail", "events", "ses"): SesConfig,
    ("mail", "events", "postmark"): PostmarkConfig,
    ("mail", "events", "mailgun"): MailgunConfig,
    ("mail", "events", "sendgrid"): SendgridConfig,
    ("mail", "dkim"): DkimConfig,
    ("web",): WebConfig,
    ("web", "sign_up"): SignUpConfig,
}
"""Every section of the file; `*` stands for a newsletter's or a feed's name."""


def keys_of(section: tuple[str, ...]) -> list[str]:
    """The keys that may stand in `section`, as written in the file; [] where it is free or unknown."""
    model = next((model for names, model in SECTIONS.items() if _fits(names, section)), None)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _fits(names: tuple[str, ...], section: tuple[str, ...]) -> bool:
    return len(names) == len(section) and all(name in ("*", word) for name, word in zip(names, section, strict=True))
