"""Settings: found, read with their places, checked, and turned into nouns."""

from publisher.config.blame import place_of, refusal
from publisher.config.effective import (
    database_file,
    newsletter,
    newsletters,
    password,
    shown,
    transport_url,
)
from publisher.config.load import HOME_NAME, Config, find_config, load_config

__all__ = [
    "HOME_NAME",
    "Config",
    "database_file",
    "find_config",
    "load_config",
    "newsletter",
    "newsletters",
    "password",
    "place_of",
    "refusal",
    "shown",
    "transport_url",
]
