"""What a post's header says of the files that belong to it, in whatever form: not understood yet, but with places."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from publisher.content.codes import Code
from publisher.content.media_words import ASIDE, FILES, FLAT, LOOSE, NESTED, extension, type_of
from publisher.content.values import Scalar, Value, is_null
from publisher.content.world import Page
from publisher.struct import Struct, replace


class Said(Struct, frozen=True):
    """What a post says, and the key below which it says so."""

    key: str
    value: Scalar

    @property
    def text(self) -> str:
        """Without white space around it."""
        return self.value.text.strip()


Told: TypeAlias = Mapping[str, Said]
"""What is said of a file or an episode, by the names of `media_words.NESTED`."""


class File(Struct, frozen=True):
    """A file as a post names it, and what it says of it."""

    name: Said
    told: Told


def files_of(page: Page) -> Iterator[File]:
    """The files that the post names, in the order of `media_words.FILES`."""
    for key in FILES:
        if key in page.source.fields:
            yield from _named(page, key, page.source.fields[key])


def about(page: Page) -> Told:
    """What is said of the post as a whole; what stands below `podcast` and `itunes` counts before its own keys."""
    fields = page.source.fields
    said: dict[str, Said] = {}
    for name, keys in FLAT.items():
        for key in keys:
            if value := fields.scalar(key):
                said.setdefault(name, Said(key, value))
    for key in (*ASIDE, "podcast"):
        mapping = fields.get(key)
        said |= _told(key, mapping) if isinstance(mapping, dict) else {}
    return said


def place_of(page: Page, said: Said) -> tuple[int, int]:
    """Where it stands in the post; what the site's settings say of it has its place in another file."""
    return (said.value.line, said.value.column) if said.key in page.source.front.fields else (1, 1)


def _named(page: Page, key: str, value: Value) -> Iterator[File]:
    if isinstance(value, list):
        for item in value:
            yield from _named(page, key, item)
    elif isinstance(value, dict):
        yield from _in_mapping(page, key, value)
    elif not is_null(value) and value.text.strip():
        yield from _in_text(key, value)


def _in_text(key: str, value: Scalar) -> Iterator[File]:
    lines = [line.strip() for line in value.text.splitlines() if line.strip()]
    if len(lines) > 1:
        # WordPress's own form, which its exporters keep: address, length and type on a line each.
        names = zip(("file", "length", "type"), lines, strict=False)
        told = {name: Said(key, replace(value, text=line)) for name, line in names}
        yield File(told["file"], told)
    elif key not in LOOSE or _may_be_file(key, value.text):
        yield File(Said(key, value), {})


def _may_be_file(key: str, text: str) -> bool:
    return not {".", "/"}.isdisjoint(text) if key == "audio" else type_of(extension(text)) is not None


def _in_mapping(page: Page, key: str, value: Mapping[str, Value]) -> Iterator[File]:
    told = _told(key, value)
    if "file" in told:
        yield File(told["file"], told)
        return
    formats = {name: each for name, each in value.items() if isinstance(each, Scalar) and type_of(name)}
    yield from _by_format(page, key, formats)
    if not formats and key not in LOOSE:
        page.warn(Code.BAD_MEDIA, *page.source.place(key), f"{key}: a mapping without 'url' or 'file'")


def _by_format(page: Page, key: str, formats: Mapping[str, Scalar]) -> Iterator[File]:
    """Octopod's form: each format's file, and their lengths by format under `filesize`."""
    lengths = page.source.fields.get("filesize")
    for name, each in formats.items():
        length = lengths.get(name) if isinstance(lengths, dict) else None
        told = {"length": Said("filesize", length)} if isinstance(length, Scalar) else {}
        yield File(Said(key, each), told)


def _told(key: str, mapping: Mapping[str, Value]) -> dict[str, Said]:
    lower = {name.lower(): value for name, value in mapping.items()}
    found = {name: _first(lower, keys) for name, keys in NESTED.items()}
    told = {name: Said(key, value) for name, value in found.items() if value}
    if "type" in told and "/" not in told["type"].text:
        kind = told.pop("type")
        told.setdefault("kind", kind)
    return told


def _first(mapping: Mapping[str, Value], keys: tuple[str, ...]) -> Scalar | None:
    for key in keys:
        value = mapping.get(key)
        if isinstance(value, dict):
            value = next((inner for name in NESTED["file"] if isinstance(inner := value.get(name), Scalar)), None)
        if isinstance(value, Scalar) and not is_null(value) and value.text.strip():
            return value
    return None
