"""The settings as plain values. config.schema checks them; this needs neither it nor pydantic to be imported."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

from publisher.config.mail_settings import MailSettings, OwnMailSettings, mail_settings, own_mail_settings
from publisher.config.measures import span
from publisher.model.field import Field, FieldType
from publisher.struct import Struct


class AuthorSettings(Struct, frozen=True):
    """`site.author`."""

    name: str
    email: str | None


class SiteSettings(Struct, frozen=True):
    """`site`; None where the engine's own settings count."""

    title: str | None
    url: str | None
    language: str | None
    timezone: str | None
    author: AuthorSettings | None
    description: str | None
    icon: str | None
    logo: str | None
    address: str | None


class ContentSettings(Struct, frozen=True):
    """`content`."""

    path: str | None
    engine: str
    permalink: str | None
    source: str


class CustomSettings(Struct, frozen=True):
    """`feeds.custom.NAME`; None where `feeds` itself counts. `where` is a rule as core.rules reads it."""

    title: str
    description: str | None
    where: Mapping[str, Any]
    formats: Sequence[str] | None
    limit: int | None
    content: str | None
    paths: Mapping[str, str | None]


class OwnerSettings(Struct, frozen=True):
    """`feeds.podcast.owner`."""

    name: str
    email: str


class PodcastSettings(Struct, frozen=True):
    """`feeds.podcast`; `categories` as Apple writes them, `Business/Investing`."""

    categories: Sequence[str]
    image: str
    explicit: bool
    kind: str
    author: str | None
    owner: OwnerSettings


class FeedsSettings(Struct, frozen=True):
    """`feeds`; `paths` are patterns by format, those of categories as `category_rss` and so on.

    `content` is one word for all feeds, or one for each kind that has another than `full`. `redirects` lead from
    paths where feeds once were to those where they are.
    """

    output: str | None
    formats: Sequence[str]
    limit: int
    content: str | Mapping[str, str]
    by: Sequence[str]
    custom: Mapping[str, CustomSettings]
    hub: str | None
    archive: bool
    podcast: PodcastSettings | None
    redirects: Mapping[str, str]
    paths: Mapping[str, str]


class UtmSettings(Struct, frozen=True):
    """`newsletters.NAME.utm`."""

    source: str
    medium: str
    campaign: str | None


class NewsletterSettings(Struct, frozen=True):
    """`newsletters.NAME`; `categories` None for all, `mail` where it is all the site's."""

    title: str
    from_: str | None
    reply_to: str | None
    editor: str | None
    approve: bool
    welcome: str
    subject: str | None
    preheader: str | None
    logo: str | None
    accent: str | None
    footer: str | None
    images: str
    utm: UtmSettings | None
    start: str | None
    end: str | None
    quiet: Sequence[str]
    exclude: Sequence[str]
    schedules: Mapping[str, str]
    timezone: str | None
    at: str
    categories: Sequence[str] | None
    languages: Sequence[str]
    template: str
    catch_up: str
    max_age: str | None
    hold: str | None
    reach: str
    min_posts: int
    max_posts: int | None
    archive: bool
    mail: OwnMailSettings | None


class HookSettings(Struct, frozen=True):
    """`hooks.NAME`; `events` empty for all kinds, `secret_file` relative to home."""

    url: str
    secret_file: str
    events: Sequence[str]


class SignUpSettings(Struct, frozen=True):
    """`web.sign_up`; `from_` None stands for the newsletter's own sender, `wording` None for the packaged words.

    `per_ip` are sign-ups an hour from one address of the net, `per_domain` mails an hour to one domain of readers;
    from `burst` sign-ups an hour on the operator hears of it. `disposable` is a file relative to home.
    """

    from_: str | None
    expires: timedelta
    wording: str | None
    ip: str
    per_ip: int
    per_domain: int
    burst: int
    disposable: str | None
    check_mx: bool


class WebSettings(Struct, frozen=True):
    """`web`; `url` is where the world finds it, `listen` HOST:PORT.

    `secret_file`, relative to home, holds the keys that addresses in mails are signed with. `trusted_proxies` are
    networks whose X-Forwarded-For is believed; pages of `origins` may post to us, those of `frames` hold our pages.
    """

    url: str | None
    listen: str
    secret_file: str | None
    trusted_proxies: Sequence[str]
    origins: Sequence[str]
    frames: Sequence[str]
    sign_up: SignUpSettings


class Settings(Struct, frozen=True):
    """The whole file."""

    site: SiteSettings
    content: ContentSettings
    feeds: FeedsSettings
    categories: Mapping[str, str]
    newsletters: Mapping[str, NewsletterSettings]
    fields: Mapping[str, Field]
    hooks: Mapping[str, HookSettings]
    mail: MailSettings
    web: WebSettings
    database: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The settings of checked values, as config.schema dumps them: every key is there, by its name in the file."""
        site = dict(values["site"])
        author = site.pop("author")
        return cls(
            site=SiteSettings(author=AuthorSettings(**author) if author else None, **site),
            content=ContentSettings(**values["content"]),
            feeds=_feeds(**values["feeds"]),
            categories=values["categories"],
            newsletters={name: _newsletter(**one) for name, one in values["newsletters"].items()},
            fields={name: _field(name, **one) for name, one in values["fields"].items()},
            hooks={name: HookSettings(**one) for name, one in values["hooks"].items()},
            mail=mail_settings(**values["mail"]),
            web=_web(**values["web"]),
            database=values["database"],
        )


def _feeds(**values: Any) -> FeedsSettings:
    custom = {name: CustomSettings(**one) for name, one in values.pop("custom").items()}
    podcast = values.pop("podcast")
    return FeedsSettings(custom=custom, podcast=_podcast(**podcast) if podcast else None, **values)


def _podcast(**values: Any) -> PodcastSettings:
    owner = values.pop("owner")
    return PodcastSettings(owner=OwnerSettings(**owner), **values)


def _field(name: str, *, type: str, label: str | None, choices: Sequence[str]) -> Field:
    return Field(name, FieldType(type), label or name, tuple(choices))


def _web(*, sign_up: Mapping[str, Any], **values: Any) -> WebSettings:
    own = dict(sign_up)
    return WebSettings(sign_up=SignUpSettings(from_=own.pop("from"), expires=span(own.pop("expires")), **own), **values)


def _newsletter(**values: Any) -> NewsletterSettings:
    utm, mail = values.pop("utm"), values.pop("mail")
    return NewsletterSettings(
        from_=values.pop("from"),
        utm=UtmSettings(**utm) if utm else None,
        mail=own_mail_settings(**mail) if mail else None,
        **values,
    )
