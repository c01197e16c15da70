"""What stands at the door of sign-ups, built from the settings."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.config import Config, refusal
from publisher.model.newsletter import Newsletter

if TYPE_CHECKING:
    from publisher.jobs.door import Door


def door_of(
    config: Config, newsletters: tuple[Newsletter, ...], clock: Callable[[], datetime], require: Callable[[], object]
) -> "Door":
    """The door of these newsletters; ConfigError where the list of disposable domains cannot be read."""
    from publisher.jobs.door import Door

    rules = config.settings.web.sign_up
    door = Door(newsletters, rules, _disposable(config, rules.disposable), require=require)
    if not rules.check_mx:
        return door
    from publisher.mx import Exchanges
    from publisher.struct import replace

    return replace(door, unmailable=Exchanges(clock).unmailable)


def _disposable(config: Config, file: str | None) -> frozenset[str]:
    """One domain a line, in ASCII or not; `#` begins a remark."""
    if file is None:
        return frozenset()
    try:
        lines = (config.home / file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        told = f"{file} cannot be read: {reason}"
        raise refusal(config, "web.sign_up.disposable", told, hint="name a file with a domain on each line") from error
    domains = (line.partition("#")[0].strip().lower().rstrip(".") for line in lines)
    return frozenset(_ascii(domain) for domain in domains if domain)


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
