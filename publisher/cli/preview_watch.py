"""preview --watch: a page of all mails that follows what is written, and the browser it is shown in."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from publisher.app import App
from publisher.cli.talk import moment, say
from publisher.config import Config, load_config
from publisher.errors import PublisherError
from publisher.struct import replace

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.mailing import Desk
    from publisher.jobs.preview import Past, Sample
    from publisher.jobs.proof import MailKind, Proof
    from publisher.jobs.trouble import Trouble
    from publisher.web.preview_board import Board

_ANY_PORT = "127.0.0.1:0"


def watch_mail(app: App, newsletter: str, post: str | None, *, at: str | None, open_it: bool) -> None:
    """Serve the page to this machine until Ctrl-C. `post` is the one that is mailed whole; the newest where None."""
    from publisher.jobs.proof import MailKind
    from publisher.jobs.site import resolve
    from publisher.web.preview import create_preview
    from publisher.web.preview_board import Board
    from publisher.web.server import host

    moment(at, app.timezone, app.clock())  # fails now rather than on the page
    kind = MailKind.DIGEST if post is None else MailKind.ONE_OFF
    languages = app.newsletter(newsletter).languages or (resolve(app.config).site.language,)
    board = Board(Studio(app, newsletter, post, at).make, (kind, languages[0]))

    def ready(url: str) -> None:
        say(f"serving {url} (Ctrl-C stops)")
        if open_it:
            # A browser of the terminal holds up whoever starts it until it is left; so does a graphical one, at times.
            Thread(target=show, args=(url,), name="browser", daemon=True).start()

    with _told_of_changes(app.config, board):
        host(create_preview(board), _ANY_PORT, ready, farewell=board.close)


@contextmanager
def _told_of_changes(config: Config, board: "Board") -> Iterator[None]:
    from publisher.daemon import changes

    stop = Event()

    def watch() -> None:
        try:
            for _ in changes(config, stop):
                board.turn()
        finally:
            if not stop.is_set():
                say("the folder can no longer be watched: start 'publisher preview --watch' again")

    watcher = Thread(target=watch, name="watcher", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join(timeout=5)


class Studio:
    """Makes the proofs of one newsletter, from the settings, templates and posts as they are when it is asked."""

    def __init__(self, app: App, newsletter: str, post: str | None, at: str | None) -> None:
        self._app, self._newsletter, self._post, self._at = app, newsletter, post, at

    def make(self, kind: "MailKind", language: str) -> "Proof | Trouble":
        """The mail of a kind in a language, or why there is none."""
        from publisher.jobs.trouble import trouble

        try:
            config = self._app.config
            self._app = replace(self._app, config=load_config(config.file, self._app.environ, config.folder))
            return self._proof(kind, language)
        except PublisherError as error:
            return trouble(error, self._app.config)

    def _proof(self, kind: "MailKind", language: str) -> "Proof":
        from publisher.jobs.preview import named_reader, sample_letter
        from publisher.jobs.proof import proof

        app, before = self._app, past_of(self._app, self._newsletter)
        newsletter, outgoing, now = app.newsletter(self._newsletter), app.outgoing(self._newsletter), app.clock()

        def made(library: "Library") -> "Proof":
            desk, sample = self._sample(app.desk(library, newsletter), kind, language, before)
            letter = sample_letter(sample, named_reader(language), outgoing, before, now)
            return proof(desk, kind, sample, letter.data)

        return app.read(made, at=moment(self._at, app.timezone, now))

    def _sample(self, desk: "Desk", kind: "MailKind", language: str, before: "Past") -> "tuple[Desk, Sample]":
        from publisher.jobs import preview as job
        from publisher.jobs.proof import MailKind
        from publisher.jobs.texts import laid_out
        from publisher.mail import Note
        from publisher.schedule import calendar

        match kind:
            case MailKind.DIGEST:
                at = desk.library.at
                return desk, job.sample_digest(desk, before, at=at, prev_fire=calendar(), language=language)
            case MailKind.ONE_OFF:
                at, name = desk.library.at, self._post
                desk, post = laid_out(desk, name, Path.cwd(), at) if name else (desk, job.newest_post(desk, at))
                return desk, job.sample_one_off(desk, before, post, at=at, language=language)
            case _:
                return desk, job.sample_note(desk, Note(kind.value), language=language)


def past_of(app: App, newsletter: str) -> "Past":
    """What the ledger says of a newsletter; one that is not there is not made for a preview."""
    from publisher.jobs.preview import Past, past

    if not app.has_ledger():
        return Past()
    with app.store() as store:
        return past(store, newsletter)


def show(url: str) -> None:
    """Open an address in the user's browser; told where there is none."""
    if not webbrowser.open(url):
        say(f"no browser was found; open {url}")
