"""Which engine a folder belongs to, and what that engine's own configuration says of the site."""

from pathlib import Path

from publisher.content.engines.detect import CONFIGS, detect
from publisher.content.nouns import Engine, Survey


def survey(folder: Path, engine: Engine | None = None) -> Survey:
    """What the engine's configuration in `folder` says; the engine is detected where none is given.

    Never raises for what is in the folder: a configuration that cannot be read is a problem in the result.
    """
    found = engine or detect(folder)
    return CONFIGS[found](folder) if found in CONFIGS else Survey(Engine.PLAIN)
