"""`mail` and `newsletters.NAME.mail` in `config.yaml`; their servers are in config.server_schema."""

import base64
import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from publisher.config.fields import Line, Location, Mailbox, Number, Section, Span, Title, misplaced
from publisher.config.server_schema import Connections, WayConfig, is_server, unusable_auth

# RFC 6376 section 3.1: a selector is a sub-domain of ASCII labels.
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")


def _domain(text: str) -> str:
    if len(text) > 253 or not _DOMAIN.fullmatch(text):
        raise ValueError(f"{text!r} is no domain: write it as DNS has it, such as example.com or xn--wgv71a119e.jp")
    return text.lower()


def _imap(text: str) -> str:
    if "@" in text:
        raise ValueError("must not hold a name or password: use user and password_file")
    if not is_server(text, ("imap", "imaps")):
        raise ValueError(f"{text!r} is neither imaps://HOST nor imap://HOST")
    return text


def _topic(text: str) -> str:
    if not _TOPIC.fullmatch(text):
        raise ValueError(f"{text!r} is no topic: write its ARN, such as arn:aws:sns:us-east-1:123456789012:bounces")
    return text


def _key(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("is no key: copy the verification key that SendGrid shows, one line of base64") from error
    return text


def _basic(text: str) -> str:
    # RFC 7617 section 2: the first colon ends the name.
    if ":" in text:
        raise ValueError(f"{text!r} holds a colon, which no name of HTTP's Basic authentication can")
    return text


class DkimConfig(Section):
    """`mail.dkim`: one file of a private key for each selector."""

    domain: Annotated[str, AfterValidator(_domain)] | None = None
    keys: dict[Annotated[Line, Field(pattern=rf"^{_LABEL}(\.{_LABEL})*$", max_length=63)], Location]

    @model_validator(mode="after")
    def _signed(self) -> "DkimConfig":
        if not self.keys:
            raise ValueError("keys needs at least one SELECTOR: FILE; 'publisher mail keygen' makes them")
        return self


class LimitsConfig(Section):
    """`mail.limits`: from which share of bad news an issue is paused, in percent."""

    bounces: Annotated[Number, Field(ge=0, le=100)] = 5.0
    complaints: Annotated[Number, Field(ge=0, le=100)] = 0.1


class BoxConfig(Section):
    """`mail.bounces`: the mailbox that reports and readers' requests come to, a Maildir or one that IMAP reads."""

    address: Mailbox | None = None
    maildir: Location | None = None
    imap: Annotated[str, AfterValidator(_imap)] | None = None
    user: Title | None = None
    password_file: Location | None = None
    folder: Title = "INBOX"

    @model_validator(mode="after")
    def _one_box(self) -> "BoxConfig":
        if self.maildir and self.imap:
            raise ValueError("give either maildir or imap")
        if not (self.maildir or self.imap or self.address):
            raise ValueError("give either maildir or imap, or the address of what comes by a pipe")
        if self.imap and not (self.user and self.password_file):
            raise ValueError("imap needs user and password_file")
        if self.maildir:
            told = "belongs to imap: a Maildir is a folder of its own"
            misplaced("mail", {(k,): told for k in ("user", "password_file", "folder") if k in self.model_fields_set})
        return self


class SesConfig(Section):
    """`mail.events.ses`: Amazon SES, by way of SNS."""

    topics: list[Annotated[str, AfterValidator(_topic)]] = Field(min_length=1)


class PostmarkConfig(Section):
    """`mail.events.postmark`."""

    user: Annotated[Title, AfterValidator(_basic)]
    password_file: Location


class MailgunConfig(Section):
    """`mail.events.mailgun`."""

    key_file: Location


class SendgridConfig(Section):
    """`mail.events.sendgrid`."""

    public_key: Annotated[Title, AfterValidator(_key)]


class EventsConfig(Section):
    """`mail.events`: the providers whose webhooks `publisher serve` answers."""

    ses: SesConfig | None = None
    postmark: PostmarkConfig | None = None
    mailgun: MailgunConfig | None = None
    sendgrid: SendgridConfig | None = None


class OwnMailConfig(WayConfig):
    """`newsletters.NAME.mail`: what is other than in `mail` for this newsletter."""

    connections: Connections | None = None
    return_path: Mailbox | None = None
    verp: bool | None = None
    dkim: DkimConfig | None = None


class MailConfig(WayConfig):
    """`mail`: how mail leaves, and where it comes back to."""

    connections: Connections = 1
    return_path: Mailbox | None = None
    verp: bool = True
    dkim: DkimConfig | None = None
    give_up: Span = "72h"
    limits: LimitsConfig = Field(default_factory=dict, validate_default=True)
    bounces: BoxConfig | None = None
    events: EventsConfig = Field(default_factory=dict, validate_default=True)

    @model_validator(mode="after")
    def _can_log_in(self) -> "MailConfig":
        misplaced("mail", unusable_auth(self.auth, self.user, tls=self.tls))
        return self
