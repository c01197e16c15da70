"""Which program a file comes from: its header says so."""

from collections.abc import Collection
from difflib import get_close_matches

from publisher.errors import UsageError
from publisher.jobs.importing.buttondown import BUTTONDOWN
from publisher.jobs.importing.ghost import GHOST
from publisher.jobs.importing.listmonk import LISTMONK
from publisher.jobs.importing.mailchimp import MAILCHIMP
from publisher.jobs.importing.nouns import Program, plain, unreadable
from publisher.jobs.importing.ours import BY_HAND, EXPORTED, PUBLISHER
from publisher.jobs.importing.sheet import Sheet
from publisher.jobs.importing.substack import SUBSTACK

PROGRAMS = (MAILCHIMP, LISTMONK, GHOST, SUBSTACK, BUTTONDOWN, PUBLISHER)
"""Ours last: it has the fewest marks."""
AUTO = "auto"


def require_program(name: str) -> None:
    """UsageError where no program is called so."""
    if name not in (AUTO, *(one.name for one in PROGRAMS)):
        known = ", ".join((AUTO, *(one.name for one in PROGRAMS)))
        raise UsageError(f"no program {name!r} is known to import from", hint=f"there are {known}")


def program_of(sheet: Sheet, name: str) -> Program:
    """The program that was named, or whose columns the file has; ContentError where it has not."""
    places = sheet.places
    for program in PROGRAMS:
        if name in (AUTO, program.name) and program.knows(places):
            return program
    first = 1 + sheet.skipped
    if name in (AUTO, PUBLISHER.name):
        message = f"the first line must name the columns, 'email' among them: {','.join(BY_HAND)}"
        raise unreadable(sheet.file, first, message)
    raise unreadable(sheet.file, first, f"these are not the columns of {name}: {', '.join(sheet.names)}")


def strange_columns(sheet: Sheet, program: Program, own: Collection[str]) -> list[str]:
    """The columns that are neither the program's nor fields of the site's `own`, as the file writes them.

    ContentError where one of a file of ours is most likely mistyped: `categoris` left out would give everybody
    everything.
    """
    known = program.taken | program.dropped | {*own}
    strange = [name for name in sheet.names if name.strip() and plain(name) not in known]
    if program is PUBLISHER:
        for name in strange:
            if near := get_close_matches(plain(name), EXPORTED, n=1, cutoff=0.8):
                raise unreadable(sheet.file, 1 + sheet.skipped, f"unknown column {name!r}: did you mean {near[0]!r}?")
    return strange
