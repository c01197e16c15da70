"""How each engine understands a file."""

from importlib import import_module
from typing import cast

from publisher.content.nouns import Engine
from publisher.content.posts import Reader


def reader_of(engine: Engine) -> Reader:
    """The engine's module, imported when first needed: a scan pays for one engine, not for six."""
    return cast(Reader, import_module(f"publisher.content.engines.{engine}"))
