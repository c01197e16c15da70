"""Posts into a mail that knows all but its recipient: the first of two stages."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from publisher.core.lines import carriable, one_line
from publisher.errors import TemplateError
from publisher.mail.filling import KNOWN, Filling, marker_for
from publisher.mail.inline import inline_css
from publisher.mail.nouns import Frame, Group, Latest, MailPost, Note, Notice, Opening
from publisher.mail.plain import plain_text, underline, wrap
from publisher.model.field import FieldValue
from publisher.model.mailing import Picture, Rendered
from publisher.model.post import Author
from publisher.struct import replace
from publisher.templating import FIELD, Later, Templates

_PARTS = ("subject", "preheader", "html", "txt")
_TOOLS: dict[str, Any] = {"wrap": wrap, "underline": underline}
_ASKED = {Note.CONFIRM: ("confirm_url",), Note.CHOICES: ("choices_text", "unread_lines")}
"""What a note asks of its reader beside what every mail may."""
_SAMPLE: dict[str, FieldValue] = dict.fromkeys((*KNOWN, *(name for names in _ASKED.values() for name in names)), "x")


def render_digest(
    templates: Templates,
    frame: Frame,
    posts: Sequence[MailPost],
    *,
    more: int = 0,
    more_url: str = "",
    template: str = "digest",
    pictures: Sequence[Picture] = (),
    opening: Opening | None = None,
) -> Rendered:
    """The digest of `posts`, in their order, after the `opening`; `more` are left out and found at `more_url`.

    Raises TemplateError.
    """
    clean = tuple(_clean(post, f"post-{number}") for number, post in enumerate(posts, 1))
    groups = group_by_category(clean)
    variables = {"posts": clean, "groups": groups, "more": more, "more_url": more_url, "opening": opening}
    own = clean[0].subject if len(clean) == 1 and not more else ""
    subject = one_line(opening.subject) or own if opening else own
    return _render(templates, template, frame, variables, pictures, subject=subject)


def render_one_off(
    templates: Templates, frame: Frame, post: MailPost, *, cut: bool = False, pictures: Sequence[Picture] = ()
) -> Rendered:
    """One post, whole, or `cut` to what a mail may hold. Raises TemplateError."""
    clean = _clean(post, "post-1")
    html = f"<p>{escape(clean.summary)}</p>" if clean.html is None else clean.html
    variables = {
        "post": replace(clean, html=html),
        "posts": (clean,),
        "text": plain_text(html, language=clean.language or frame.language, url=clean.url),
        "cut": cut,
    }
    return _render(templates, "one_off", frame, variables, pictures, subject=clean.subject)


def render_note(templates: Templates, frame: Frame, note: Note, latest: Latest | None = None) -> Rendered:
    """A mail about a subscription; a welcome may show the `latest` issue. Raises TemplateError."""
    if latest is not None:
        latest = replace(latest, posts=tuple(_clean(post, "") for post in latest.posts))
    return _render(templates, note.value, frame, {"latest": latest}, (), _ASKED.get(note, ()))


def render_notice(templates: Templates, frame: Frame, notice: Notice) -> Rendered:
    """A mail to the editor. Raises TemplateError."""
    values = {name: one_line(value) for name, value in notice.values.items()}
    return _render(templates, "notice", frame, {"notice": replace(notice, values=values)}, ())


def template_hash(templates: Templates, template: str, language: str, fallback: str = "en") -> str:
    """SHA-256 over the templates that a mail in `language` is made of; `fallback` is the site's language."""
    return templates.digest(_files(templates, template, language, fallback).values())


def group_by_category(posts: Sequence[MailPost]) -> tuple[Group, ...]:
    """Each post once, under the first of its categories; groups in the order of their first post."""
    groups: dict[str, list[MailPost]] = {}
    for post in posts:
        groups.setdefault(post.categories[0] if post.categories else "", []).append(post)
    return tuple(Group(category, tuple(members)) for category, members in groups.items())


