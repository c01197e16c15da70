"""The page of a preview: one mail from all sides, or why there is none."""

from collections.abc import Sequence

from publisher.jobs.proof import MailKind, Proof
from publisher.jobs.trouble import Trouble
from publisher.mail import LIMIT
from publisher.struct import Struct
from publisher.templating import Templates
from publisher.web.preview_inbox import inbox_line
from publisher.web.preview_words import words


class Stand(Struct, frozen=True):
    """Where in the preview a page is: which mail, in which of which languages, and of which version."""

    kind: MailKind
    language: str
    languages: Sequence[str]
    version: int


def page(shown: Proof | Trouble, stand: Stand, tongue: str) -> str:
    """HTML, in the words of the language `tongue`.

    The packaged templates alone: one of the site's own may be what is broken.
    """
    proof = shown if isinstance(shown, Proof) else None
    spoken, told = words(tongue)
    return Templates(None).render(
        "web/preview.html.j2",
        proof=proof,
        trouble=None if isinstance(shown, Proof) else shown,
        headers=_head(proof.data) if proof else "",
        inbox=inbox_line(proof.read.html) if proof else "",
        limit=LIMIT,
        kinds=list(MailKind),
        kind=stand.kind,
        language=stand.language,
        languages=stand.languages,
        version=stand.version,
        tongue=spoken,
        words=told,
    )


def style() -> str:
    """Its style sheet."""
    return Templates(None).render("web/preview.css.j2")


def script() -> str:
    """Its script, which shows a new version as soon as there is one."""
    return Templates(None).render("web/preview.js.j2")


def _head(message: bytes) -> str:
    return message.partition(b"\r\n\r\n")[0].decode(errors="replace").replace("\r\n", "\n")
