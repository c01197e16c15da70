"""What templates were compiled to, for as long as the process lives: to compile those of one mail takes as long as to
render dozens, and pages, feeds and mails each open the folders anew."""

from functools import lru_cache
from types import CodeType

import jinja2
from jinja2 import meta
from jinja2.bccache import Bucket

from publisher.errors import TemplateError

_REMEMBERED = 512
"""Several times the templates of all mails."""


class Compiled(jinja2.BytecodeCache):
    """For environments of one kind with the same settings. A template is told by its file and by what is in it."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Asked for by jinja2."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Told by jinja2."""
        # Whoever writes a template for an hour is not to fill the memory.
        if len(self._codes) >= _REMEMBERED:
            self._codes.clear()
        self._codes[bucket.key, bucket.checksum] = bucket.code


@lru_cache(_REMEMBERED)
def references(name: str, source: str) -> tuple[str, ...]:
    """What `source`, the template `name`, extends, includes or imports; jinja2's errors, and TemplateError."""
    found: list[str] = []
    for reference in meta.find_referenced_templates(jinja2.Environment().parse(source, name)):
        if reference is None:
            raise TemplateError(name, 0, "names another template by a variable; write its name out")
        found.append(reference)
    return tuple(found)
