"""How each engine turns a body into HTML: its tags and links on top of the markup.

A dialect gets a Page and returns HTML that is not safe yet. `content.render` then takes the excerpt from it, makes it
safe and its addresses absolute. What it cannot render it leaves readable, and warns of.
"""

from collections.abc import Callable
from importlib import import_module

from publisher.content.nouns import Engine
from publisher.content.world import Page

Dialect = Callable[[Page], str]


def dialect_of(engine: Engine) -> Dialect:
    """The function `to_html` of the engine's module, imported when first needed: Liquid alone costs 60 ms."""
    module = import_module(f"publisher.content.dialects.{engine}")
    dialect: Dialect = module.to_html
    return dialect
