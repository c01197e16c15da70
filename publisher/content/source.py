"""One file on its way to become a post, and the faults found on the way."""

from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.front import Front
from publisher.content.nouns import Rules
from publisher.content.values import NOTHING, Fields, Scalar, Value
from publisher.errors import ContentError, Problem
from publisher.struct import Struct, field, force_setattr


class Source(Struct, frozen=True):
    """A file's header and body. `file` is relative to the site's folder, `below` to the content folder.

    `defaults` are the values that the site's settings or the files around it give the post; `fields`, which nobody
    need give, are those with the header's own over them. `mtime_ns` is when the file was last changed, in nanoseconds
    since 1970. `warnings` is filled while the post is read.
    """

    file: str
    below: str
    front: Front
    rules: Rules
    zone: ZoneInfo
    warnings: list[Problem] = field(default_factory=list)
    defaults: Fields = NOTHING
    mtime_ns: int = 0
    fields: Fields = NOTHING

    def __post_init__(self) -> None:
        own = self.front.fields
        force_setattr(self, "fields", own.over(self.defaults) if self.defaults else own)

    @property
    def stem(self) -> str:
        """The file's name without its extension."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def name(self) -> str:
        """The file's name."""
        return self.below.rpartition("/")[2]

    def fatal(self, code: Code, key: str, message: str) -> ContentError:
        """The fault of a key's value as an exception, at the value's place."""
        return code.fatal(self.file, *self.place(key), message)

    def warn(self, code: Code, key: str, message: str) -> None:
        """Note the fault of a key's value; the post goes on without it."""
        self.warnings.append(code.warning(self.file, *self.place(key), message))

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of a key's value, of the key where the value is a list, else of the file's start."""
        value: Value | None = self.front.fields.get(key)
        if isinstance(value, Scalar):
            return value.line, value.column
        return self.front.fields.places.get(key, (1, 1))
