"""Send one post, now or at a time: what leaves, leaves by the daemon."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import Field, StrictBool, model_validator

from publisher.app import App
from publisher.errors import ConfigError, ContentError, UsageError
from publisher.jobs.audience import Narrowing, Whom, have_left, require_meaning
from publisher.jobs.issue import overview_of
from publisher.jobs.library import Library
from publisher.jobs.order import known, order_of, place, post_of
from publisher.jobs.send import Order
from publisher.model.mailing import Issue
from publisher.model.newsletter import Newsletter
from publisher.store.engine import Store
from publisher.web.api.callers import Sender, Site
from publisher.web.api.description import may
from publisher.web.api.gate import ledger
from publisher.web.api.issues import IssueShape, issue_of
from publisher.web.api.problems import Kind, Place, ProblemError, invalid
from publisher.web.api.shapes import Line, NewsletterName, Sent, Shape, When, examples

router = APIRouter(tags=["send"])
_turn = Lock()
"""Posts are read, and mails rendered, for one at a time."""

_MOST_ADDRESSES = 100
_Email = Annotated[Line, Field(max_length=320)]


class SendAsked(Sent):
    """Which post to whom: to a newsletter's readers, all or some, or to addresses."""

    model_config = Sent.model_config | examples(
        {"post": "posts/味噌を仕込む.md", "newsletter": "weekly", "categories": ["庭"]},
        {"post": "tag:midori.example,2026-11-29:/味噌/", "newsletter": "weekly", "to": ["taro@example.jp"]},
    )

    post: Annotated[Line, Field(min_length=1, max_length=500, description="Its id, its file, or its address.")]
    newsletter: Annotated[NewsletterName, Field(description="Whose readers; for addresses, whose looks and sender.")]
    to: Annotated[
        list[Annotated[Line, Field(max_length=320)]] | None, Field(min_length=1, max_length=_MOST_ADDRESSES)
    ] = None
    categories: Annotated[
        list[Annotated[Line, Field(min_length=1, max_length=100)]],
        Field(max_length=50, description="Only readers who get one of these."),
    ] = Field(default=[])
    language: Annotated[Line | None, Field(max_length=35, description="Only readers whose mails are in this.")] = None
    again: Annotated[StrictBool, Field(description="Also to those who have had it.")] = False
    starts_at: Annotated[When | None, Field(description="Not now but then.")] = None

    @model_validator(mode="after")
    def _one_audience(self) -> "SendAsked":
        if self.to is not None and (self.categories or self.language):
            raise ValueError("categories and language choose among readers; to names addresses")
        return self


class SentShape(Shape):
    """The issue, null where nobody is left to send to: all have had it, or are suppressed."""

    issue: IssueShape | None


_NOT_MADE: dict[int | str, dict[str, Any]] = {
    200: {"model": SentShape, "description": "Nothing was made: it was before, or nobody is left."}
}

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="Of your making, another for each mailing. Who asks again with the same gets the same issue.",
        examples=["2026-11-30-miso"],
    ),
]


_Made = tuple[Issue | None, bool]
"""An issue, and whether it was made just now."""


@router.post(
    "/send",
    operation_id="send",
    summary="Send one post",
    status_code=201,
    responses={**_NOT_MADE, **may(Kind.NOT_FOUND, Kind.CONFLICT)},
)
def send(asked: SendAsked, idempotency_key: IdempotencyKey, response: Response, site: Site, key: Sender) -> SentShape:
    """Makes an issue, which the daemon sends, or the next `publisher deliver`.

    Who has had the post is left out. Where the newsletter wants its issues approved, this one waits for the editor.
    """
    newsletter = site.newsletter(asked.newsletter)
    with _told(), ledger(site) as store:
        order = order_of(store, key.id, idempotency_key, asked.model_dump_json().encode())
        issue, is_new = _before(store, order), False
        if issue is None:
            issue, is_new = _made(site, store, asked, newsletter, order)
        response.status_code = 201 if is_new else 200
        if issue is None:
            return SentShape(issue=None)
        overview, _ = overview_of(store, issue.id)
        return SentShape(issue=IssueShape(**issue_of(overview)))


def _made(site: App, store: Store, asked: SendAsked, newsletter: Newsletter, order: Order) -> _Made:
    if newsletter.approve and (asked.to or asked.starts_at):
        detail = f"Issues of {newsletter.name} wait for its editor: they go to its readers, when they are approved."
        raise ProblemError(Kind.CONFLICT, detail)
    whom = Whom(tuple(asked.to or ()), Narrowing(tuple(asked.categories), asked.language), again=asked.again)
    now = site.clock()
    if asked.starts_at is not None and asked.starts_at <= now:
        raise invalid("This is past.", pointer="#/starts_at")
    _require_addresses(site, whom, newsletter)
    _require_readers(store, whom, newsletter)
    site.ready(newsletter)

    def made(library: Library) -> _Made:
        desk = site.desk(library, newsletter)
        post = post_of(desk, asked.post)
        if post.published > (asked.starts_at or now):
            raise invalid("This post is not out by then.", pointer="#/post")
        before = _before(store, order)
        made = before or place(desk, store, post, whom, order, now=now, starts_at=asked.starts_at)
        return made, before is None and made is not None

    with _turn:
        return site.read(made)


def _before(store: Store, order: Order) -> Issue | None:
    found = known(store, order)
    if found is not None and found.asked_sha256 != order.sha256:
        raise invalid(f"Another request had this key: it made issue {found.id}.", parameter="Idempotency-Key")
    return found


def _require_addresses(site: App, whom: Whom, newsletter: Newsletter) -> None:
    try:
        require_meaning(whom, newsletter, site.config.settings.fields)
    except UsageError as error:
        raise invalid(error.message, pointer="#/to" if whom.to else "#/language") from error


def _require_readers(store: Store, whom: Whom, newsletter: Newsletter) -> None:
    """By hand a person is asked whether to mail somebody who has left: here there is none."""
    left = have_left(store, newsletter.name, whom.to)
    if left:
        words = f"has left {newsletter.name}"
        raise ProblemError(
            Kind.CONFLICT, f"{', '.join(left)} {words}.", [Place(f"{one} {words}", "#/to") for one in left]
        )


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with the post, or the settings, is for who may send."""
    try:
        yield
    except (ContentError, ConfigError) as error:
        raise ProblemError(Kind.CONFLICT, error.in_one_line()) from error
