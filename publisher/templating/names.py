"""Which names of a template the first stage cannot know."""

from collections.abc import Iterable
from typing import TypeVar

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from publisher.struct import Struct

RECIPIENT = "subscriber"
"""The name that is known only when a mail leaves."""

FIELD = "fields."
"""What stands before the name of one of a site's own fields, where a recipient is asked for it: `subscriber.fields.x`
is one name of the recipient, so that both stages and their errors know it as they know any."""

_Node = TypeVar("_Node", bound=nodes.Node)


class Names(Struct, frozen=True):
    """The names that only the second stage can give a value.

    `real` are known to that stage itself: the recipient, and what its own loops go through. `held` are variables of
    the first stage that may hold source of the second; what they do hold is seen when the template runs.
    """

    real: frozenset[str]
    held: frozenset[str] = frozenset()

    def without(self, names: Iterable[str]) -> "Names":
        """Where `names` are something else, such as the arguments of a macro."""
        hidden = frozenset(names) - {RECIPIENT}
        return Names(self.real - hidden, self.held - hidden)

    def with_real(self, names: Iterable[str]) -> "Names":
        """Where the second stage gives `names` a value."""
        return Names(self.real | frozenset(names), self.held - frozenset(names))

    def with_held(self, names: Iterable[str]) -> "Names":
        """Where the first stage keeps source under `names`."""
        return Names(self.real - frozenset(names), self.held | frozenset(names))

    def joined(self, other: "Names") -> "Names":
        """Behind two branches of which either may have been taken."""
        return Names(self.real | other.real, self.held | other.held)


def is_later(node: nodes.Node, later: Names) -> bool:
    """Whether an expression or a statement needs a name of `later`."""
    known = later.real | later.held
    return any(name.name in known for name in _with_itself(node, nodes.Name) if name.ctx == "load")


def asked(node: nodes.Node) -> tuple[str, ...]:
    """What an expression asks of the recipient, as `.name` or `["name"]`."""
    attributes = [one.attr for one in _with_itself(node, nodes.Getattr) if _is_recipient(one.node)]
    for one in _with_itself(node, nodes.Getitem):
        if _is_recipient(one.node) and isinstance(one.arg, nodes.Const):
            attributes.append(str(one.arg.value))
    return tuple(sorted(set(attributes)))


class _Flat(NodeTransformer):
    """Makes `subscriber.fields.x` the one name it is."""

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        return self._flat(node, node.attr)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        return self._flat(node, node.arg.value if isinstance(node.arg, nodes.Const) else None)

    def _flat(self, node: nodes.Getattr | nodes.Getitem, name: object) -> nodes.Node:
        match node.node:
            case nodes.Getattr(node=of, attr="fields") | nodes.Getitem(node=of, arg=nodes.Const(value="fields")):
                if _is_recipient(of) and isinstance(name, str):
                    return nodes.Getitem(of, nodes.Const(FIELD + name), "load", lineno=node.lineno)
        return self.generic_visit(node)


def flattened(tree: nodes.Template) -> nodes.Template:
    """`tree` with each field of the recipient asked for by one name."""
    found = _Flat().visit(tree)
    assert isinstance(found, nodes.Template)
    return found


def _with_itself(node: nodes.Node, kind: type[_Node]) -> list[_Node]:
    return [*([node] if isinstance(node, kind) else []), *node.find_all(kind)]


def _is_recipient(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == RECIPIENT
