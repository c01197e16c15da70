"""What a name of the first stage stands for where only the second knows its value."""

from collections.abc import Callable
from typing import Any, NoReturn

import jinja2

from publisher.templating.names import RECIPIENT


class _Waiting:
    """Something that can be printed and nothing else: whether it is empty, say, is known when a mail leaves."""

    def __html__(self) -> str:
        return str(self)

    def _refused(self, *_: Any) -> NoReturn:
        raise jinja2.TemplateRuntimeError(
            f"what was made of {RECIPIENT} can only be printed here: it is known only when a mail leaves"
        )

    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _refused
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = _refused
    __add__ = __radd__ = __mul__ = __mod__ = __rmod__ = __sub__ = __call__ = _refused
    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # as Python asks what it can do
            raise AttributeError(name)
        self._refused()


class Held(_Waiting):
    """A value: `source` is what it is in the second stage, and `token` gives what stands for it where it is printed."""

    def __init__(self, source: str, token: Callable[[], str]) -> None:
        self.source, self._token = source, token

    def __str__(self) -> str:
        return self._token()


class Passage(_Waiting):
    """A text that was written with {% set x %}, with tokens in it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text
