"""Issues and their figures."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from publisher.jobs.issue import Overview, overview_of, overview_page
from publisher.model.mailing import DeliveryStatus, IssueKind, IssueStatus
from publisher.web.api.callers import IssuesReader, Site
from publisher.web.api.description import may
from publisher.web.api.gate import ledger
from publisher.web.api.problems import Kind
from publisher.web.api.shapes import Id, Moment, NewsletterName, Page, Paged, Shape, examples

router = APIRouter(tags=["issues"])


class Figures(Shape):
    """How many mails are in which state; `sent` is taken by the next server, no more."""

    planned: int
    attempting: int
    sent: int
    deferred: int
    failed: int
    suppressed: int
    cancelled: int
    unknown: int


class IssueShape(Shape):
    """One mailing. `newsletter` is null where it goes to addresses."""

    model_config = examples(
        {
            "id": 12,
            "newsletter": "weekly",
            "number": 7,
            "title": "みどりの便り",
            "kind": "digest",
            "status": "done",
            "reason": "",
            "period": "weekly/weekly/Asia~Tokyo/2026-11-30T09:00",
            "created_at": "2026-11-30T00:00:04Z",
            "starts_at": None,
            "audience": "",
            "page_url": "https://midori.example/newsletters/weekly/7/",
            "counts": {status.value: 1200 if status is DeliveryStatus.SENT else 0 for status in DeliveryStatus},
        }
    )

    id: int
    newsletter: str | None
    number: Annotated[int | None, Field(description="What its readers call it.")]
    title: Annotated[str, Field(description="Of the newsletter, as it was then.")]
    kind: IssueKind
    status: IssueStatus
    reason: Annotated[str, Field(description="Why it is in that state, empty where nothing is to be said.")]
    period: str | None
    created_at: Moment
    starts_at: Moment | None
    audience: Annotated[str, Field(description="To which of the newsletter's readers, empty for all.")]
    page_url: str | None
    counts: Figures


class IssueWithPosts(IssueShape):
    """One mailing with the ids of its posts."""

    posts: list[str]


class IssuePage(Page[IssueShape]):
    """Some issues."""


class IssuesAsked(Paged):
    """Which issues."""

    newsletter: NewsletterName | None = None
    status: IssueStatus | None = None


@router.get("/issues", operation_id="listIssues", summary="Issues, newest first")
def list_issues(asked: Annotated[IssuesAsked, Query()], site: Site, _key: IssuesReader) -> IssuePage:
    """Without letters to single readers, such as to confirm a sign-up."""
    with ledger(site) as store:
        found = overview_page(
            store, newsletter=asked.newsletter, status=asked.status, before=asked.cursor, most=asked.limit + 1
        )
    shown = found[: asked.limit]
    more = shown[-1].issue.id if len(found) > asked.limit else None
    return IssuePage(data=[IssueShape(**issue_of(one)) for one in shown], next=more)


@router.get("/issues/{issue_id}", operation_id="getIssue", summary="One issue", responses=may(Kind.NOT_FOUND))
def get_issue(issue_id: Id, site: Site, _key: IssuesReader) -> IssueWithPosts:
    """With the ids of its posts, in the order of its mails."""
    with ledger(site) as store:
        found, posts = overview_of(store, issue_id)
    return IssueWithPosts(**issue_of(found), posts=posts)


def issue_of(found: Overview) -> dict[str, Any]:
    """What the API says of an issue."""
    issue = found.issue
    names = ("id", "newsletter", "number", "kind", "status", "reason", "period", "created_at", "starts_at", "audience")
    figures = Figures(**{status.value: found.counts.get(status, 0) for status in DeliveryStatus})
    own = {name: getattr(issue, name) for name in (*names, "page_url")}
    return {**own, "title": issue.list_title, "counts": figures}
