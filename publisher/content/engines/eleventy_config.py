"""What Eleventy's configuration says of the site."""

from pathlib import Path

from publisher.content.nouns import Engine, Survey


def survey(_folder: Path) -> Survey:
    """The settings of the site; all None where there is no configuration."""
    return Survey(Engine.ELEVENTY)


def is_eleventys(_folder: Path) -> bool:
    """Whether the folder holds a configuration of Eleventy."""
    return False
