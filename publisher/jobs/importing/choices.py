"""What a row wants: cells that say how and what somebody reads, against what the settings offer."""

import json
from collections.abc import Sequence

from publisher.core.zones import zone_name
from publisher.errors import PublisherError, UsageError
from publisher.jobs.importing.cells import several
from publisher.jobs.importing.nouns import Choice, Said
from publisher.jobs.subscribe import frequency_of, language_of, named
from publisher.model.newsletter import Newsletter

_REMEMBERED = 10_000
"""Different wishes: a million readers have a few, and each is worked out once."""

Wanted = tuple[str, str, str, str, str]


class Choices:
    """Wishes as cells have them, made choices. `only` is the newsletter that all of a file is for."""

    def __init__(self, newsletters: Sequence[Newsletter], only: str | None) -> None:
        if not newsletters:
            raise UsageError("no newsletter is configured", hint="add one under 'newsletters:' in config.yaml")
        self._newsletters = [named(newsletters, only)] if only else list(newsletters)
        self._known: dict[Wanted, tuple[Choice, ...] | PublisherError] = {}

    def of(self, said: Said) -> tuple[Choice, ...]:
        """One for each newsletter. UsageError or NotFound where a cell means nothing."""
        wanted = (said.newsletters, said.categories, said.language, said.frequency, said.timezone)
        found = self._known.get(wanted)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[wanted] = self._worked_out(*wanted)
        if isinstance(found, PublisherError):
            raise found
        return found

    def _worked_out(self, *wanted: str) -> tuple[Choice, ...] | PublisherError:
        try:
            return self._made(*wanted)
        except PublisherError as error:
            return error

    def _made(self, names: str, categories: str, language: str, frequency: str, zone: str) -> tuple[Choice, ...]:
        chosen = [named(self._newsletters, name) for name in several(names)] or self._newsletters
        words = several(categories)
        return tuple(
            Choice(
                newsletter=one.name,
                default_frequency=str(next(iter(one.schedules))),
                frequency=frequency_of(one, frequency),
                language=language_of(language),
                categories=json.dumps(words) if words else None,
                timezone=zone_name(zone) if zone else None,
            )
            for one in {one.name: one for one in chosen}.values()
        )
