"""Variants: what a group of recipients shares, rendered once and kept with its issue."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher.content import Introduction
from publisher.core.colours import readable
from publisher.core.fields import sample
from publisher.core.lines import one_line, paragraphs
from publisher.core.reading import reading_minutes
from publisher.core.tags import said_in
from publisher.core.words import joined
from publisher.jobs.archive_paths import issue_path, page_address
from publisher.jobs.mailing import Desk, Maker, first_language, require_sender
from publisher.mail import (
    LIMIT,
    ByMail,
    Edition,
    Frame,
    Latest,
    Look,
    MailPost,
    Named,
    Note,
    Notice,
    Opening,
    blocks_of,
    fit_images,
    picture,
    plain_text,
    render_digest,
    render_note,
    render_notice,
    render_one_off,
    tagged,
    tagged_links,
    template_hash,
    without_title,
)
from publisher.model.mailing import Picture, Rendered, Variant
from publisher.model.post import Post
from publisher.struct import replace

ONE_OFF = "one_off"
"""The template of a one-off."""

_ACCENT = "#1f5a99"
_GROUND, _DARK_GROUND = "#ffffff", "#201f1c"
_SPARE = 2048
"""Octets of the limit that are left to what differs from reader to reader: a name, an address, the way out."""
_MOST = 1000
"""Posts that a mail is tried with: a title and its link take a hundred octets each."""


def digest_variant(
    desk: Desk,
    posts: Sequence[tuple[str, Post]],
    *,
    language: str,
    number: int | None,
    at: datetime,
    intro: Introduction | None = None,
) -> Variant:
    """The variant of readers who share these posts, each an id and a post; `intro` stands at its head.

    Where they are more than the newsletter shows, or too many for what mail programs show, the last are left to a link.
    """
    newsletter = desk.newsletter
    frame = replace(_frame(desk, language, number, at), subject=newsletter.subject, preheader=newsletter.preheader)
    frame = replace(frame, issue=replace(frame.issue, url=_page_url(desk, language, number)))
    made: list[tuple[MailPost, tuple[Picture, ...]]] = []
    opening, carried = _opening(desk, intro, language)
    headed = carried
    for _, post in posts[: newsletter.max_posts or _MOST]:
        one, some = _mail_post(desk, post, whole=False, carried=carried)
        made.append((one, some))
        carried += some

    def render(shown: int) -> Rendered:
        return render_digest(
            desk.templates,
            frame,
            [post for post, _ in made[:shown]],
            more=len(posts) - shown,
            more_url=frame.issue.url or _tagged(desk, frame.site.url),
            template=newsletter.template,
            pictures=_once((*headed, *(picture for _, some in made[:shown] for picture in some))),
            opening=opening,
        )

    ids = tuple(post_id for post_id, _ in posts)
    key, rendered = _key(desk, ids, language, newsletter.template, intro), _largest(render, len(made), least=1)
    return Variant(key, ids, language, rendered, _resent(posts))


def one_off_variant(
    desk: Desk,
    post_id: str,
    post: Post,
    *,
    language: str,
    subscribed: bool,
    at: datetime,
    number: int | None = None,
    shown: bool = False,
) -> Variant:
    """The variant of everybody who gets this one post whole; it says whether they are `subscribed`.

    `shown` is whether the archive tells of it: a text without an address of its own has a page there. A post too long
    for what mail programs show ends in a link, where it has an address.
    """
    frame = _frame(desk, language, number, at, subscribed=subscribed)
    if shown and not post.url:
        frame = replace(frame, issue=replace(frame.issue, url=_page_url(desk, language, number)))
    made, pictures = _mail_post(desk, post, whole=True)
    blocks = blocks_of(made.html or "")

    def render(shown: int) -> Rendered:
        part = made if shown == len(blocks) else replace(made, html="".join(blocks[:shown]) or None)
        kept = [one for one in pictures if f"cid:{one.cid}" in (part.html or "")]
        return render_one_off(desk.templates, frame, part, cut=shown < len(blocks), pictures=kept)

    rendered = _largest(render, len(blocks), least=0 if post.url else len(blocks))
    key = _key(desk, (post_id,), language, ONE_OFF)
    return Variant(key, (post_id,), language, rendered, _resent([(post_id, post)]))


def note_variant(
    desk: Maker,
    note: Note,
    *,
    language: str,
    latest: Sequence[tuple[str, Post]] = (),
    page_url: str | None = None,
    titles: Sequence[str] = (),
    ways: Sequence[ByMail] = (),
) -> Variant:
    """The mail about a subscription to the newsletter, or to those with these `titles`; a welcome may show the posts of
    the `latest` issue, each an id and a post, and where that is read. `ways` are what may be asked by mail."""
    shown = Latest(tuple(_titled(desk, post) for _, post in latest), page_url) if latest else None
    frame = replace(_frame(desk, language, None, None), ways=tuple(ways))
    if titles:
        frame = replace(frame, newsletter=Named(desk.newsletter.name, joined(titles, language)))
    rendered = render_note(desk.templates, frame, note, shown)
    ids = tuple(post_id for post_id, _ in latest)
    return Variant(_key(desk, ids, language, note.value), ids, language, rendered, _resent(latest))


def notice_variant(desk: Maker, notice: Notice, *, language: str) -> Variant:
    """The mail that tells the newsletter's editor something."""
    rendered = render_notice(desk.templates, _frame(desk, language, None, None), notice)
    return Variant(_key(desk, (), language, "notice"), (), language, rendered)


