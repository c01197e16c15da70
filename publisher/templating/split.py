"""A template's tree, its statements on the recipient turned into places that the second stage fills."""

from collections.abc import Sequence

from jinja2 import nodes

from publisher.templating.residue import RECIPIENT, TAG, VALUE, Pieces, concat, is_later, refused, source_of


def split(tree: nodes.Template) -> nodes.Template:
    """`tree` so that its first stage can be rendered without a recipient; raises TemplateSyntaxError."""
    tree.body = _Splitter({RECIPIENT}).statements(tree.body)
    for name in tree.find_all(nodes.Name):
        if name.name == RECIPIENT:
            raise refused(name, "it cannot be used here" if name.ctx == "load" else "it cannot be given a value")
    return tree


class _Splitter:
    """Walks statements in their order; a class because a name can become one of the second stage on the way."""

    def __init__(self, later: set[str], *, inside: bool = False) -> None:
        self.later = later
        self.inside = inside

    def statements(self, body: Sequence[nodes.Node]) -> list[nodes.Node]:
        """A list of statements."""
        return [kept for node in body for kept in self.statement(node)]

    def statement(self, node: nodes.Node) -> list[nodes.Node]:
        """One statement: as it was, or what stands for it."""
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
            case _:
                for field in ("body", "else_"):
                    if isinstance(getattr(node, field, None), list):
                        setattr(node, field, self.statements(getattr(node, field)))
                return [node]

    def _printed(self, node: nodes.Expr) -> nodes.Expr:
        return self._place(node, VALUE, source_of(node, self.later)) if is_later(node, self.later) else node

    def _if(self, node: nodes.If) -> list[nodes.Node]:
        others: list[nodes.Node] = list(node.else_)
        if node.elif_:
            following, *rest = node.elif_
            others = [nodes.If(following.test, following.body, rest, node.else_, lineno=following.lineno)]
        if not is_later(node.test, self.later):
            kept = nodes.If(node.test, self.statements(node.body), [], self.statements(others), lineno=node.lineno)
            return [kept]
        within = _Splitter(self.later, inside=True)
        pieces = [nodes.Const("if "), *source_of(_expression(node.test), self.later, truth=True)]
        middle = [self._tag(node, [nodes.Const("else")]), *within.statements(others)] if others else []
        end = self._tag(node, [nodes.Const("endif")])
        return [self._tag(node, pieces), *within.statements(node.body), *middle, end]

    def _for(self, node: nodes.For) -> list[nodes.Node]:
        if not is_later(node.iter, self.later):
            if node.test is not None and is_later(node.test, self.later):
                raise refused(node, "write an if within the loop")
            node.body, node.else_ = self.statements(node.body), self.statements(node.else_)
            return [node]
        if node.recursive:
            raise refused(node, "a loop over it cannot be recursive")
        within = _Splitter(self.later | _names(node.target) | {"loop"}, inside=True)
        pieces = [nodes.Const(f"for {_target(node.target)} in "), *source_of(_expression(node.iter), self.later)]
        if node.test is not None:
            pieces += [nodes.Const(" if "), *source_of(_expression(node.test), within.later, truth=True)]
        middle = [self._tag(node, [nodes.Const("else")]), *within.statements(node.else_)] if node.else_ else []
        end = self._tag(node, [nodes.Const("endfor")])
        return [self._tag(node, pieces), *within.statements(node.body), *middle, end]

    def _set(self, node: nodes.Assign) -> list[nodes.Node]:
        if is_later(node.node, self.later):
            self.later |= _names(node.target)
            value = source_of(_expression(node.node), self.later)
            return [self._tag(node, [nodes.Const(f"set {_target(node.target)} = "), *value])]
        if self.inside:
            # The first stage would do it for every recipient.
            raise refused(node, "set a value before a condition on it")
        self.later -= _names(node.target) - {RECIPIENT}
        return [node]

    def _tag(self, node: nodes.Node, pieces: Pieces) -> nodes.Node:
        return nodes.Output([self._place(node, TAG, pieces)], lineno=node.lineno)

    def _place(self, node: nodes.Node, kind: str, pieces: Pieces) -> nodes.Expr:
        asked = sorted({one.attr for one in node.find_all(nodes.Getattr) if _is_recipient(one.node)})
        own = [node.attr] if isinstance(node, nodes.Getattr) and _is_recipient(node.node) else []
        names = nodes.Const(tuple({*asked, *own}))
        arguments = [nodes.Const(kind), names, concat(pieces)]
        call = nodes.Call(nodes.EnvironmentAttribute("place"), arguments, [], None, None)
        for one in (call, *call.find_all(nodes.Node)):
            one.lineno = node.lineno
        return call


def _expression(node: nodes.Node) -> nodes.Expr:
    assert isinstance(node, nodes.Expr)
    return node


def _is_recipient(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == RECIPIENT


def _names(target: nodes.Node) -> set[str]:
    return {one.name for one in (target, *target.find_all(nodes.Name)) if isinstance(one, nodes.Name)}


def _target(target: nodes.Node) -> str:
    if isinstance(target, nodes.Name):
        return target.name
    if isinstance(target, nodes.Tuple):
        return ", ".join(map(_target, target.items))
    raise refused(target, "it cannot be kept under such a name")
