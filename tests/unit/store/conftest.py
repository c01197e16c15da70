"""A ready issue."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from support.planned import planned

from publisher.model.mailing import Issue
from publisher.store.engine import Store


@pytest.fixture
def make_issue(store: Store, now: datetime) -> Callable[..., Issue]:
    """Makes an issue with one variant of one post, and a delivery to each address."""
    return partial(planned, store, now)
