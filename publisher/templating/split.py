"""A template's tree, its statements on the recipient turned into places that the second stage fills."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import TypeVar

from jinja2 import nodes

from publisher.struct import Struct, replace
from publisher.templating.names import RECIPIENT, Names, asked, flattened, is_later
from publisher.templating.residue import TAG, VALUE, Pieces, call, concat, refused, source_of

_Made = TypeVar("_Made", bound=nodes.Node)
_HARMLESS = {"indent", "trim"}
"""What a filter may do to a whole passage: nothing that depends on what a token will become."""


def split(tree: nodes.Template) -> nodes.Template:
    """`tree` so that its first stage can be rendered without a recipient; raises TemplateSyntaxError."""
    tree = flattened(tree)
    tree.body = _Splitter(Names(frozenset({RECIPIENT})), _FREE).statements(tree.body)
    for name in tree.find_all(nodes.Name):
        if name.name == RECIPIENT:
            raise refused(name, "it cannot be used here" if name.ctx == "load" else "it cannot be given a value")
    return tree


class _Within(Struct, frozen=True):
    """What a statement stands in that is decided in the second stage: a loop, and conditions outside of loops.

    A condition is the name under which the first stage keeps it, and whether it has to hold.
    """

    loop: bool = False
    conditions: tuple[tuple[str, bool], ...] = ()

    def on(self, name: str, *, holds: bool) -> "_Within":
        """The same, and a condition more."""
        return replace(self, conditions=(*self.conditions, (name, holds)))


_FREE = _Within()


class _Splitter:
    """Walks statements in their order; a class because names are given something of the recipient on the way.

    Such a name becomes a variable of the first stage that holds source of the second, so it is known wherever jinja2
    looks for variables: in the blocks of a child, in included files, and only within the loop it was set in.
    """

    def __init__(self, names: Names, within: _Within, root: "_Splitter | None" = None) -> None:
        self.names, self._within, self._root = names, within, root or self
        self._numbers = count(1)

    def statements(self, body: Sequence[nodes.Node]) -> list[nodes.Node]:
        """A list of statements."""
        return [kept for node in body for kept in self._statement(node)]

    def _statement(self, node: nodes.Node) -> list[nodes.Node]:
        match node:
            case nodes.Output():
                node.nodes = [self._printed(one) for one in node.nodes]
                return [node]
            case nodes.If():
                return self._if(node)
            case nodes.For():
                return self._for(node)
            case nodes.Assign():
                return self._set(node)
            case nodes.AssignBlock():
                return self._set_block(node)
            case nodes.With():
                return self._with(node)
            case nodes.Macro() | nodes.Import() | nodes.FromImport() if self._within != _FREE:
                raise refused(node, "define and import before a condition on it")
            case nodes.FilterBlock():
                self._require_harmless(node, node.filter)
        return self._passage(node)

    def _passage(self, node: nodes.Node) -> list[nodes.Node]:
        """A statement with names of its own, such as a macro: they hide others, and end with it."""
        if isinstance(node, nodes.Block):
            node.body = self._block(node).statements(node.body)
        elif isinstance(getattr(node, "body", None), list):
            inner = self._branch(self._within, self.names.without(_all_names(getattr(node, "args", ()))))
            node.body = inner.statements(node.body)  # type: ignore[attr-defined]
        return [node]

    def _block(self, node: nodes.Block) -> "_Splitter":
        """A block is a function of its own: it sees what is set in the template, not what is in a loop around it."""
        within = self._within if self._within.loop else _FREE
        if node.scoped:
            return self._branch(within)
        return self._branch(within, Names(frozenset({RECIPIENT}), self.names.held | self._root.names.held))

    def _branch(self, within: _Within, names: Names | None = None) -> "_Splitter":
        return _Splitter(self.names if names is None else names, within, self._root)

    def _printed(self, node: nodes.Expr) -> nodes.Expr:
        return _place(node, VALUE, source_of(node, self.names)) if is_later(node, self.names) else node

    def _if(self, node: nodes.If) -> list[nodes.Node]:
        others: list[nodes.Node] = list(node.else_)
        if node.elif_:
            following, *rest = node.elif_
            others = [nodes.If(following.test, following.body, rest, node.else_, lineno=following.lineno)]
        if is_later(node.test, self.names):
            return self._later_if(node, others)
        yes, no = self._branch(self._within), self._branch(self._within)
        kept = nodes.If(node.test, yes.statements(node.body), [], no.statements(others), lineno=node.lineno)
        self.names = yes.names.joined(no.names)
        return [kept]

    def _later_if(self, node: nodes.If, others: list[nodes.Node]) -> list[nodes.Node]:
        """Both branches, one behind the other."""
        test = source_of(_expression(node.test), self.names, truth=True)
        before, yes, no = [], self._within, self._within
        if not self._within.loop:
            # Under a name, since what it asks may be given another value before it is asked again.
            name = f"_later_{next(self._root._numbers)}"
            before = [nodes.Assign(nodes.Name(name, "store"), _held(node.test, test), lineno=node.lineno)]
            test = [_at(node, call("literal", [nodes.Name(name, "load")]))]
            yes, no = yes.on(name, holds=True), no.on(name, holds=False)
        inner = self._branch(yes)
        body = [_tag(node, [nodes.Const("if "), *test]), *inner.statements(node.body)]
        self.names = self.names.joined(inner.names)
        if others:
            inner = self._branch(no)
            body += [_tag(node, [nodes.Const("else")]), *inner.statements(others)]
            self.names = self.names.joined(inner.names)
        return [*before, *body, _tag(node, [nodes.Const("endif")])]

    def _for(self, node: nodes.For) -> list[nodes.Node]:
        if is_later(node.iter, self.names):
            return self._later_for(node)
        inner = self._branch(self._within, self.names.without(_all_names([node.target]) | {"loop"}))
        if node.test is not None and is_later(node.test, inner.names):
            raise refused(node, "write an if within the loop")
        node.body = inner.ended(node, node.body)
        node.else_ = self._branch(self._within).ended(node, node.else_)
        return [node]

    def ended(self, node: nodes.Node, body: Sequence[nodes.Node]) -> list[nodes.Node]:
        """Statements whose names end with them, also where the second stage gives them their values."""
        kept = self.statements(body)
        if not self._within.loop or not kept:
            return kept
        return [_tag(node, [nodes.Const("with")]), *kept, _tag(node, [nodes.Const("endwith")])]

    def _later_for(self, node: nodes.For) -> list[nodes.Node]:
        if node.recursive:
            raise refused(node, "a loop over it cannot be recursive")
        within = replace(self._within, loop=True)
        inner = self._branch(within, self.names.with_real(_all_names([node.target]) | {"loop"}))
        pieces = [nodes.Const(f"for {_target(node.target)} in "), *source_of(_expression(node.iter), self.names)]
        if node.test is not None:
            pieces += [nodes.Const(" if "), *source_of(_expression(node.test), inner.names, truth=True)]
        body = [_tag(node, pieces), nodes.Scope(inner.statements(node.body))]
        if node.else_:
            other = self._branch(within).statements(node.else_)
            body += [_tag(node, [nodes.Const("else")]), nodes.Scope(other)]
        return [*body, _tag(node, [nodes.Const("endfor")])]

    def _set(self, node: nodes.Assign) -> list[nodes.Node]:
        if self._within == _FREE and not is_later(node.node, self.names):
            self.names = self.names.without(_all_names([node.target]))
            return [node]
        value = _expression(node.node)
        if self._within.loop:
            # Only the second stage knows how often it comes by here.
            tag = _tag(node, [nodes.Const(f"set {_target(node.target)} = "), *source_of(value, self.names)])
            self.names = self.names.with_real(_all_names([node.target]))
            return [tag]
        given = [_held(value, self._chosen(*one)) for one in _pairs(node.target, value, self.names)]
        self.names = self.names.with_held(_all_names([node.target]))
        kept = nodes.Tuple(given, "load") if isinstance(node.target, nodes.Tuple) else given[0]
        return [nodes.Assign(node.target, kept, lineno=node.lineno)]

    def _chosen(self, name: str, value: Pieces) -> Pieces:
        """The source of what `name` is from here on: it keeps what it was where the conditions do not hold."""
        if not self._within.conditions:
            return value
        test: Pieces = []
        for kept, holds in self._within.conditions:
            test += [nodes.Const(" and " if test else ""), nodes.Const("" if holds else "not ")]
            test.append(call("literal", [nodes.Name(kept, "load")]))
        return [call("chosen", [concat(test), concat(value), nodes.Name(name, "load")])]

    def _set_block(self, node: nodes.AssignBlock) -> list[nodes.Node]:
        if self._within != _FREE:
            raise refused(node, "set a text before a condition on it")
        waits = any(is_later(one, self.names) for one in node.body)
        self._require_harmless(node, node.filter)
        kept = self._passage(node)
        self.names = self.names.without(_all_names([node.target]))
        if waits and isinstance(node.target, nodes.Name):
            text = call("passage", [nodes.Name(node.target.name, "load")])
            kept.append(_at(node, nodes.Assign(nodes.Name(node.target.name, "store"), text)))
        return kept

    def _with(self, node: nodes.With) -> list[nodes.Node]:
        names = self.names.without(_all_names(node.targets))
        for number, value in enumerate(node.values):
            if is_later(value, self.names):
                names = names.with_held(_all_names([node.targets[number]]))
                node.values[number] = _held(value, source_of(value, self.names))
        node.body = self._branch(self._within, names).ended(node, node.body)
        return [node]

    def _require_harmless(self, node: nodes.FilterBlock | nodes.AssignBlock, over: nodes.Filter | None) -> None:
        while over is not None:
            if over.name not in _HARMLESS and any(is_later(one, self.names) for one in node.body):
                raise refused(node, f"the filter {over.name} cannot work on a passage with it")
            over = over.node if isinstance(over.node, nodes.Filter) else None


def _held(value: nodes.Node, source: Pieces) -> nodes.Expr:
    return _at(value, call("held", [nodes.Const(asked(value)), concat(source)]))


def _tag(node: nodes.Node, pieces: Pieces) -> nodes.Node:
    return nodes.Output([_place(node, TAG, pieces)], lineno=node.lineno)


def _place(node: nodes.Node, kind: str, pieces: Pieces) -> nodes.Expr:
    return _at(node, call("place", [nodes.Const(kind), nodes.Const(asked(node)), concat(pieces)]))


def _at(place: nodes.Node, made: _Made) -> _Made:
    """What was made, at the line of what it was made of, which errors tell."""
    made.lineno = place.lineno
    for one in made.find_all(nodes.Node):
        one.lineno = place.lineno
    return made


def _pairs(target: nodes.Node, value: nodes.Expr, names: Names) -> list[tuple[str, Pieces]]:
    """Each name that is given a value, and the source of it."""
    if isinstance(target, nodes.Name):
        return [(target.name, source_of(value, names))]
    if not isinstance(target, nodes.Tuple) or not all(isinstance(one, nodes.Name) for one in target.items):
        raise refused(target, "it cannot be kept under such a name")
    each = list(map(_target, target.items))
    if isinstance(value, nodes.Tuple | nodes.List) and len(value.items) == len(each):
        return [(name, source_of(one, names)) for name, one in zip(each, value.items, strict=True)]
    whole = source_of(value, names)
    return [(name, [nodes.Const("("), *whole, nodes.Const(f")[{number}]")]) for number, name in enumerate(each)]


def _expression(node: nodes.Node) -> nodes.Expr:
    assert isinstance(node, nodes.Expr)
    return node


def _all_names(targets: Iterable[nodes.Node]) -> set[str]:
    each = [one for target in targets for one in (target, *target.find_all(nodes.Name))]
    return {one.name for one in each if isinstance(one, nodes.Name)}


def _target(target: nodes.Node) -> str:
    if isinstance(target, nodes.Name):
        return target.name
    if isinstance(target, nodes.Tuple):
        return ", ".join(map(_target, target.items))
    raise refused(target, "it cannot be kept under such a name")
