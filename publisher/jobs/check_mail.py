"""Check, for mails: what would be wrong with the next ones of each newsletter."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from publisher.errors import Problem, Severity, TemplateError
from publisher.jobs.library import Library
from publisher.jobs.linted import problems
from publisher.jobs.mailing import Desk, first_language
from publisher.jobs.notice import of_missed
from publisher.jobs.picking import candidates, terms
from publisher.jobs.variants import digest_variant, note_variant, notice_variant, one_off_variant
from publisher.mail import Note
from publisher.model.newsletter import Newsletter
from publisher.model.post import Post
from publisher.templating import Templates

_POSTS = 10


def check_mail(library: Library, templates: Templates, newsletters: Sequence[Newsletter]) -> list[Problem]:
    """The faults of a digest of the newest posts, of a mail with the newest of them, and of those about subscriptions,
    in each language; templates that cannot be rendered among them. Newsletters without a sender mail nobody yet."""
    found: dict[Problem, None] = {}
    for newsletter in newsletters:
        if newsletter.sender is not None:
            desk = Desk(library, templates, newsletter)
            found |= dict.fromkeys((*desk.introductions.problems, *_faults(desk, library.at)))
    return list(found)


def _faults(desk: Desk, at: datetime) -> list[Problem]:
    newest = [(one.id, one.post) for one in candidates(desk, terms(desk, at))[:_POSTS]]
    found: list[Problem] = []
    try:
        for language in desk.newsletter.languages or (first_language(desk),):
            found += _of_posts(desk, newest, language, at) if newest else []
            found += _of_notes(desk, language)
    except TemplateError as error:
        return [Problem(_place(desk, error.template), error.line, 0, Severity.ERROR, "template", error.reason)]
    return found


def _place(desk: Desk, template: str) -> str:
    """The site's own file from its folder, for editors and annotations; a packaged one by its name."""
    config = desk.library.config
    own = config.home / "templates" / template
    return (
        own.relative_to(config.folder).as_posix() if own.is_file() and own.is_relative_to(config.folder) else template
    )


def _of_posts(desk: Desk, newest: Sequence[tuple[str, Post]], language: str, at: datetime) -> list[Problem]:
    """Each kind by itself: what one shows of a post, the other may not."""
    post_id, post = newest[0]
    digest = digest_variant(desk, newest, language=language, number=1, at=at)
    one_off = one_off_variant(desk, post_id, post, language=language, subscribed=True, at=at, number=1)
    return [*problems(desk, [digest]), *problems(desk, [one_off])]


def _of_notes(desk: Desk, language: str) -> Iterator[Problem]:
    for note in Note:
        yield from problems(desk, [note_variant(desk, note, language=language)], note)
    missed = of_missed(desk, desk.library.at, desk.library.at)
    yield from problems(desk, [notice_variant(desk, missed, language=language)], missed.kind)
