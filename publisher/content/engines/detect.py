"""Which engine a folder belongs to, by the configuration files that only that engine has."""

from collections.abc import Callable
from pathlib import Path

from publisher.content.engines import eleventy_config, hugo_config, jekyll_config, pelican_config, zola_config
from publisher.content.nouns import Engine, Survey

CONFIGS: dict[Engine, Callable[[Path], Survey]] = {
    Engine.JEKYLL: jekyll_config.survey,
    Engine.HUGO: hugo_config.survey,
    Engine.PELICAN: pelican_config.survey,
    Engine.ELEVENTY: eleventy_config.survey,
    Engine.ZOLA: zola_config.survey,
}

# In this order: a config.toml is Zola's or Hugo's by its keys, a `_posts` folder alone is Jekyll's.
_SIGNS: tuple[tuple[Engine, Callable[[Path], bool]], ...] = (
    (Engine.JEKYLL, lambda folder: (folder / "_config.yml").is_file()),
    (Engine.PELICAN, pelican_config.is_pelicans),
    (Engine.ELEVENTY, eleventy_config.is_eleventys),
    (Engine.ZOLA, zola_config.is_zolas),
    (Engine.HUGO, hugo_config.is_hugos),
    (Engine.JEKYLL, lambda folder: (folder / "_posts").is_dir()),
)


def detect(folder: Path) -> Engine:
    """The engine of the site in `folder`; plain where no sign of another is there."""
    return next((engine for engine, has_sign in _SIGNS if has_sign(folder)), Engine.PLAIN)
