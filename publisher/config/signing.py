"""The keys that sign addresses in mails and forms, where the settings name a file of them."""

from publisher.config.blame import refusal
from publisher.config.effective import secret_lines
from publisher.config.load import Config

_LEDGER = "ledger"
_SHORTEST = 32
"""Characters; in hexadecimal 128 bits."""


def signing_keys(config: Config) -> tuple[bytes, ...]:
    """Those of `web.secret_file`, none where it names no file: the first signs, the others are believed.

    Read each time, so that keys are rotated under a server that runs. ConfigError where the file holds none, or a weak
    one.
    """
    if config.settings.web.secret_file is None:
        return ()
    keys = tuple(line.encode() for line in _lines(config) if line != _LEDGER)
    if not keys or min(map(len, keys)) < _SHORTEST:
        told = f"needs a key of {_SHORTEST} characters or more on each line"
        raise refusal(config, "web.secret_file", told, hint="'openssl rand -hex 32' makes one")
    return keys


def believes_ledger(config: Config) -> bool:
    """Whether the ledger's own secret is believed beside the keys of the file, which a line says: else the mails that
    were on their way when the file came would ask for a confirmation that nobody can give."""
    return _LEDGER in _lines(config)


def _lines(config: Config) -> list[str]:
    file = config.settings.web.secret_file
    lines = secret_lines(config, "web.secret_file", file) if file else []
    return [line.strip() for line in lines if line.strip()]
