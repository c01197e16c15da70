"""A YAML mapping as Fields, by the quickest way that reads it."""

from typing import Any

from publisher.content.codes import Code
from publisher.content.values import Fields, plainly
from publisher.content.yaml_quick import read_quick

MAX_HEADER = 64 * 1024
MAX_DEPTH = 40
MAX_VALUES = 10_000


def read_yaml(text: str, file: str, first_line: int = 1) -> Fields:
    """Read a YAML mapping whose first line is `first_line` of `file`; ContentError where it is none.

    An empty text is an empty mapping, as in Jekyll.
    """
    if len(text) > MAX_HEADER:
        raise Code.FRONT_MATTER_TOO_LARGE.fatal(file, first_line, 1, f"front matter over {MAX_HEADER // 1024} KB")
    quick = read_quick(text, first_line)
    if quick:
        return quick
    # Here, not above: most headers and settings never need PyYAML, whose import takes longer than a hundred of them.
    from publisher.content.yaml_parser import read_by_parser

    return read_by_parser(text, file, first_line)


def place_in(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset into a text, both from 0."""
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


def plain_yaml(text: str, file: str) -> dict[str, Any]:
    """A YAML mapping as texts, lists and mappings; ContentError where it is none, or a key stands twice."""
    fields = read_yaml(text, file)
    for key, line, column in fields.duplicates:
        raise Code.DUPLICATE_KEY.fatal(file, line, column, f"the key '{key}' stands twice")
    return {key: plainly(value) for key, value in fields.items()}
