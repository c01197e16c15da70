"""A Python file of settings, read and never run.

What is followed: assignments of literals, of names known so far, of strings and lists put together, of f-strings, of
`os.environ.get(name, default)` as its default, of `os.path.join` and its like; `from other import *` where the module
lies beside the file; `if` and `and`, `or`, `not` of what is known. All else is UNKNOWN, never guessed.
"""

import ast
import posixpath
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from publisher.content.codes import Code
from publisher.content.file_text import decode
from publisher.errors import ContentError, Problem
from publisher.struct import Struct

# A few lines of `X = X + X` would fill the memory; no setting that is read comes near this.
_MAX_WEIGHT, _MAX_DEPTH = 200_000, 50
_MAX_FILES = 20


class Unknown:
    """The value of an expression that cannot be known without running it."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Assigned(Struct, frozen=True):
    """What a name stands for, and where it was last bound: the file below the site's folder, line and column from 1.

    `value` is made of str, int, float, bool, None, list, tuple and dict, or is UNKNOWN.
    """

    value: object
    file: str
    line: int
    column: int


def read_program(folder: Path, file: str, problems: list[Problem]) -> tuple[dict[str, Assigned], tuple[str, ...]]:
    """The names that a settings file below `folder` binds, and all files they come from.

    A file that cannot be read binds none, with a problem.
    """
    program = _Program(folder, problems)
    program.run(file)
    return program.names, tuple(program.files)


class _Program:
    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.names: dict[str, Assigned] = {}
        self._folder = folder
        self._problems = problems
        self._file = ""
        self._running: list[str] = []
        self.files: list[str] = []

    def run(self, file: str) -> None:
        self.files.append(file)
        if file in self._running or len(self.files) > _MAX_FILES:
            return
        before, self._file = self._file, file
        self._running.append(file)
        self._block(self._parsed(file))
        self._running.pop()
        self._file = before

    def _parsed(self, file: str) -> list[ast.stmt]:
        try:
            text = decode((self._folder / file).read_bytes(), file)
            with warnings.catch_warnings():
                # `"\d"` is a mere warning of the compiler, and common in patterns.
                warnings.simplefilter("ignore")
                return ast.parse(text).body
        except ContentError as error:
            self._problems += error.problems
        except OSError as error:
            self._problems.append(Code.UNREADABLE_FILE.error(file, 0, 0, f"cannot be read: {error.strerror or error}"))
        except SyntaxError as error:
            place = error.lineno or 1, error.offset or 1
            self._problems.append(Code.BROKEN_FRONT_MATTER.error(file, *place, f"is not valid Python: {error.msg}"))
        except (ValueError, RecursionError, MemoryError):
            self._problems.append(Code.BROKEN_FRONT_MATTER.error(file, 1, 1, "is nested too deep to be read"))
        return []

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            try:
                self._statement(statement)
            except RecursionError:
                self._forget(statement)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, self._value(node.value))
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._bind(node.target, self._value(node.value))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            old = ast.Name(node.target.id, ast.Load())
            self._bind(node.target, self._value(ast.BinOp(old, node.op, node.value)))
        elif isinstance(node, ast.ImportFrom):
            self._import(node)
        elif isinstance(node, ast.If):
            test = self._value(node.test)
            if isinstance(test, Unknown):
                self._forget(node)
            else:
                self._block(node.body if test else node.orelse)
        elif isinstance(node, ast.Try):
            self._block([*node.body, *node.orelse, *node.finalbody])
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._forget(node)

    def _bind(self, target: ast.expr, value: object) -> None:
        if isinstance(target, ast.Name):
            known = value if _weight(value) < _MAX_WEIGHT else UNKNOWN
            self.names[target.id] = Assigned(known, self._file, target.lineno, target.col_offset + 1)
        else:
            self._forget(target)

    def _forget(self, node: ast.AST) -> None:
        """Names that are bound or changed in ways that are not followed."""
        for found in ast.walk(node):
            if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store | ast.Del):
                self._bind(found, UNKNOWN)
            changed = None
            if isinstance(found, ast.Subscript | ast.Attribute) and not isinstance(found.ctx, ast.Load):
                changed = found.value
            elif isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
                changed = found.func.value
            if isinstance(changed, ast.Name) and changed.id in self.names:
                self._bind(changed, UNKNOWN)

    def _import(self, node: ast.ImportFrom) -> None:
        file = f"{(node.module or '').replace('.', '/')}.py"
        if node.level > 1 or not (self._folder / file).is_file():
            return
        outer, self.names = self.names, {}
        self.run(file)
        inner, self.names = self.names, outer
        for alias in node.names:
            if alias.name == "*":
                self.names |= {name: found for name, found in inner.items() if not name.startswith("_")}
            elif alias.name in inner:
                self.names[alias.asname or alias.name] = inner[alias.name]

    def _value(self, node: ast.expr) -> object:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                # An escape can bring half a surrogate pair, which no address and no feed can carry.
                return node.value.encode(errors="replace").decode()
            return node.value if isinstance(node.value, int | float | None) else UNKNOWN
        if isinstance(node, ast.Name):
            return self._name(node.id)
        handler = _EXPRESSIONS.get(type(node))
        return handler(self, node) if handler else UNKNOWN

    def _name(self, name: str) -> object:
        if name == "__file__":
            return self._file
        found = self.names.get(name)
        return found.value if found else UNKNOWN

    def _values(self, nodes: Iterable[ast.expr | None]) -> list[object] | Unknown:
        values = [UNKNOWN if node is None else self._value(node) for node in nodes]
        return UNKNOWN if UNKNOWN in values else values

    def _sequence(self, node: ast.List | ast.Tuple) -> object:
        values = self._values(node.elts)
        return tuple(values) if isinstance(node, ast.Tuple) and isinstance(values, list) else values

    def _dict(self, node: ast.Dict) -> object:
        keys, values = self._values(node.keys), self._values(node.values)
        if isinstance(keys, Unknown) or isinstance(values, Unknown):
            return UNKNOWN
        return dict(zip(keys, values, strict=True)) if all(isinstance(key, str) for key in keys) else UNKNOWN

    def _binary(self, node: ast.BinOp) -> object:
        one, other = self._value(node.left), self._value(node.right)
        if not isinstance(node.op, ast.Add):
            return UNKNOWN
        if isinstance(one, str) and isinstance(other, str):
            return _short(one + other)
        if isinstance(one, list) and isinstance(other, list):
            return _short(one + other)
        return _short(one + other) if isinstance(one, tuple) and isinstance(other, tuple) else UNKNOWN

    def _joined(self, node: ast.JoinedStr) -> object:
        parts = [self._part(part) for part in node.values]
        texts = [part for part in parts if isinstance(part, str)]
        return _short("".join(texts)) if len(texts) == len(parts) else UNKNOWN

    def _part(self, node: ast.expr) -> object:
        if not isinstance(node, ast.FormattedValue):
            return self._value(node)
        value = UNKNOWN if node.format_spec or node.conversion != -1 else self._value(node.value)
        return str(value) if isinstance(value, int) else value

    def _unary(self, node: ast.UnaryOp) -> object:
        value = self._value(node.operand)
        if isinstance(node.op, ast.Not) and value is not UNKNOWN:
            return not value
        return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else UNKNOWN

    def _either(self, node: ast.BoolOp) -> object:
        value: object = UNKNOWN
        for operand in node.values:
            value = self._value(operand)
            if isinstance(value, Unknown) or bool(value) == isinstance(node.op, ast.Or):
                break
        return value

    def _choice(self, node: ast.IfExp) -> object:
        test = self._value(node.test)
        return UNKNOWN if isinstance(test, Unknown) else self._value(node.body if test else node.orelse)

    def _compare(self, node: ast.Compare) -> object:
        values = self._values([node.left, *node.comparators])
        if isinstance(values, Unknown) or len(values) != 2 or isinstance(values[0], list | tuple | dict):
            return UNKNOWN
        if isinstance(node.ops[0], ast.Eq | ast.Is):
            return values[0] == values[1]
        return values[0] != values[1] if isinstance(node.ops[0], ast.NotEq | ast.IsNot) else UNKNOWN

    def _call(self, node: ast.Call) -> object:
        name = ast.unparse(node.func) if isinstance(node.func, ast.Attribute | ast.Name) else ""
        if name in ("os.environ.get", "os.getenv", "environ.get", "getenv"):
            given = [*node.args[1:], *(word.value for word in node.keywords if word.arg == "default")]
            return self._value(given[0]) if given else None
        values = self._values(node.args)
        if name not in _PATHS or isinstance(values, Unknown) or not values:
            return UNKNOWN
        texts = [value for value in values if isinstance(value, str)]
        return _short(_PATHS[name](*texts)) if len(texts) == len(values) else UNKNOWN


def _first(path: str, *_rest: str) -> str:
    return path


_PATHS: dict[str, Callable[..., str]] = {
    "os.path.join": posixpath.join,
    "os.path.dirname": lambda path, *_rest: posixpath.dirname(path),
    "os.path.abspath": _first,
    "os.path.realpath": _first,
    "os.path.expanduser": _first,
    "str": _first,
}
_EXPRESSIONS: dict[type[ast.expr], Callable[..., object]] = {
    ast.List: _Program._sequence,
    ast.Tuple: _Program._sequence,
    ast.Dict: _Program._dict,
    ast.BinOp: _Program._binary,
    ast.JoinedStr: _Program._joined,
    ast.UnaryOp: _Program._unary,
    ast.BoolOp: _Program._either,
    ast.IfExp: _Program._choice,
    ast.Compare: _Program._compare,
    ast.Call: _Program._call,
}


def _short(value: str | list[object] | tuple[object, ...]) -> object:
    return value if len(value) < _MAX_WEIGHT else UNKNOWN


def _weight(value: object) -> int:
    """How much a value would take written out, counted no further than it matters: lists may hold each other twice."""
    weight, pending = 0, [(value, 0)]
    while pending and weight < _MAX_WEIGHT:
        found, depth = pending.pop()
        weight += len(found) if isinstance(found, str) else 1 if depth < _MAX_DEPTH else _MAX_WEIGHT
        if isinstance(found, dict):
            pending += [(item, depth + 1) for pair in found.items() for item in pair]
        elif isinstance(found, list | tuple):
            pending += [(item, depth + 1) for item in found]
    return weight
