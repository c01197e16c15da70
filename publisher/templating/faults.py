"""What goes wrong in a template of somebody else's."""

import difflib

import jinja2
from jinja2.utils import missing

from publisher.struct import Struct

# What a faulty template makes Python raise, beside jinja2's own errors: 1/0, None.x(), "a"+1, range(10**9), a file
# that cannot be read or is not UTF-8, "a" | truncate(2), loops within loops beyond the twenty that Python compiles,
# 1e400, which jinja2 writes down as inf, and a text larger than the memory. Anything else is a bug of ours and must
# show itself as one.
FAULTS = (
    jinja2.TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


class Missing(jinja2.Undefined):
    """A field that a reader has no value of: prints nothing, does not hold, is in no order with anything, and the
    filter `default` puts something in its place."""

    def _in_no_order(self, _: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _in_no_order  # type: ignore[assignment]


class Unknown(jinja2.StrictUndefined):
    """A name that is not known: an error where it is used, in the words of who wrote the template.

    jinja2 would name our classes, which nobody who writes a template has seen.
    """

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing or not isinstance(self._undefined_obj, Struct):
            return f"{self._undefined_name!r} is not known here"
        known = self._undefined_obj.__struct_fields__
        near = difflib.get_close_matches(str(self._undefined_name), known, n=1)
        way = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        return f"{self._undefined_name!r} is not known here; {way}"
