"""Issues and the variants stored with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import check_issue
from publisher.errors import Conflict, NotFound, StoreBusy
from publisher.model.mailing import DeliveryStatus, Issue, IssueKind, IssueStatus, Picture, Rendered, Variant
from publisher.model.sign_up import LetterKind
from publisher.store.manifests import hashes
from publisher.store.tables import deliveries, issues, pictures, unsent, variant_pictures, variant_posts, variants
from publisher.struct import Struct

_head = issues.alias()
_of_edition = sa.select(sa.func.max(_head.c.number)).where(_head.c.edition == issues.c.edition).correlate(issues)
numbered = sa.func.coalesce(issues.c.number, _of_edition.scalar_subquery()).label("number")
"""What an issue is called: of each edition one row holds the number, as the database gives none twice."""
_whole = sa.select(*(numbered if column is issues.c.number else column for column in issues.c))


class Draft(Struct, frozen=True):
    """An issue to be made; `{number}` in `page_url` stands for its number. See `Period.edition`."""

    uid: str
    newsletter: str | None
    kind: IssueKind
    status: IssueStatus
    reason: str
    period: str | None
    sender: str
    reply_to: str | None
    list_title: str
    archive_url: str
    page_url: str | None
    at: datetime
    since: datetime | None
    urgent: bool = False
    starts_at: datetime | None = None
    audience: str = ""
    again: bool = False
    greets: str | None = None
    edition: str | None = None
    letter: LetterKind | None = None
    asked_sha256: str | None = None


def insert(connection: sa.Connection, draft: Draft, now: datetime) -> Issue:
    """Make the issue with its edition's number, else its newsletter's next; Conflict where its period has an issue.

    A skipped period takes no number and is of no edition: readers count what they got.
    """
    called, edition = None, None
    if draft.newsletter is not None and draft.status is not IssueStatus.SKIPPED:
        called, edition = next_number(connection, draft.newsletter, draft.edition), draft.edition
    is_later = edition is not None and of_edition(connection, edition) is not None
    values = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    values |= {"edition": edition, "number": None if is_later else called}
    if draft.page_url is not None:
        values["page_url"] = draft.page_url.replace("{number}", str(called))
    try:
        with connection.begin_nested():
            made = connection.execute(issues.insert().values(**values, created_at=now))
    except sa.exc.IntegrityError as error:
        if draft.period is not None and of_period(connection, draft.period) is not None:
            raise Conflict("issue of period", draft.period) from error
        raise StoreBusy(f"another process made issue {called} of {draft.newsletter} at this moment") from error
    assert made.inserted_primary_key is not None
    return get(connection, int(made.inserted_primary_key[0]))


def record_recipients(connection: sa.Connection, issue_id: int, recipients: int) -> Issue:
    """Note how many deliveries an issue has, once all are written; the issue."""
    connection.execute(issues.update().where(issues.c.id == issue_id).values(recipients=recipients))
    return get(connection, issue_id)


def next_number(
    connection: sa.Connection, newsletter: str, edition: str | None = None, planned: Mapping[str, int] | None = None
) -> int:
    """What a newsletter's next issue is called, from 1; as its edition is, where another zone had that.

    `planned` are editions that come before it, and their numbers.
    """
    ahead = planned or {}
    if edition is not None and edition in ahead:
        return ahead[edition]
    made = None if edition is None else of_edition(connection, edition)
    if made is not None and made.number is not None:
        return made.number
    top = sa.select(sa.func.max(issues.c.number)).where(issues.c.newsletter == newsletter)
    return max(connection.scalar(top) or 0, *ahead.values(), 0) + 1


def insert_variant(connection: sa.Connection, issue_id: int, variant: Variant) -> int:
    """Store a variant of an issue; its row's id."""
    rendered = variant.rendered
    made = connection.execute(
        variants.insert().values(
            issue_id=issue_id,
            key=variant.key,
            language=variant.language,
            marker=rendered.marker,
            subject=rendered.subject,
            preheader=rendered.preheader,
            html=rendered.html,
            text=rendered.text,
            **hashes(rendered),
        )
    )
    assert made.inserted_primary_key is not None
    variant_id = int(made.inserted_primary_key[0])
    rows = [
        {
            "variant_id": variant_id,
            "position": position,
            "post_id": post_id,
            "resend": variant.resent.get(post_id, ""),
        }
        for position, post_id in enumerate(variant.post_ids)
    ]
    if rows:
        connection.execute(variant_posts.insert(), rows)
    _insert_pictures(connection, issue_id, variant_id, rendered.pictures)
    return variant_id


