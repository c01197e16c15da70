"""The files that belong to a post, and the episode of a podcast that it is: from its header, and from the files."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from publisher.content.codes import Code
from publisher.content.media_files import Lying, located, weigh
from publisher.content.media_told import File, Said, Told, about, files_of, place_of
from publisher.content.media_words import ASIDE, extension, kind, media_type, number, seconds, size, type_of, yes
from publisher.content.posts import address_of
from publisher.content.sound import playing_time
from publisher.content.world import Page
from publisher.model.feed import Enclosure, Episode
from publisher.struct import replace

_OF_EPISODE = ("episode", "season", "kind", "explicit", "image")
_T = TypeVar("_T")


class _LeftOut(Exception):
    def __init__(self, code: Code, said: Said, fault: str) -> None:
        self.code, self.said, self.fault = code, said, fault


def media_of(page: Page) -> tuple[tuple[Enclosure, ...], Episode | None]:
    """The files under `podcast`, `enclosure`, `audio`, `video` and the like; an episode where one of them plays.

    What cannot be understood and what is not there is left out, with a warning. Each file once; the first is the one
    for feeds that take one alone.
    """
    fields = page.source.fields
    files, whole = list(files_of(page)), about(page)
    made: dict[str, Enclosure] = {}
    for file in files:
        # What the post says of its file beside it, such as castanet's `podcast_bytes`, is of the only one.
        told = {**whole, **file.told} if len(files) == 1 else file.told
        try:
            enclosure = _enclosure(page, file, told, whole)
        except _LeftOut as out:
            _warn(page, out.code, out.said, out.fault)
        else:
            made.setdefault(enclosure.url, enclosure)
    plays = any(map(_plays, made.values()))
    is_said = not fields.keys().isdisjoint(("podcast", *ASIDE)) and not whole.keys().isdisjoint(_OF_EPISODE)
    return tuple(made.values()), _episode(page, whole) if plays or is_said else None


def _enclosure(page: Page, file: File, told: Told, whole: Told) -> Enclosure:
    """One file; _LeftOut where there is none."""
    lying = located(page, file.name.text)
    if lying is None:
        raise _LeftOut(Code.BAD_MEDIA, file.name, "is no address of a file")
    type_ = _read(page, file.told, "type", media_type, "is no media type such as audio/mpeg")
    type_ = type_ or type_of(extension(lying.url))
    if type_ is None:
        raise _LeftOut(Code.BAD_MEDIA, file.name, "is of no known type: say its 'type', such as audio/mpeg")
    if lying.path is None and lying.ours:
        raise _LeftOut(Code.MISSING_MEDIA, file.name, "is not there")
    length, path = _weighed(page, file, lying, told)
    made = Enclosure(lying.url, type_, length)
    return replace(made, seconds=_seconds(page, {**whole, **told}, path)) if _plays(made) else made


def _plays(enclosure: Enclosure) -> bool:
    return enclosure.type.startswith(("audio/", "video/"))


def _weighed(page: Page, file: File, lying: Lying, told: Told) -> tuple[int, Path | None]:
    """Length in bytes, and the file if it can be read."""
    if lying.path is None:
        return _length_elsewhere(page, file, told), None
    try:
        length, is_here = weigh(lying.path)
    except OSError as error:
        raise _LeftOut(Code.MISSING_MEDIA, file.name, f"cannot be read: {error.strerror}") from error
    if not length:
        raise _LeftOut(Code.MISSING_MEDIA, file.name, "is an empty file")
    if not is_here:
        _warn(page, Code.MISSING_MEDIA, file.name, "is only a pointer of git LFS here: run 'git lfs pull'")
    return length, lying.path if is_here else None


def _length_elsewhere(page: Page, file: File, told: Told) -> int:
    if "length" not in told:
        _warn(page, Code.UNKNOWN_LENGTH, file.name, "is elsewhere: say its 'length' in bytes, feeds say 0")
    # What the RSS Advisory Board's profile asks for where nobody knows it.
    return _read(page, told, "length", size, "is no number of bytes") or 0


def _seconds(page: Page, told: Told, path: Path | None) -> int | None:
    said = _read(page, told, "duration", seconds, "is no duration such as 31:20")
    return said or (playing_time(path) if path else None)


def _episode(page: Page, whole: Told) -> Episode:
    def picture(text: str) -> str | None:
        return address_of(page.source, page.post.url, text)

    return Episode(
        number=_read(page, whole, "episode", number, "is no number from 1"),
        season=_read(page, whole, "season", number, "is no number from 1"),
        kind=_read(page, whole, "kind", kind, "is none of full, trailer, bonus") or "full",
        explicit=_read(page, whole, "explicit", yes, "is neither true nor false"),
        image=_read(page, whole, "image", picture, "is no address of a picture"),
    )


def _read(page: Page, told: Told, name: str, reading: Callable[[str], _T | None], fault: str) -> _T | None:
    """What is said under a name, understood; None, with a warning, where it is not understood."""
    said = told.get(name)
    found = reading(said.text) if said else None
    if said and found is None:
        _warn(page, Code.BAD_MEDIA, said, fault)
    return found


def _warn(page: Page, code: Code, said: Said, fault: str) -> None:
    message = f"{said.key}: '{' '.join(said.text.split())[:80]}' {fault}"
    problem = code.warning(page.source.file, *place_of(page, said), message)
    # What is said of all files at once is read for each of them.
    if problem not in page.problems:
        page.problems.append(problem)
