"""A file's text as its header and its body."""

from publisher.content.values import Fields
from publisher.content.yaml_text import read_yaml
from publisher.struct import Struct, replace


class Front(Struct, frozen=True):
    """A post's header and body; `body_line` is where the body starts, from 1.

    `escaped`: the header holds backslashes, so a value may hold a character that the file does not.
    """

    fields: Fields
    body: str
    body_line: int
    escaped: bool = False


def _quick(text: str, file: str) -> Front | None:
    """The header that almost every post has, between two lines of three dashes; None where there is more to it.

    What the handlers make of the same text is the same by test; this takes a quarter of their time.
    """
    if not text.startswith("---\n"):
        return None
    end = text.find("\n---", 3)
    dots = text.find("\n...", 3, end)
    if end < 0 or dots >= 0 or text[end + 4 : end + 5] not in ("\n", ""):
        return None
    header, body = text[4 : end + 1], text[end + 5 :]
    fields = read_yaml(header, file, 2)
    return Front(fields, body, text.count("\n", 0, end + 5) + 1, "\\" in header)


def split_front(text: str, file: str, *, lenient: bool) -> Front:
    """Split a text with LF line ends into header and body; ContentError where the header is broken.

    `lenient` is Hugo's way: TOML and JSON too, blank lines before the fence, keys in any case.
    Otherwise Jekyll's: YAML whose fence is the very first line; a text without one has no header.
    """
    front = _quick(text, file)
    if front is None:
        # Here, not above: most files never need python-frontmatter and the PyYAML it imports.
        from publisher.content.front_handlers import split_by_handler

        front = split_by_handler(text, file, lenient=lenient)
    return replace(front, fields=front.fields.folded()) if lenient else front
