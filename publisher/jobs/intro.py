"""The editor's introduction: `next.md` stands at the head of a newsletter's next digest, and goes once."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from publisher.content import NAMED, Code, Introduction, read_introduction
from publisher.errors import ContentError, Problem
from publisher.jobs.library import Library
from publisher.jobs.site import shown_path
from publisher.model.mailing import Issue, IssueStatus
from publisher.model.newsletter import Frequency, Period
from publisher.store import introductions as store_of
from publisher.store.engine import Store
from publisher.struct import Struct

OWN = "newsletters"
"""The folder in home in which each newsletter may have a folder with its own."""


class Introductions(Struct, frozen=True):
    """What a newsletter's next digest may begin with, the nearest first, and what is wrong with such files.

    `spent` are files that went out before, each with its issue: they do not go again.
    """

    found: tuple[Introduction, ...] = ()
    problems: tuple[Problem, ...] = ()
    spent: tuple[tuple[str, int], ...] = ()

    def in_language(self, language: str) -> Introduction | None:
        """The one for readers of a language: of `ja-JP`, then of `ja`, then of no language."""
        for tag in (language, language.split("-")[0], None):
            for one in self.found:
                if one.language == tag:
                    return one
        return None

    def html_in(self, language: str) -> str:
        """What it says to readers of a language, as safe HTML; empty where there is none."""
        found = self.in_language(language)
        return found.html if found else ""

    def without(self, used: Mapping[str, int]) -> "Introductions":
        """Those whose text has not gone out; `used` are hashes, each with the issue that brought it."""
        fresh = tuple(one for one in self.found if one.sha256 not in used)
        spent = tuple((one.file, used[one.sha256]) for one in self.found if one.sha256 in used)
        return Introductions(fresh, self.problems, spent)


def introductions(library: Library, newsletter: str) -> Introductions:
    """All there are for a newsletter, used or not: first those in its own folder, then those in home for it or for any.

    One that cannot be understood is left out and told: a digest goes without it rather than not at all.
    """
    config, url = library.config, library.place.site.url
    found: list[Introduction] = []
    problems: list[Problem] = []
    for path in _files(config.home, newsletter):
        try:
            one = read_introduction(path, shown_path(config, path), url)
        except ContentError as error:
            problems += error.problems
            continue
        if one is not None:
            problems += (*one.problems, *_unknown(one, config.settings.newsletters))
            found += [one] if newsletter in (one.newsletters or (newsletter,)) else []
    return Introductions(tuple(found), tuple(problems))


def faults(library: Library, made: Sequence[Issue]) -> list[Problem]:
    """What is wrong with the introductions that these issues went with or without."""
    going = (one for one in made if one.status is not IssueStatus.SKIPPED)
    names = dict.fromkeys(one.newsletter for one in going if one.newsletter)
    return list(dict.fromkeys(problem for name in names for problem in introductions(library, name).problems))


def _files(home: Path, newsletter: str) -> Iterator[Path]:
    for folder in (home / OWN / newsletter, home):
        if folder.is_dir():
            yield from sorted(path for path in folder.iterdir() if NAMED.fullmatch(path.name))


def _unknown(one: Introduction, known: Mapping[str, object]) -> Iterator[Problem]:
    for name in one.newsletters:
        if name not in known:
            message = f"newsletter: there is no '{name[:40]}'; there are {', '.join(known)}"
            yield Code.BAD_INTRODUCTION.warning(one.file, 1, 1, message)


def fresh(connection: sa.Connection, all_: Introductions, newsletter: str, period: Period | None) -> Introductions:
    """Those that the newsletter's digest of `period`, or one by hand, begins with: the ledger knows which have gone.

    An instant mail begins with none, and uses none up.
    """
    if period is not None and period.frequency is Frequency.INSTANT:
        return Introductions(problems=all_.problems)
    return all_.without(store_of.used(connection, newsletter, None if period is None else period.edition))


def use_up(connection: sa.Connection, issue: Issue, found: Introductions) -> None:
    """Note that these went with an issue, in every language: half of one is not kept for the next."""
    store_of.insert(connection, issue.id, {one.sha256: one.file for one in found.found})


def used_lines(store: Store, issue: Issue) -> list[str]:
    """For people: which files an issue has used up."""
    with store.read() as connection:
        files = store_of.of_issue(connection, issue.id)
    return [f"{file} went with issue {issue.id} and does not go again: write the next one into it" for file in files]


def waiting_lines(found: Introductions) -> list[str]:
    """For people: what the next digest begins with, and what does not go because it went before."""
    return [
        *(f"begins with {one.file}" for one in found.found),
        *(f"{file} went with issue {issue} and does not go again" for file, issue in found.spent),
    ]