def variant(connection: sa.Connection, variant_id: int) -> Variant:
    """One stored variant."""
    row = connection.execute(sa.select(variants).where(variants.c.id == variant_id)).one()
    held = sa.select(variant_posts.c.post_id, variant_posts.c.resend).where(variant_posts.c.variant_id == variant_id)
    posts = {row.post_id: row.resend for row in connection.execute(held.order_by(variant_posts.c.position))}
    rendered = Rendered(row.subject, row.html, row.text, row.marker, row.preheader, _pictures(connection, variant_id))
    resent = {post_id: word for post_id, word in posts.items() if word}
    return Variant(row.key, tuple(posts), row.language, rendered, resent)


def of_variant(connection: sa.Connection, variant_id: int) -> Issue:
    """The issue that a stored variant belongs to."""
    query = _whole.join(variants, variants.c.issue_id == issues.c.id)
    return _issue(connection.execute(query.where(variants.c.id == variant_id)).one())


def post_ids(connection: sa.Connection, issue_id: int) -> list[str]:
    """The posts of an issue, each once, as its variants order them."""
    query = sa.select(variant_posts.c.post_id).join(variants, variants.c.id == variant_posts.c.variant_id)
    ordered = query.where(variants.c.issue_id == issue_id).order_by(variants.c.id, variant_posts.c.position)
    return list(dict.fromkeys(connection.scalars(ordered)))


def get(connection: sa.Connection, issue_id: int) -> Issue:
    """The issue, or NotFound."""
    row = connection.execute(_whole.where(issues.c.id == issue_id)).first()
    if row is None:
        raise NotFound("issue", str(issue_id), hint="'publisher issue list' shows those there are")
    return _issue(row)


def listed(
    connection: sa.Connection,
    *,
    newsletter: str | None = None,
    statuses: Sequence[IssueStatus] | None = None,
    before: int | None = None,
    most: int | None = None,
    letters: bool = True,
) -> list[Issue]:
    """Issues, newest first; with an id below `before`, so many, and without `letters`, where that is asked for."""
    query = _whole.order_by(issues.c.id.desc()).limit(most)
    query = query if before is None else query.where(issues.c.id < before)
    query = query if letters else query.where(issues.c.letter.is_(None))
    if newsletter is not None:
        query = query.where(issues.c.newsletter == newsletter)
    if statuses is not None:
        query = query.where(issues.c.status.in_(statuses))
    return [_issue(row) for row in connection.execute(query)]


def of_uid(connection: sa.Connection, uid: str) -> Issue | None:
    """The issue with this uid, or None."""
    row = connection.execute(_whole.where(issues.c.uid == uid)).first()
    return None if row is None else _issue(row)


def of_period(connection: sa.Connection, period: str) -> Issue | None:
    """The issue of a period, or None while it has none."""
    row = connection.execute(_whole.where(issues.c.period == period)).first()
    return None if row is None else _issue(row)


def of_edition(connection: sa.Connection, edition: str) -> Issue | None:
    """The first issue of an edition, which holds its number; None while it has none."""
    row = connection.execute(_whole.where(issues.c.edition == edition).order_by(issues.c.id).limit(1)).first()
    return None if row is None else _issue(row)


def in_zones(connection: sa.Connection) -> set[str]:
    """The editions that more than one issue is of."""
    edition = issues.c.edition
    query = sa.select(edition).where(edition.is_not(None)).group_by(edition).having(sa.func.count() > 1)
    return set(connection.scalars(query))


def first(connection: sa.Connection, newsletter: str) -> Issue | None:
    """A newsletter's first digest, or its first period where that was skipped: the one that looked back."""
    query = _whole.where(issues.c.newsletter == newsletter, issues.c.since.is_not(None))
    row = connection.execute(query.order_by(issues.c.id).limit(1)).first()
    return None if row is None else _issue(row)


def count(connection: sa.Connection) -> int:
    """How many issues there are: what the witness remembers of the ledger."""
    return connection.scalar(sa.select(sa.func.count()).select_from(issues)) or 0