def _resent(posts: Iterable[tuple[str, Post]]) -> dict[str, str]:
    return {post_id: post.mail.resend for post_id, post in posts if post.mail.resend}


def _sender_line(desk: Maker) -> str:
    """Who a mail is from, in words: readers' law asks for a name and an address."""
    if desk.newsletter.sender is None:
        return ""
    box = require_sender(desk.library.config, desk.newsletter)
    return f"{box.name} <{box.address.email}>" if box.name else box.address.email


def _largest(render: Callable[[int], Rendered], most: int, *, least: int) -> Rendered:
    """The rendering that shows most of its `most` parts and is not over what Gmail shows of a mail."""
    whole = render(most)
    if _fits(whole):
        return whole
    low, best = least, render(least)
    while most - low > 1:
        middle = (low + most) // 2
        tried = render(middle)
        low, most, best = (middle, most, tried) if _fits(tried) else (low, middle, best)
    return best


def _fits(rendered: Rendered) -> bool:
    return len(rendered.html.encode(errors="replace")) <= LIMIT - _SPARE


def _frame(desk: Maker, language: str, number: int | None, at: datetime | None, *, subscribed: bool = True) -> Frame:
    newsletter, site = desk.newsletter, desk.library.place.site
    date = None if at is None else at.astimezone(ZoneInfo(newsletter.timezone))
    return Frame(
        site=site,
        newsletter=Named(newsletter.name, newsletter.title) if subscribed else None,
        look=_look(desk),
        language=language,
        issue=Edition(number, date),
        fields={name: sample(one) for name, one in desk.library.config.settings.fields.items()},
        by_mail=desk.library.config.settings.web.url is None,
    )


def _page_url(desk: Maker, language: str, number: int | None) -> str | None:
    """Where the issue is read on the web in this language."""
    newsletter, library = desk.newsletter, desk.library
    if number is None or not newsletter.archive:
        return None
    own = None if language == first_language(desk) else language
    return page_address(library.place, issue_path(library.config, newsletter.name, number, own))


def _look(desk: Maker) -> Look:
    newsletter = desk.newsletter
    accent = newsletter.accent or _ACCENT
    return Look(
        accent=readable(accent, _GROUND),
        accent_dark=readable(accent, _DARK_GROUND),
        logo=newsletter.logo,
        footer=_lines(newsletter.footer),
        address=_lines(desk.library.place.site.address),
        sender=_sender_line(desk),
    )


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(kept for line in (text or "").splitlines() if (kept := one_line(line)))


def _mail_post(
    desk: Desk, post: Post, *, whole: bool, carried: Sequence[Picture] = ()
) -> tuple[MailPost, tuple[Picture, ...]]:
    """A post as templates see it, its date in the newsletter's zone, and the pictures that travel for it.

    With its whole content where `whole`; `carried` are pictures that travel already.
    """
    rendered, attached = desk.rendered(post), desk.newsletter.attached or desk.aside is not None
    html = without_title(rendered.html, post.title) if rendered and whole else None
    shown, pictures = (None, ()) if html is None else fit_images(html, desk.find, attached=attached, carried=carried)
    image, more = (
        picture(post.image, "", desk.find, attached=attached, carried=carried)
        if post.image and not whole
        else (None, ())
    )
    made = MailPost(
        title=post.title,
        url=_tagged(desk, post.url),
        summary=rendered.summary if rendered else post.summary,
        html=None if shown is None else _tagged_links(desk, shown),
        published=post.published.astimezone(ZoneInfo(desk.newsletter.timezone)),
        categories=post.categories,
        authors=post.authors,
        image=image,
        minutes=reading_minutes(said_in(rendered.html) if rendered else post.summary),
        language=post.language,
        subject=post.mail.subject,
        intro=paragraphs(post.mail.intro),
    )
    return made, _once((*pictures, *more))


def _opening(desk: Desk, intro: Introduction | None, language: str) -> tuple[Opening | None, tuple[Picture, ...]]:
    """The editor's introduction as templates see it, and the pictures that travel for it."""
    if intro is None:
        return None, ()
    shown, pictures = fit_images(intro.html, desk.find, attached=desk.newsletter.attached, carried=())
    html = _tagged_links(desk, shown)
    return Opening(html, plain_text(html, language=intro.language or language), intro.subject), _once(pictures)


def _titled(desk: Maker, post: Post) -> MailPost:
    """A post as a title and a link, without reading its text."""
    published = post.published.astimezone(ZoneInfo(desk.newsletter.timezone))
    return MailPost(post.title, _tagged(desk, post.url), "", None, published, language=post.language)


def _tagged(desk: Maker, url: str) -> str:
    utm = desk.newsletter.utm
    return url if utm is None else tagged(url, desk.library.place.site.url, utm)


def _tagged_links(desk: Desk, html: str) -> str:
    utm = desk.newsletter.utm
    return html if utm is None else tagged_links(html, desk.library.place.site.url, utm)


def _once(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    return tuple({one.cid: one for one in pictures}.values())


def _key(desk: Maker, ids: tuple[str, ...], language: str, template: str, intro: Introduction | None = None) -> str:
    made_of = template_hash(desk.templates, template, language, desk.library.place.site.language)
    parts = [ids, language, "html+text", made_of, *([intro.sha256] if intro else [])]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
