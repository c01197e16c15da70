"""Which engine a folder belongs to, and what that engine's own configuration says of the site."""

from pathlib import Path

from publisher.content.engines import hugo_config, jekyll_config
from publisher.content.nouns import Engine, Survey

_HUGO_FILES = ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json")


def survey(folder: Path, engine: Engine | None = None) -> Survey:
    """What the engine's configuration in `folder` says; the engine is detected where none is given.

    Never raises for what is in the folder: a configuration that cannot be read is a problem in the result.
    """
    found = engine or _detect(folder)
    if found is Engine.JEKYLL:
        return jekyll_config.survey(folder)
    if found is Engine.HUGO:
        return hugo_config.survey(folder)
    return Survey(Engine.PLAIN, None, None, None, None, None, None, None, "public", ".", ())


def _detect(folder: Path) -> Engine:
    if (folder / "_config.yml").is_file() or (folder / "_posts").is_dir():
        return Engine.JEKYLL
    if any((folder / name).is_file() for name in _HUGO_FILES) or (folder / "config" / "_default").is_dir():
        return Engine.HUGO
    if (folder / "content").is_dir() and (folder / "archetypes").is_dir():
        return Engine.HUGO
    return Engine.HUGO if hugo_config.is_hugos(folder) else Engine.PLAIN
