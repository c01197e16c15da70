"""The rules of the strictest validators as ours: RSS 2.0, Atom 1.0, JSON Feed 1.1 and OPML 2.0.

Rules are named as the W3C's Feed Validation Service names them (validator.w3.org/feed/docs); all that it says counts
here, warnings and information too. Rules of our own are RelaxNG (the grammar of RFC 4287), JSONFeedSchema, NotJSON,
DuplicateKey, LoneSurrogate, DuplicateSubscription, NewestNotFirst, UpdatedBeforePublished and StaleUpdated. Elements
that Publisher never writes are UndefinedElement.
"""

from support.validator.atom import SPACE, atom_faults
from support.validator.document import parse
from support.validator.faults import Fault
from support.validator.jsonfeed import json_faults
from support.validator.opml import opml_faults
from support.validator.rss import rss_faults

__all__ = ["Fault", "faults", "rules"]


def faults(data: bytes, location: str) -> list[Fault]:
    """All that is wrong with a feed or an OPML file that is served at `location`, an absolute address."""
    if data.lstrip()[:1] == b"{":
        return list(json_faults(data, location))
    root, found = parse(data)
    if root is None:
        return found
    if root.tag == "rss":
        return [*found, *rss_faults(root, data, location)]
    if root.tag == f"{{{SPACE}}}feed":
        return [*found, *atom_faults(root, location)]
    if root.tag == "opml":
        return [*found, *opml_faults(root)]
    return [*found, Fault("UndefinedElement", "document", str(root.tag))]


def rules(data: bytes, location: str) -> set[str]:
    """The names of the rules that are broken."""
    return {fault.rule for fault in faults(data, location)}
