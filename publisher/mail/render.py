"""Posts into a mail that knows all but its recipient; the only door to premailer and its cssutils."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any
from xml.dom import DOMException

from publisher.errors import TemplateError
from publisher.mail.lines import carriable, one_line
from publisher.mail.slots import Slots, check_slots, marker_for
from publisher.mail.text import html_to_text
from publisher.model.mailing import Rendered
from publisher.model.post import Author
from publisher.model.site import Site
from publisher.struct import Struct, replace
from publisher.templating import Templates

_PARTS = ("subject", "html", "txt")


class MailPost(Struct, frozen=True):
    """One post in a mail.

    `url` is absolute and percent-encoded; `summary` plain text; `html` the whole content, sanitised, links
    absolute, None where only the summary is wanted; `published` aware and in the newsletter's zone.
    """

    title: str
    url: str
    summary: str
    html: str | None
    published: datetime
    categories: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()


class Group(Struct, frozen=True):
    """The posts of a digest under one heading; `category` is empty for posts that have none."""

    category: str
    posts: tuple[MailPost, ...]


def render_digest(
    templates: Templates,
    *,
    site: Site,
    newsletter_title: str,
    subject: str | None,
    number: int | None,
    language: str,
    posts: Sequence[MailPost],
    template: str = "digest",
) -> Rendered:
    """The digest of `posts`, in their order; `subject` is a template that replaces the packaged one.

    Raises TemplateError.
    """
    clean = tuple(_clean(post) for post in posts)
    variables = {
        "site": site,
        "newsletter": {"title": newsletter_title},
        "number": number,
        "language": language,
        "posts": clean,
        "groups": group_by_category(clean),
    }
    return _render(templates, template, subject, variables)


def render_one_off(
    templates: Templates,
    *,
    site: Site,
    newsletter_title: str | None,
    subject: str | None,
    language: str,
    post: MailPost,
) -> Rendered:
    """One post, whole; without a `newsletter_title` it goes to people who subscribed to nothing.

    Raises TemplateError.
    """
    clean = _clean(post)
    html = f"<p>{escape(clean.summary)}</p>" if clean.html is None else clean.html
    variables = {
        "site": site,
        "newsletter": {"title": newsletter_title} if newsletter_title is not None else None,
        "number": None,
        "language": language,
        "post": replace(clean, html=html),
        "posts": (clean,),
        "text": html_to_text(html),
    }
    return _render(templates, "one_off", subject, variables)


def template_hash(templates: Templates, template: str, language: str, fallback: str = "en") -> str:
    """SHA-256 over the templates that a mail in `language` is made of; `fallback` is the site's language."""
    folder = _folder(templates, template, language, fallback)
    return templates.digest(f"{folder}/{template}.{part}.j2" for part in _PARTS)


def group_by_category(posts: Sequence[MailPost]) -> tuple[Group, ...]:
    """Each post once, under the first of its categories; groups in the order of their first post."""
    groups: dict[str, list[MailPost]] = {}
    for post in posts:
        groups.setdefault(post.categories[0] if post.categories else "", []).append(post)
    return tuple(Group(category, tuple(members)) for category, members in groups.items())


def _render(templates: Templates, template: str, subject: str | None, variables: dict[str, Any]) -> Rendered:
    site: Site = variables["site"]
    folder = _folder(templates, template, variables["language"], site.language)
    stem = f"{folder}/{template}"
    sources = templates.digest(f"{stem}.{part}.j2" for part in _PARTS)
    marker = marker_for(repr((sources, subject, variables)))
    variables = variables | {"slot": Slots(marker)}
    line = _subject(templates, stem, subject, variables)
    variables["subject"] = line
    html = inline_css(templates.render(f"{stem}.html.j2", **variables), f"{stem}.html.j2")
    text = templates.render(f"{stem}.txt.j2", **variables)
    return check_slots(Rendered(line, html, text.strip("\n") + "\n", marker), stem)


def _subject(templates: Templates, stem: str, subject: str | None, variables: dict[str, Any]) -> str:
    name = f"{stem}.subject.j2" if subject is None else "subject"
    text = templates.render(name, **variables) if subject is None else templates.render_text(subject, name, **variables)
    line = one_line(text)
    if not line:
        raise TemplateError(name, 0, "the subject is empty")
    return line


def _folder(templates: Templates, template: str, language: str, fallback: str) -> str:
    """The folder of the nearest language that has `template`: ja-JP, ja, then the site's, then en."""
    wanted = (language, language.split("-")[0], fallback, fallback.split("-")[0], "en")
    folders = [f"mail/{tag}" for tag in wanted]
    for folder in folders:
        if templates.exists(f"{folder}/{template}.html.j2"):
            return folder
    raise TemplateError(f"{folders[0]}/{template}.html.j2", 0, "no such template")


def _clean(post: MailPost) -> MailPost:
    return replace(
        post,
        title=one_line(post.title),
        summary=one_line(post.summary),
        html=None if post.html is None else carriable(post.html),
        categories=tuple(one_line(category) for category in post.categories),
        authors=tuple(Author(one_line(author.name), author.email) for author in post.authors),
    )


def inline_css(html: str, template: str) -> str:
    """`html` with its style rules written into style attributes, nothing fetched; raises TemplateError.

    Rules within @media stay in <style>, their !important with them: only so can they overrule what is inline.
    """
    if not html.strip():
        raise TemplateError(template, 0, "there is nothing in it")
    import cssutils
    from premailer import Premailer

    # premailer 3.10 with allow_network=False still lets cssutils fetch what @import names.
    cssutils.util._defaultFetcher = _fetch_nothing
    cssutils.log.setLevel("CRITICAL")
    premailer = Premailer(
        html,
        allow_network=False,
        allow_loading_external_files=False,
        strip_important=False,
        keep_style_tags=False,
        remove_classes=False,
        disable_validation=True,
    )
    try:
        return str(premailer.transform(pretty_print=False)) + "\n"
    except (AttributeError, ValueError, SyntaxError, DOMException) as error:
        # AttributeError: nothing rendered at all, or @media within @media (premailer #290).
        raise TemplateError(template, 0, f"its HTML or CSS cannot be inlined: {error}") from error


def _fetch_nothing(_url: str) -> tuple[None, bytes]:
    return None, b""