def counts(connection: sa.Connection, issue_ids: Sequence[int] | None = None) -> dict[int, dict[DeliveryStatus, int]]:
    """For each issue, or each of these, how many deliveries are in which state; states that none is in are left out.

    Counted is what was not sent: what was is the rest of an issue's recipients.
    """
    query = sa.select(deliveries.c.issue_id, deliveries.c.status, sa.func.count()).where(unsent)
    made = sa.select(issues.c.id, issues.c.recipients)
    if issue_ids is not None:
        query, made = query.where(deliveries.c.issue_id.in_(issue_ids)), made.where(issues.c.id.in_(issue_ids))
    found: dict[int, dict[DeliveryStatus, int]] = defaultdict(dict)
    for issue_id, status, number in connection.execute(query.group_by(deliveries.c.issue_id, deliveries.c.status)):
        found[issue_id][DeliveryStatus(status)] = number
    for issue_id, recipients in connection.execute(made):
        if sent := recipients - sum(found[issue_id].values()):
            found[issue_id][DeliveryStatus.SENT] = sent
    return found


def unknown(connection: sa.Connection) -> dict[int, int]:
    """How many unknown deliveries an issue holds, for each that holds any: a look into the index for each issue."""
    its = (unsent, deliveries.c.issue_id == issues.c.id, deliveries.c.status == DeliveryStatus.UNKNOWN)
    number = sa.select(sa.func.count()).select_from(deliveries).where(*its).correlate(issues).scalar_subquery()
    rows = connection.execute(sa.select(issues.c.id, number).order_by(issues.c.id))
    return {issue_id: held for issue_id, held in rows if held}


def move(connection: sa.Connection, issue_id: int, status: IssueStatus, reason: str = "") -> None:
    """Change an issue's state; IllegalTransition where the state it has does not allow it."""
    before = get(connection, issue_id).status
    if before is status:
        return
    check_issue(before, status)
    connection.execute(issues.update().where(issues.c.id == issue_id).values(status=status, reason=reason))


def pause(connection: sa.Connection, issue_id: int, reason: str) -> None:
    """Let it stand still until a person lets it go on, also where it would have gone on by itself."""
    move(connection, issue_id, IssueStatus.PAUSED, reason)
    connection.execute(issues.update().where(issues.c.id == issue_id).values(reason=reason, resume_at=None))


def resume(connection: sa.Connection, issue_id: int) -> None:
    """Let it go on, what held it up before forgotten."""
    move(connection, issue_id, IssueStatus.SENDING)
    connection.execute(issues.update().where(issues.c.id == issue_id).values(resume_at=None, setbacks=0))


def _insert_pictures(connection: sa.Connection, issue_id: int, variant_id: int, given: Sequence[Picture]) -> None:
    """Each picture once in an issue: its variants share them."""
    query = sa.select(pictures.c.cid).where(pictures.c.issue_id == issue_id)
    known = set(connection.scalars(query)) if given else set()
    for one in given:
        if one.cid not in known:
            values = {name: getattr(one, name) for name in Picture.__struct_fields__}
            connection.execute(pictures.insert().values(issue_id=issue_id, **values))
            known.add(one.cid)
    for position, one in enumerate(given):
        row = {"variant_id": variant_id, "position": position, "cid": one.cid}
        connection.execute(variant_pictures.insert().values(**row))


def _pictures(connection: sa.Connection, variant_id: int) -> tuple[Picture, ...]:
    query = (
        sa.select(pictures.c.cid, pictures.c.type, pictures.c.name, pictures.c.data)
        .join(variants, variants.c.issue_id == pictures.c.issue_id)
        .join(
            variant_pictures,
            sa.and_(variant_pictures.c.variant_id == variants.c.id, variant_pictures.c.cid == pictures.c.cid),
        )
        .where(variants.c.id == variant_id)
        .order_by(variant_pictures.c.position)
    )
    return tuple(Picture(*row) for row in connection.execute(query))


def _issue(row: sa.Row[tuple[object, ...]]) -> Issue:
    values = dict(row._mapping)
    values["kind"], values["status"] = IssueKind(values["kind"]), IssueStatus(values["status"])
    values["letter"] = LetterKind(values["letter"]) if values["letter"] else None
    return Issue(**values)
