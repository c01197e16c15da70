"""What the templates of mails are given."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from publisher.mail.images import MailImage
from publisher.model.field import FieldValue
from publisher.model.post import Author
from publisher.model.site import Site
from publisher.struct import Struct, field


class Note(StrEnum):
    """The mails that are about a subscription, and bring no post."""

    CONFIRM = "confirm"
    KNOWN = "known"
    PREFERENCES = "preferences"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    HELP = "help"
    CHOICES = "choices"


class ByMail(Struct, frozen=True):
    """What a reader can do by a mail that `url` opens: `kind` is `subscribe`, to the newsletter with this `title`,
    `preferences` or `unsubscribe`."""

    kind: str
    title: str
    url: str


class NoticeKind(StrEnum):
    """What an editor is told of."""

    MISSED = "missed"
    APPROVE = "approve"
    APPROVE_TOO = "approve_too"
    BURST = "burst"


class Notice(Struct, frozen=True):
    """A mail to an editor: its words stand in `words.notices` of a language, filled in with `values`, plain text.

    `url` is where they can do something about it, absolute; None where there is no such place.
    """

    kind: NoticeKind
    values: Mapping[str, str]
    url: str | None = None


class MailPost(Struct, frozen=True):
    """One post in a mail.

    `url` is absolute and percent-encoded; `summary` plain text; `html` the whole content, sanitised, links
    absolute, None where only the summary is wanted; `published` aware and in the newsletter's zone. `minutes` is how
    long it takes to read. `language` is a BCP 47 tag where the post gives one. `subject` is the mail's where the post
    is alone in it, empty for none; `intro` are the paragraphs that stand above it, each its lines, plain text.
    """

    title: str
    url: str
    summary: str
    html: str | None
    published: datetime
    categories: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    image: MailImage | None = None
    minutes: int = 1
    anchor: str = ""
    language: str | None = None
    subject: str = ""
    intro: tuple[tuple[str, ...], ...] = ()


class Group(Struct, frozen=True):
    """The posts of a digest under one heading; `category` is empty for posts that have none."""

    category: str
    posts: tuple[MailPost, ...]


class Opening(Struct, frozen=True):
    """What the editor writes at the head of a digest, once as safe HTML with absolute addresses, once as plain text.

    `subject` replaces the mail's, empty for none.
    """

    html: str
    text: str
    subject: str = ""


class Latest(Struct, frozen=True):
    """A newsletter's latest issue, as a welcome shows it: titles that lead to its posts.

    `page_url` is where it is read on the web, None where it has no page.
    """

    posts: tuple[MailPost, ...]
    page_url: str | None = None


class Named(Struct, frozen=True):
    """The newsletter a mail goes out under."""

    name: str
    title: str


class Look(Struct, frozen=True):
    """What the settings say of a mail's looks.

    `logo` is an absolute address; `accent` a colour on the light ground, `accent_dark` on the dark one; `footer` and
    `address`, the postal one, are lines of plain text; `sender` is who it is from, in words.
    """

    accent: str
    accent_dark: str
    logo: str | None = None
    footer: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    sender: str = ""


class Edition(Struct, frozen=True):
    """What templates know as `issue`; `date` is aware and in the newsletter's zone, `url` its page on the web."""

    number: int | None = None
    date: datetime | None = None
    url: str | None = None


class Frame(Struct, frozen=True):
    """What all that a mail says of posts stands in.

    `newsletter` is None in a mail to people who subscribed to nothing. `by_mail` is whether readers write mails in the
    place of pages, and `ways` what they may write. `subject` and `preheader` are templates that replace the packaged
    ones. `fields` are the site's own of readers, by name, each with a value to try.
    """

    site: Site
    newsletter: Named | None
    look: Look
    language: str
    issue: Edition = Edition()
    subject: str | None = None
    preheader: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    by_mail: bool = False
    ways: tuple[ByMail, ...] = ()
