"""Where a setting stands, for what is found wrong with it after the settings were checked."""

from collections.abc import Mapping
from typing import Any

from publisher.config.load import Config
from publisher.errors import ConfigError, Problem, Severity


def refusal(config: Config, key: str, message: str, *, hint: str) -> ConfigError:
    """The fault of a key that has no default, such as `feeds.output`, at its place."""
    problem = Problem(*place_of(config, key), Severity.ERROR, "config", f"{key}: {message}")
    return ConfigError([problem], hint=hint)


def place_of(config: Config, key: str) -> tuple[str, int, int]:
    """File, line and column of a key's value, or the variable that sets it; the file alone where nothing does."""
    # Here, not above: PyYAML takes longer to import than an unchanged build; so checked settings are kept without it,
    # and without their places.
    from publisher.config.document import read_document
    from publisher.config.schema import Schema

    path = tuple(key.split("."))
    value = _value(config.values, path)
    if value is None:
        return (config.shown, 0, 0)
    document = read_document(config.file, config.shown)
    found = _value(document.values, path)
    # Of a section the file says a part, and the defaults the rest.
    if found == value or isinstance(found, Mapping):
        return (config.shown, *document.place(path))
    if value == _value(Schema().model_dump(mode="json", by_alias=True), path):
        return (config.shown, 0, 0)
    return ("PUBLISHER_" + "__".join(path).upper(), 0, 0)


def _value(values: Any, path: tuple[str, ...]) -> Any:
    for word in path:
        values = values.get(word) if isinstance(values, Mapping) else None
    return values