def _render(
    templates: Templates,
    template: str,
    frame: Frame,
    own: Mapping[str, Any],
    pictures: Sequence[Picture],
    asked: Sequence[str] = (),
    subject: str = "",
) -> Rendered:
    files = _files(templates, template, frame.language, frame.site.language)
    facts = {
        "site": frame.site,
        "newsletter": frame.newsletter,
        "look": frame.look,
        "issue": frame.issue,
        "language": frame.language,
        "by_mail": frame.by_mail,
        "ways": frame.ways,
        **own,
    }
    sources = templates.digest(files.values())
    # Without the date, which for a one-off is the moment it was planned: planned again it is to be the same mail.
    typed = facts | {"issue": replace(frame.issue, date=None)}
    own_fields = {FIELD + name: value for name, value in frame.fields.items()}
    later = Later(marker_for(repr((sources, frame.subject, frame.preheader, typed))), (*KNOWN, *own_fields, *asked))
    variables = facts | _TOOLS
    places = files | _settings(frame)
    variables["subject"] = subject or _subject(templates, places["subject"], frame.subject, later, variables)
    variables["preheader"] = _line(templates, places.get("preheader"), frame.preheader, later, variables)
    html = inline_css(templates.begin(files["html"], later, **variables), files["html"])
    text = templates.begin(files["txt"], later, **variables).strip("\n") + "\n"
    rendered = Rendered(
        _closed(later, variables["subject"], places["subject"]),
        _closed(later, html, files["html"], html=True),
        _closed(later, text, files["txt"]),
        later.marker,
        _closed(later, variables["preheader"], places.get("preheader", "preheader")),
        tuple(pictures),
    )
    _require_fillable(rendered, places, own_fields)
    return rendered


def _settings(frame: Frame) -> dict[str, str]:
    """What errors call the templates that stand in the settings, by part: they have no file of their own."""
    own = {"subject": frame.subject, "preheader": frame.preheader}
    newsletter = frame.newsletter.name if frame.newsletter else "NAME"
    return {part: f"newsletters.{newsletter}.{part}" for part, source in own.items() if source is not None}


def _require_fillable(rendered: Rendered, places: Mapping[str, str], fields: Mapping[str, FieldValue]) -> None:
    """TemplateError where it would fail for each recipient, while somebody looks; for one with a name and fields, and
    for one without, as that is what templates ask."""
    try:
        filling = Filling(rendered)
        for sample in ({**_SAMPLE, **fields}, _SAMPLE | {"name": ""}):
            filling.fill(sample)
            filling.preheader(sample)
    except TemplateError as error:
        place = places.get({"text": "txt"}.get(error.template, error.template), error.template)
        raise TemplateError(place, error.line, error.reason) from error


def _subject(templates: Templates, place: str, own: str | None, later: Later, variables: Mapping[str, Any]) -> str:
    line = _line(templates, place, own, later, variables)
    if not line:
        raise TemplateError(place, 0, "the subject is empty")
    return line


def _line(templates: Templates, place: str | None, own: str | None, later: Later, variables: Mapping[str, Any]) -> str:
    """One line, from the settings' own template if there is one; empty where there is none at all."""
    if place is None:
        return ""
    if own is not None:
        return one_line(templates.begin_text(own, place, later, **variables))
    return one_line(templates.begin(place, later, **variables))


def _closed(later: Later, text: str, template: str, *, html: bool = False) -> str:
    try:
        return later.close(text, html=html)
    except ValueError as error:
        raise TemplateError(template, 0, str(error)) from error


def _files(templates: Templates, template: str, language: str, fallback: str) -> dict[str, str]:
    """The files of a mail by part, in the folder of the nearest language that has it: ja-JP, ja, the site's, en.

    All from one folder, so that no mail speaks two languages. A template of a site's own may do without a preheader.
    """
    wanted = (language, language.split("-")[0], fallback, fallback.split("-")[0], "en")
    folders = [f"mail/{tag}" for tag in wanted]
    folder = next((one for one in folders if templates.exists(f"{one}/{template}.html.j2")), None)
    if folder is None:
        raise TemplateError(f"{folders[0]}/{template}.html.j2", 0, "no such template")
    files = {part: f"{folder}/{template}.{part}.j2" for part in _PARTS}
    if not templates.exists(files["preheader"]):
        del files["preheader"]
    return files


def _clean(post: MailPost, anchor: str) -> MailPost:
    return replace(
        post,
        title=one_line(post.title),
        summary=one_line(post.summary),
        html=None if post.html is None else carriable(post.html),
        categories=tuple(one_line(category) for category in post.categories),
        subject=one_line(post.subject),
        authors=tuple(Author(one_line(author.name), author.email) for author in post.authors),
        anchor=anchor,
    )
