"""Expressions as Ruby's Liquid reads them: strictly, and where that fails as well as can be."""

import re
from functools import lru_cache

from liquid import Environment, RenderContext, Token
from liquid.builtin.expressions import BooleanExpression, FilteredExpression
from liquid.exceptions import LiquidSyntaxError
from liquid.expression import Expression

from publisher.content.liquid.words import Stream, words

# Ruby Liquid's variable.rb and expression.rb, the lax way that Jekyll falls back to, with a warning in its log.
_QUOTED = r"\"[^\"]*\"|'[^']*'"
_FRAGMENT = rf"(?:{_QUOTED}|(?:{_QUOTED}|[^\s,|'\"])+)"
_FIRST = re.compile(_FRAGMENT)
_PART = re.compile(rf"(?:\s+|{_FRAGMENT}|,)+")
_ARGUMENT = re.compile(rf"[:,]\s*((?:\w+\s*:\s*)?{_FRAGMENT})")
_LITERAL = re.compile(rf"(?:{_QUOTED}|-?\d+(?:\.\d+)?|true|false|nil|null|blank|empty)$")
_SEGMENT = re.compile(r"\[[^\]]+\]|[\w-]+\??")
_WORD = re.compile(r"\w+")


class Nothing(Expression):
    """`{{ }}`, which gives nothing."""

    def evaluate(self, _context: RenderContext) -> object:
        return None

    async def evaluate_async(self, _context: RenderContext) -> object:
        return None

    def children(self) -> list[Expression]:
        return []


def filtered(env: Environment, token: Token) -> tuple[Expression, bool]:
    """A value with its filters, and whether it was read only by the lax rules; LiquidSyntaxError where it cannot."""
    if not token.value:
        return Nothing(token), False
    try:
        return _strict(env, token.value, token), False
    except LiquidSyntaxError:
        if "}" in token.value or "{%" in token.value:
            raise
        clean = _lax(token.value)
        return (_strict(env, clean, token) if clean else Nothing(token)), True


def _strict(env: Environment, text: str, token: Token) -> Expression:
    return FilteredExpression.parse(env, Stream(words(text, token)))


def _lax(text: str) -> str:
    found = _FIRST.search(text)
    if not found:
        return ""
    name = _value(str(found[0]))
    bar = text.find("|", found.end())
    parts = _PART.findall(text, bar + 1) if bar >= 0 else []
    filters = (_filter(part) for part in parts)
    return " | ".join([name, *(each for each in filters if each)]) if name else ""


def _filter(part: str) -> str:
    name = _WORD.search(part)
    if not name:
        return ""
    values = [value for value in map(_value, _ARGUMENT.findall(part)) if value]
    return f"{name[0]}: {', '.join(values)}" if values else name[0]


def _value(text: str) -> str:
    if _LITERAL.match(text.strip()):
        return text.strip()
    segments: list[str] = _SEGMENT.findall(text)
    if not segments or not (segments[0][0].isalpha() or segments[0][0] == "_"):
        return ""
    return segments[0] + "".join(each if each[0] == "[" else f".{each}" for each in segments[1:])


@lru_cache(maxsize=256)
def condition(env: Environment, text: str) -> BooleanExpression:
    """What `where_exp` is given; LiquidSyntaxError where it is no condition."""
    return BooleanExpression.parse(env, Stream(words(text, Token("expression", text, 0, text))))


@lru_cache(maxsize=256)
def value_of(env: Environment, text: str) -> Expression:
    """What `group_by_exp` is given, and an include's parameter without quotes."""
    return filtered(env, Token("expression", text, 0, text))[0]
