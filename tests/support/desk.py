"""A site read in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from publisher.config import load_config, newsletter
from publisher.jobs.library import open_library
from publisher.jobs.mailing import Desk
from publisher.templating import Templates
from support.site import Site


@contextmanager
def desk(site: Site, at: datetime, name: str = "weekly") -> Iterator[Desk]:
    """Where the mail of `weekly`, or of another newsletter, is made, the folder read as of `at`."""
    config = load_config(None, {}, site.folder)
    with open_library(config, at=at) as library:
        yield Desk(library, Templates(None), newsletter(config, name, "Asia/Tokyo"))
