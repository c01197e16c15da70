"""One post's templates at work: what they may still do, what they have read, and what was wrong."""

from typing import Protocol
from zoneinfo import ZoneInfo

from liquid import Token
from liquid.exceptions import LiquidError, LoopIterationLimitError

from publisher.content.codes import Code
from publisher.content.liquid.limits import MAX_INCLUDE, MAX_STEPS, MAX_WARNINGS
from publisher.content.liquid.typed import Moment
from publisher.content.world import Page


class Names(Protocol):
    """The variables of one engine's templates, and what goes with them."""

    @property
    def includes(self) -> str:
        """The folder of included files, from the site's."""

    @property
    def now(self) -> Moment:
        """What stands for the present: the newest post's moment.

        A build must give the same bytes today and tomorrow, and on another machine; the site itself was last built at
        about this time.
        """

    def __getitem__(self, key: str, /) -> object:
        """A variable's value; KeyError where there is none."""


class Run:
    """`text` is the post's own template, `names` are the variables."""

    def __init__(self, page: Page, text: str, names: Names) -> None:
        self.page = page
        self.text = text
        self.names = names
        self.place = 0
        self._steps = MAX_STEPS
        self._files: dict[str, str | None] = {}
        self._told: set[tuple[str, int, str]] = set()

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.page.source.zone

    def spend(self, steps: int) -> None:
        """Count work; an error where it was too much."""
        self._steps -= steps
        if self._steps < 0:
            raise LoopIterationLimitError("the templates run for too long", token=None)

    def file(self, name: str) -> str | None:
        """A template file's text; None where there is none that can be read."""
        if name not in self._files:
            text = self.page.read(name)
            self._files[name] = text if text is None or len(text) <= MAX_INCLUDE else None
        return self._files[name]

    def at(self, token: Token) -> None:
        """Note where in the post the work is."""
        if token.source is self.text:
            self.place = token.start_index

    def warn(self, code: Code, token: Token | None, message: str) -> None:
        """Note a fault at a token, once; in an included file, at the tag in the post that led there."""
        place = self.place
        if token is not None and token.source is self.text and token.start_index >= 0:
            place = token.start_index
        elif token is not None and token.source and token.start_index >= 0:
            line = token.source.count("\n", 0, token.start_index) + 1
            message = f"{message} (line {line} of what is included here)"
        if (code, place, message) not in self._told and len(self._told) < MAX_WARNINGS:
            self._told.add((code, place, message))
            self.page.warn_at(code, place, message)

    def broken(self, error: LiquidError) -> None:
        """Note an error after which the post's Liquid stays as it is."""
        self.warn(Code.LIQUID_BROKEN, error.token, f"Liquid: {error.message}; the post's Liquid stays in its text")
