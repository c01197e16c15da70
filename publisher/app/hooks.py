"""The programs that are told of events, built from the settings."""

from typing import TYPE_CHECKING

from publisher.config import Config, refusal, secret
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.model.event import Hook


def hooks_of(config: Config) -> "list[Hook]":
    """The hooks of the settings; one that names no events wants them all."""
    from publisher.model.event import EventKind, Hook

    return [
        Hook(name, one.url, tuple(map(EventKind, one.events)) or tuple(EventKind))
        for name, one in config.settings.hooks.items()
    ]


def hook_keys_of(config: Config, name: str) -> tuple[bytes, ...]:
    """What posts to a hook are signed with, the newest first; ConfigError where its file holds none."""
    from publisher.core.hooks import keys_of

    key = f"hooks.{name}.secret_file"
    try:
        return keys_of(secret(config, key, config.settings.hooks[name].secret_file))
    except UsageError as error:
        raise refusal(config, key, error.message, hint=error.hint or "") from error
