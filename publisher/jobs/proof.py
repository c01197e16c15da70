"""Proof: a mail as a sample reader gets it, with all that is to be said of it before it goes out."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from publisher.core.tags import TOKEN, attributes
from publisher.errors import Problem, Severity
from publisher.jobs.linted import findings
from publisher.jobs.mailing import Desk
from publisher.jobs.preview import Sample
from publisher.jobs.read_back import ReadBack, read_back
from publisher.mail import Finding, Found, Weight, weigh
from publisher.model.mailing import Picture, Variant
from publisher.struct import Struct


class MailKind(StrEnum):
    """The mails that a newsletter sends."""

    DIGEST = "digest"
    ONE_OFF = "one_off"
    CONFIRM = "confirm"
    WELCOME = "welcome"
    GOODBYE = "goodbye"


class Proof(Struct, frozen=True):
    """One mail to look at.

    `title` is the newsletter's, `sender` who the mail is from, `languages` are those it speaks. `data` is the message
    as it would be handed over. `stand_in` is whether nothing is new, and the newest posts show how it looks.
    `unreadable` are the posts that cannot be in it before they are mended. `pictures` are those that are here, by
    their addresses in the HTML.
    """

    kind: MailKind
    title: str
    sender: str
    language: str
    languages: tuple[str, ...]
    read: ReadBack
    data: bytes
    stand_in: bool
    unreadable: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    weight: Weight
    pictures: Mapping[str, Found | Picture]


def proof(desk: Desk, kind: MailKind, sample: Sample, data: bytes) -> Proof:
    """What there is to see of `sample` as the message `data` brings it. Raises TemplateError."""
    read, sender = read_back(data), sample.sheet.sender
    return Proof(
        kind=kind,
        title=desk.newsletter.title,
        sender=sender.name or sender.address.email,
        language=sample.variant.language,
        languages=desk.newsletter.languages or (desk.library.place.site.language,),
        read=read,
        data=data,
        stand_in=sample.stand_in,
        unreadable=tuple(one for one in desk.library.problems if one.severity is Severity.ERROR),
        findings=findings(desk, sample.variant, sample.note),
        weight=weigh(read.html),
        pictures=dict(_pictures(desk, read.html, sample.variant)),
    )


def _pictures(desk: Desk, html: str, variant: Variant) -> Iterator[tuple[str, Found | Picture]]:
    carried = {f"cid:{one.cid}": one for one in variant.rendered.pictures}
    images = (attributes(tag["attributes"]) for tag in TOKEN.finditer(html) if (tag["name"] or "").lower() == "img")
    for address in dict.fromkeys(values.get("src", "").strip() for values in images):
        here = carried.get(address) or desk.find(address)
        if here is not None:
            yield address, here
