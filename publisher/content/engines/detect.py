"""Which engine a folder belongs to, by the configuration files that only that engine has."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from publisher.content.nouns import Engine, Survey


def _ask(room: str, function: str, folder: Path) -> Any:
    # Imported when first asked: a site pays for the configurations up to its own, not for all of them.
    return getattr(import_module(f"publisher.content.engines.{room}"), function)(folder)


CONFIGS: dict[Engine, Callable[[Path], Survey]] = {
    engine: partial(_ask, f"{engine}_config", "survey") for engine in Engine if engine is not Engine.PLAIN
}

# In this order: a config.toml is Zola's or Hugo's by its keys, a `_posts` folder alone is Jekyll's.
_SIGNS: tuple[tuple[Engine, Callable[[Path], bool]], ...] = (
    (Engine.JEKYLL, partial(_ask, "jekyll_config", "is_jekylls")),
    (Engine.PELICAN, partial(_ask, "pelican_config", "is_pelicans")),
    (Engine.ELEVENTY, partial(_ask, "eleventy_config", "is_eleventys")),
    (Engine.ZOLA, partial(_ask, "zola_config", "is_zolas")),
    (Engine.HUGO, partial(_ask, "hugo_config", "is_hugos")),
    (Engine.JEKYLL, lambda folder: (folder / "_posts").is_dir()),
)


def detect(folder: Path) -> Engine:
    """The engine of the site in `folder`; plain where no sign of another is there."""
    return next((engine for engine, has_sign in _SIGNS if has_sign(folder)), Engine.PLAIN)
