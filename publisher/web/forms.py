"""The fields of a form that was sent by POST, in either of the two ways that RFC 8058 section 3.2 allows."""

import re
from urllib.parse import parse_qsl

LONGEST = 8 * 1024
"""In bytes: no form here has more than a few words."""

MOST_FIELDS = 20
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_BOUNDARY = re.compile(r";\s*boundary=(?:\"([^\"]{1,70})\"|([^\s;\",]{1,70}))", re.IGNORECASE)
_NAME = re.compile(
    rb"^content-disposition:[^\r\n]*;[ \t]*name=(?:\"([^\"\r\n]*)\"|([^\s;]+))", re.IGNORECASE | re.MULTILINE
)


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form."""
    return _bare(content_type) in (_URLENCODED, _MULTIPART)


def fields(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form, as `pairs`; of one that comes several times the last counts."""
    return dict(pairs(content_type, body))


def pairs(content_type: str, body: bytes, most: int = MOST_FIELDS) -> list[tuple[str, str]]:
    """The fields of a form in their order, values without white space at their ends.

    ValueError where it is damaged, or has more than `most` of them. Starlette's own reading needs another package, and
    takes files, which nobody sends here.
    """
    if _bare(content_type) == _MULTIPART:
        found = _BOUNDARY.search(content_type)
        if not found:
            raise ValueError("the type names no boundary")
        return _parts(body, (found[1] or found[2]).encode("latin-1"), most)
    read = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=most)
    return [(name, value.strip()) for name, value in read]


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _parts(body: bytes, boundary: bytes, most: int) -> list[tuple[str, str]]:
    """RFC 7578, RFC 2046 section 5.1.1."""
    found: list[tuple[str, str]] = []
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) > most + 1:
        raise ValueError("it has too many fields")
    for piece in pieces:
        if piece.startswith(b"--"):
            return found
        head, _, value = piece.partition(b"\r\n\r\n")
        named = _NAME.search(head)
        if named:
            name = named[2] if named[1] is None else named[1]
            found.append((name.decode("utf-8", "replace"), value.decode("utf-8", "replace").strip()))
    raise ValueError("its end is missing")
