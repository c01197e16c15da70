"""What a post's front matter asks of mail, under `newsletter`: true or false, or a mapping."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property

from publisher.content.codes import Code
from publisher.content.nouns import Engine
from publisher.content.source import Source
from publisher.content.values import NO, YES, Scalar, Value, is_null
from publisher.core.lines import carriable, one_line
from publisher.model.newsletter import Frequency
from publisher.model.post import MailWishes
from publisher.struct import Struct

KEY = "newsletter"
NO_WISHES = MailWishes()
_KNOWN = ("subject", "intro", "only", "pinned", "resend")
_FREQUENCIES = tuple(each.value for each in Frequency)


def wishes(source: Source) -> MailWishes | None:
    """What the post asks of mail; None where no digest is to bring it.

    A value that cannot be understood is told and left out; one under `only`, that names whom it goes to, keeps the post
    back: what has been mailed cannot be taken back, what waits can still go.
    """
    value = source.fields.get(KEY)
    if value is None:
        return NO_WISHES
    if isinstance(value, Scalar) and not is_null(value):
        return _switch(source, value)
    if isinstance(value, dict):
        return _Mapping(source, _merged(source, value)).read()
    if isinstance(value, list):
        _warn(source, None, f"a list; write {_form(source)}")
    return NO_WISHES


def _switch(source: Source, value: Scalar) -> MailWishes | None:
    word = value.text.strip().lower()
    if word in NO:
        return None
    if word and word not in YES:
        _warn(source, value, f"'{value.text.strip()[:40]}' is neither true nor false; write {_form(source)}")
    return NO_WISHES


def _form(source: Source) -> str:
    if source.rules.engine is Engine.PELICAN:
        return "'Newsletter: false' or nothing: Pelican's headers have no mappings"
    return "false, or a mapping such as {subject: …, intro: …}"


def _merged(source: Source, value: Mapping[str, Value]) -> dict[str, Value]:
    """The mapping, its names in lower case, with what the site's defaults say below the same key and it does not."""
    below = source.defaults.get(KEY)
    both = (*(below.items() if isinstance(below, dict) else ()), *value.items())
    return {name.lower(): each for name, each in both}


def _warn(source: Source, value: Value | None, message: str, name: str = "") -> None:
    """Note a fault where the value stands; one that the site's defaults gave stands in another file."""
    own = KEY in source.front.fields
    place = (value.line, value.column) if isinstance(value, Scalar) and own else source.place(KEY)
    said = f"{KEY}.{name}" if name else KEY
    source.warnings.append(Code.BAD_NEWSLETTER.warning(source.file, *place, f"{said}: {message}"))


class _Mapping(Struct, frozen=True, dict=True):
    source: Source
    values: Mapping[str, Value]

    def read(self) -> MailWishes | None:
        for name in self.values.keys() - {*_KNOWN}:
            near = next(iter(get_close_matches(name, _KNOWN, 1)), None)
            hint = f"did you mean '{near}'?" if near else f"known are {', '.join(_KNOWN)}"
            self._warn(name, f"no such key; {hint}")
        only = self._only()
        found = MailWishes(
            subject=one_line(self._text("subject")),
            intro=carriable(self._text("intro")).strip(),
            only=only or (),
            pinned=self._flag("pinned"),
            resend=self._resend(),
        )
        return None if only is None else found

    def _warn(self, name: str, message: str) -> None:
        _warn(self.source, self.values[name], message, name)

    @cached_property
    def _given(self) -> dict[str, Value]:
        return {
            name: value for name, value in self.values.items() if not (isinstance(value, Scalar) and is_null(value))
        }

    def _text(self, name: str) -> str:
        value = self._given.get(name)
        if value is not None and not isinstance(value, Scalar):
            self._warn(name, "is plain text, not a list or a mapping")
        return value.text if isinstance(value, Scalar) else ""

    def _flag(self, name: str) -> bool:
        value = self._given.get(name)
        word = value.text.strip().lower() if isinstance(value, Scalar) else "" if value is None else "?"
        if word and word not in YES | NO:
            self._warn(name, "is true or false")
        return word in YES

    def _resend(self) -> str:
        word = one_line(self._text("resend"))
        return "" if word.lower() in NO else "true" if word.lower() in YES else word

    def _only(self) -> tuple[str, ...] | None:
        """The frequencies, empty for all; None where something is there and none of it is a frequency."""
        value = self._given.get("only")
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        names = [item.text.strip() if isinstance(item, Scalar) else "…" for item in items]
        unknown = [name for name in names if name not in _FREQUENCIES]
        known = tuple(dict.fromkeys(name for name in names if name in _FREQUENCIES))
        if unknown or not known:
            self._warn("only", self._unknown(unknown, known))
        return known or None

    def _unknown(self, unknown: list[str], known: tuple[str, ...]) -> str:
        said = f"'{unknown[0][:40]}' is no frequency" if unknown else "names no frequency"
        rest = "" if known else "; until it does, no digest brings this post"
        return f"{said}; write {', '.join(_FREQUENCIES)} or a list of these{rest}"
