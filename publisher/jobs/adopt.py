"""Adopt: posts keep the ids that feeds of another program gave them, so that no reader sees them as new."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.content import native_ids, rule_variants
from publisher.core.adoption import Adoption, adopt, extended, follows, renamed
from publisher.core.identity import is_provisional
from publisher.core.words import counted
from publisher.errors import ContentError, FetchError, Problem, Severity, UsageError
from publisher.jobs.ids import FILE_NAME, recall, remember
from publisher.jobs.library import Library
from publisher.model.foreign import ForeignFeed
from publisher.model.post import Post
from publisher.struct import Struct, replace

if TYPE_CHECKING:
    from publisher.store.engine import Store

_LARGEST = 10_000_000


class Adopted(Struct, frozen=True):
    """What was adopted. `changed` of the posts had been recorded under another id before.

    `rule` is True where the site's engine gives every entry its id by a rule, and posts older than the feeds have
    theirs by it too; False where it does not.
    """

    adoption: Adoption
    changed: int
    rule: bool

    def summary(self) -> list[str]:
        """The counts, for people."""
        counts = self.adoption.counts()
        by = ", ".join(f"{number} by {mark}" for mark, number in counts.items() if number)
        total = sum(counts.values())
        keep = "keeps" if total == 1 else "keep"
        lines = [f"{counted(total, 'post')} {keep} the id of a feed" + (f": {by}" if by else "")]
        if total and not self.rule:
            lines.append("the engine's own rule does not give these ids, so posts that are in no feed keep theirs")
        if self.changed:
            lines.append(f"{self.changed} of them had another id: readers of Publisher's own feed see them once more")
        if self.adoption.unmatched:
            lines.append(f"entries of the feeds that match no post: {len(self.adoption.unmatched)}")
        return lines

    def details(self) -> list[str]:
        """Entries and posts that were not matched, for people."""
        unmatched = [f"no post: {one.title or one.link or one.id} ({one.id})" for one in self.adoption.unmatched]
        return unmatched + [_disputed(one.ids, one.sources) for one in self.adoption.disputed]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        adoption = self.adoption
        return {
            "adopted": {str(mark): number for mark, number in adoption.counts().items()},
            "changed": self.changed,
            "rule": self.rule,
            "unmatched": [{"id": one.id, "link": one.link, "title": one.title} for one in adoption.unmatched],
            "disputed": [{"ids": list(one.ids), "files": list(one.sources)} for one in adoption.disputed],
        }


def _disputed(ids: Sequence[str], sources: Sequence[str]) -> str:
    if len(sources) == 1:
        return f"{sources[0]} has several ids in the feeds: {' and '.join(ids)}"
    return f"{' and '.join(ids)} may be any of {', '.join(sources)}"


def find_feed(name: str) -> ForeignFeed:
    """The feed at an address or in a file; FetchError, UsageError or ContentError where there is none.

    An address that somebody types may be within the house; what it redirects to may not.
    """
    # feedparser and httpx take a while to import, and only this needs them.
    from publisher.feeds.foreign import read_feed

    if re.match("https?://", name, re.IGNORECASE):
        from publisher.http import fetch

        answer = fetch(name, limit_bytes=_LARGEST, allow_private=True)
        if answer.status != 200:
            raise FetchError(name, f"the server answered {answer.status}")
        return read_feed(answer.body, name)
    return read_feed(read_file(Path(name)), name)


def read_file(path: Path) -> bytes:
    """A file's bytes; UsageError where it cannot be read, or is larger than any feed."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: cannot be read: {reason}") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{path}: is larger than {_LARGEST:,} bytes")
    return data


def adopt_feeds(library: Library, feeds: Sequence[ForeignFeed], store: "Store | None" = None) -> Adopted:
    """Give posts the ids of their entries in `feeds`, in `ids.json` and, for what was mailed, in the ledger.

    ContentError, and nothing is written, where two posts would have one id.
    """
    # An id of the placeholder's days was never anyone's: nobody sees its post once more.
    before = {one.source: one.id for one in recall(library.config.home).records if not is_provisional(one.id)}
    found = adopt(feeds, library.posts, library.ids, library.place.site.timezone)
    found, rule = by_rule(library, found, _older(library.posts, feeds, before))
    if found.clashes:
        raise _clash(found)
    changed = write_ids(library, found.ids, store)
    return Adopted(found, sum(source in before for source in changed), rule)


def by_rule(library: Library, found: Adoption, posts: Iterable[Post]) -> tuple[Adoption, bool]:
    """With the ids of those of `posts` that are in no feed, where the engine's rule holds for all that are; and
    whether it does."""
    wanted = {post.source for post in posts}
    for rules in rule_variants(library.place.rules):
        native = native_ids(rules, library.posts, library.scan.context)
        if follows(found, native):
            older = {source: id_ for source, id_ in native.items() if source in wanted}
            return extended(found, older, library.ids), True
    return found, False


def write_ids(library: Library, ids: Mapping[str, str], store: "Store | None" = None) -> list[str]:
    """Have the posts be called so from now on; the files of those that were called otherwise."""
    present = library.ids
    changed = {source: id_ for source, id_ in ids.items() if present.get(source) != id_}
    if store is not None and changed:
        from publisher.store import posts

        # The ledger first: after a death in between, the same command does the rest.
        with store.write() as connection:
            posts.rename(connection, {present[source]: id_ for source, id_ in changed.items()})
    library.keep()
    memory = recall(library.config.home)
    remember(library.config.home, replace(memory, records=renamed(memory.records, ids)))
    return list(changed)


def _older(posts: Iterable[Post], feeds: Iterable[ForeignFeed], recorded: Mapping[str, str]) -> list[Post]:
    """Posts that the engine has fed, or may have: what came after its last feed is known from ours alone."""
    moments = [one.published or one.updated for feed in feeds for one in feed.entries]
    newest = max((one for one in moments if one is not None), default=None)
    return [post for post in posts if post.source not in recorded or (newest is not None and post.published <= newest)]


def _clash(found: Adoption) -> ContentError:
    problems = [
        Problem(second, 0, 0, Severity.ERROR, "duplicate-id", f"would have the id {id_}, as {first} would")
        for id_, first, second in found.clashes
    ]
    hint = f"{FILE_NAME} is as it was; change the address or the date of one of the two, or adopt another feed"
    return ContentError(problems, hint=hint)
