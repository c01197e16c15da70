"""What a template says of the recipient, kept as source for the second stage while all else is rendered in the first.

A writer's `{% if subscriber.name %}` stands in the same file as `{{ post.title }}`. Which of the two stages an
expression belongs to is told by the names in it: where `subscriber` stands, or a name made of it, the expression is
written down instead of evaluated, what is known already put in as constants (partial evaluation).
"""

from collections.abc import Sequence

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from publisher.templating.names import RECIPIENT, Names, is_later

VALUE, TAG = "value", "tag"
"""The two kinds of template code: what is printed, and what decides."""

_BINARY = {
    nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//", nodes.Mod: "%",
    nodes.Pow: "**",
}  # fmt: skip
_COMPARED = {
    "eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in", "notin": "not in",
}  # fmt: skip

Pieces = list[nodes.Expr]
"""Expressions of the first stage that give, one after the other, the source of one of the second."""


def source_of(node: nodes.Expr, later: Names, *, truth: bool = False) -> Pieces:
    """The source of an expression; with `truth` only whether it holds matters. Raises TemplateSyntaxError."""
    if not is_later(node, later):
        return [call("truth" if truth else "literal", [node])]
    match node:
        case nodes.Name():
            kept = call("truth" if truth else "literal", [node])
            return [nodes.Const(node.name) if node.name in later.real else kept]
        case nodes.Getattr():
            return [*_group(node.node, later), nodes.Const(f".{node.attr}")]
        case nodes.Getitem():
            return [*_group(node.node, later), nodes.Const("["), *_index(node.arg, later), nodes.Const("]")]
        case nodes.Filter() if node.node is not None:
            return [*_group(node.node, later), nodes.Const(f" | {node.name}"), *_arguments(node, later)]
        case nodes.Test():
            return [*_group(node.node, later), nodes.Const(f" is {node.name}"), *_arguments(node, later)]
        case nodes.Call() if is_later(node.node, later):
            return [*_group(node.node, later), *_arguments(node, later)]
        case nodes.And() | nodes.Or():
            return _junction(node, later, truth=truth)
        case nodes.CondExpr():
            return _choice(node, later, truth=truth)
        case _:
            return _plain(node, later)


def concat(pieces: Sequence[nodes.Expr]) -> nodes.Expr:
    """One expression of the first stage that gives all of them."""
    return nodes.Concat(list(pieces)) if len(pieces) > 1 else pieces[0]


def refused(node: nodes.Node, what: str) -> TemplateSyntaxError:
    """What a template cannot do with a recipient, at its line."""
    return TemplateSyntaxError(f"{what}: {RECIPIENT} is known only when a mail leaves", node.lineno)


def _plain(node: nodes.Expr, later: Names) -> Pieces:
    match node:
        case nodes.Not():
            return [nodes.Const("not "), *_group(node.node, later, truth=True)]
        case nodes.Neg() | nodes.Pos():
            return [nodes.Const(node.operator), *_group(node.node, later)]
        case nodes.Compare():
            others = [piece for one in node.ops for piece in _compared(one, later)]
            return [*_group(node.expr, later), *others]
        case nodes.Concat():
            return _joined([_group(one, later) for one in node.nodes], " ~ ")
        case nodes.List():
            items = _joined([source_of(one, later) for one in node.items], ", ")
            return [nodes.Const("["), *items, nodes.Const("]")]
        case nodes.Tuple():
            # Not a list: "%s, %s" % (a, b) takes no list.
            items = _joined([source_of(one, later) for one in node.items], ", ")
            return [nodes.Const("("), *items, nodes.Const(",)")]
        case nodes.BinExpr() if type(node) in _BINARY:
            sign = nodes.Const(f" {_BINARY[type(node)]} ")
            return [*_group(node.left, later), sign, *_group(node.right, later)]
        case nodes.Call():
            raise refused(node, "a function or macro cannot take it")
        case _:
            raise refused(node, f"{type(node).__name__.lower()} cannot be kept")


def _junction(node: nodes.And | nodes.Or, later: Names, *, truth: bool) -> Pieces:
    right = source_of(node.right, later, truth=truth)
    if is_later(node.left, later):
        word = nodes.Const(" and " if isinstance(node, nodes.And) else " or ")
        return [nodes.Const("("), *source_of(node.left, later, truth=truth), word, *right, nodes.Const(")")]
    # What stands on the right of a known side may only be looked at where that side lets it.
    known = concat(source_of(node.left, later, truth=truth))
    yes, no = (concat(right), known) if isinstance(node, nodes.And) else (known, concat(right))
    return [nodes.CondExpr(node.left, yes, no)]


def _choice(node: nodes.CondExpr, later: Names, *, truth: bool) -> Pieces:
    yes = source_of(node.expr1, later, truth=truth)
    no = source_of(node.expr2, later, truth=truth) if node.expr2 is not None else [nodes.Const("''")]
    if not is_later(node.test, later):
        return [nodes.CondExpr(node.test, concat(yes), concat(no))]
    test = source_of(node.test, later, truth=True)
    return [
        nodes.Const("("), *yes, nodes.Const(" if "), *test, nodes.Const(" else "), *no, nodes.Const(")")
    ]  # fmt: skip


def _group(node: nodes.Expr, later: Names, *, truth: bool = False) -> Pieces:
    """In brackets, unless it binds closer than anything beside it."""
    pieces = source_of(node, later, truth=truth)
    closest = isinstance(node, nodes.Getattr | nodes.Getitem)
    closest = closest or (isinstance(node, nodes.Name) and node.name in later.real)
    return pieces if closest else [nodes.Const("("), *pieces, nodes.Const(")")]


def _index(node: nodes.Expr, later: Names) -> Pieces:
    if not isinstance(node, nodes.Slice):
        return source_of(node, later)
    parts = [[] if one is None else source_of(one, later) for one in (node.start, node.stop)]
    step = [nodes.Const(":"), *source_of(node.step, later)] if node.step is not None else []
    return [*parts[0], nodes.Const(":"), *parts[1], *step]


def _compared(node: nodes.Operand, later: Names) -> Pieces:
    return [nodes.Const(f" {_COMPARED[node.op]} "), *_group(node.expr, later)]


def _arguments(node: nodes.Filter | nodes.Test | nodes.Call, later: Names) -> Pieces:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise refused(node, "arguments with * cannot be kept")
    given = [source_of(one, later) for one in node.args]
    given += [[nodes.Const(f"{one.key}="), *source_of(one.value, later)] for one in node.kwargs]
    if not given and not isinstance(node, nodes.Call):
        return []
    return [nodes.Const("("), *_joined(given, ", "), nodes.Const(")")]


def _joined(parts: Sequence[Pieces], between: str) -> Pieces:
    found: Pieces = []
    for number, part in enumerate(parts):
        found += [nodes.Const(between)] * bool(number) + part
    return found


def call(method: str, arguments: Sequence[nodes.Expr]) -> nodes.Expr:
    """A call of a method of the environment, of the first stage."""
    return nodes.Call(nodes.EnvironmentAttribute(method), list(arguments), [], None, None)
