"""A site in a folder of its own."""

from pathlib import Path

import pytest
from support.site import CONFIG, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Without posts."""
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    return made
