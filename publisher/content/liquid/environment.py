"""python-liquid, set up to do what Ruby's Liquid does, within bounds, and to look at nothing but the page's world."""

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, TextIO

from liquid import BoundTemplate, Mode, RenderContext, Token
from liquid import Environment as LibraryEnvironment
from liquid.ast import Node
from liquid.builtin import content
from liquid.builtin.tags import (
    capture_tag,
    case_tag,
    cycle_tag,
    decrement_tag,
    for_tag,
    if_tag,
    ifchanged_tag,
    increment_tag,
    unless_tag,
)
from liquid.exceptions import (
    FilterArgumentError,
    LiquidError,
    LiquidSyntaxError,
    LocalNamespaceLimitError,
    OutputStreamLimitError,
)
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.undefined import Undefined
from liquid.utils import ReadOnlyChainMap

from publisher.content.codes import Code
from publisher.content.liquid.lexer import tokens
from publisher.content.liquid.limits import MAX_ITEMS, MAX_LOCALS, MAX_NESTING, MAX_OUTPUT
from publisher.content.liquid.ruby import bound
from publisher.content.liquid.run import Run
from publisher.content.liquid.words import Stream

Filter = Callable[..., object]

_LIBRARY: tuple[type[Tag], ...] = (
    content.Literal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    capture_tag.CaptureTag,
    cycle_tag.CycleTag,
    increment_tag.IncrementTag,
    decrement_tag.DecrementTag,
    ifchanged_tag.IfChangedTag,
)
# What a filter's arguments can make Python raise: Ruby's Liquid stops with an error of its own there.
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Template(BoundTemplate):
    """A parsed file; `weight` is how many tags it has."""

    weight: int = 1


class Environment(LibraryEnvironment):
    """One engine's tags and filters: `pure` ones get a value and arguments, `bound` ones the Context before them."""

    block_nesting_limit = MAX_NESTING
    context_depth_limit = MAX_NESTING
    output_stream_limit = MAX_OUTPUT
    template_class = Template
    logical_parentheses = True

    def __init__(self, tags: tuple[type[Tag], ...], pure: dict[str, Filter], bound: dict[str, Filter]) -> None:
        self._own = tags
        self._pure = pure
        self._bound = bound
        super().__init__(tolerance=Mode.LAX)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:  # noqa: ARG002
        for tag in (*_LIBRARY, *self._own):
            self.add_tag(tag)
        self.filters = {**self._pure, **self._bound}

    def takes_run(self, name: str) -> bool:
        """Whether a filter looks at more than its arguments."""
        return name in self._bound

    def _parse(self, source: str) -> list[Node]:
        return get_parser(self).parse(Stream(tokens(source)))

    def error(self, exc: Any, msg: str | None = None, token: Token | None = None) -> None:
        # The lax mode is there for what it parses, not for dropping what it cannot: a lost block would be silent.
        fault = exc if isinstance(exc, LiquidError) else exc(msg, token=token)
        fault.token = fault.token or token
        raise fault


class Context(RenderContext):
    """Where the variables are, with the Run that the templates belong to."""

    run: Run

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Without python-liquid's own map of built-ins, which holds the clock as `now` and `today`.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.sizes: dict[str, int] = {}
        self.held = 0

    def copy(self, namespace: Mapping[str, object], *args: Any, **kwargs: Any) -> "Context":
        # For `render`, which sees nothing but what it is given; python-liquid lets it see a page's variables too.
        copied = super().copy(namespace, *args, **kwargs)
        assert isinstance(copied, Context)
        copied.run = self.run
        copied.globals = namespace
        copied.scope = ReadOnlyChainMap(copied.locals, namespace, copied.counters)
        return copied

    def assign(self, key: str, val: Any) -> None:
        size = sys.getsizeof(val, 64)
        self.run.spend(1)
        self.held += size - self.sizes.get(key, 0)
        self.sizes[key] = size
        if self.held > MAX_LOCALS:
            raise LocalNamespaceLimitError("the variables hold too much", token=None)
        self.locals[key] = val

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.run.spend(length * weight_of(self.template))

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        found = self.env.filters.get(name)
        if found is None:
            self.run.warn(Code.LIQUID_NOT_RENDERED, token, f"the filter '{name}' is not known; the value is as before")
            return _unchanged
        return partial(self._filtered, name, found)

    def _filtered(self, name: str, function: Filter, value: object, *args: object, **options: object) -> object:
        assert isinstance(self.env, Environment)
        first: tuple[object, ...] = (self,) if self.env.takes_run(name) else ()
        value, args = _plain(value), tuple(_plain(arg) for arg in args)
        self.run.spend(1 + sum(map(_size, (value, *args))) // 16)
        try:
            result = function(*first, value, *args, **options)
        except _FAULTS as error:
            raise FilterArgumentError(f"{name}: {error}", token=None) from error
        _check(result)
        return result


def run_of(context: RenderContext) -> Run:
    """The Run that a context belongs to."""
    assert isinstance(context, Context)
    return context.run


def weight_of(template: BoundTemplate) -> int:
    """What one pass over a template costs."""
    return template.weight if isinstance(template, Template) else 1


@lru_cache(maxsize=256)
def parsed(environment: Environment, source: str) -> Template:
    """A template, for includes, which many posts share; LiquidError where it is broken."""
    return parse(environment, source)


def parse(environment: Environment, source: str) -> Template:
    """A template; LiquidError where it is broken."""
    try:
        template = environment.from_string(source)
    except LiquidError as error:
        if isinstance(error.__cause__, RecursionError):
            raise LiquidSyntaxError("something is nested too deep", token=error.token) from error
        raise
    assert isinstance(template, Template)
    template.weight = 1 + source.count("{%") + source.count("{{")
    return template


def insert(context: Context, buffer: TextIO, template: Template, variables: dict[str, object]) -> None:
    """Render a template in the place of a tag."""
    context.run.spend(template.weight)
    with context.extend(variables, template=template):
        template.render_with_context(context, buffer, partial=True)


def _unchanged(value: object, *_args: object, **_options: object) -> object:
    return value


def _plain(value: object) -> object:
    if isinstance(value, Undefined):
        return None
    if isinstance(value, range):
        check_range(value)
        return list(value)
    return value


def check_range(value: object) -> None:
    """Stop a range that is too long to be walked: `(1..1000000000)` costs nothing to write."""
    if isinstance(value, range) and value.stop - value.start > MAX_ITEMS:
        raise OutputStreamLimitError(f"a range of over {MAX_ITEMS:,} numbers", token=None)


def _size(value: object) -> int:
    # An item costs much more than a character: it may be compared, looked into and printed.
    return 32 * len(value) if isinstance(value, list) else len(value) if isinstance(value, str) else 0


def _check(value: object) -> None:
    if isinstance(value, str):
        bound(len(value))
    elif isinstance(value, list) and len(value) > MAX_ITEMS:
        raise OutputStreamLimitError(f"a list of over {MAX_ITEMS:,} items", token=None)
    elif isinstance(value, int) and value.bit_length() > 256:
        raise OutputStreamLimitError("a number of over 77 digits", token=None)
