"""Fresh ledgers, each a copy of one that was made: making one takes a tenth of a second, and tests ask for hundreds."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from publisher.store.engine import Store


@contextmanager
def fresh_ledger(file: Path) -> Iterator[Store]:
    """The ledger in `file`, with nothing in it. All of them have one uid and one secret."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(_made())
    store = Store(f"sqlite:///{file}")
    try:
        yield store
    finally:
        store.close()


@lru_cache(maxsize=1)
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "publisher.db"
        Store(f"sqlite:///{file}").close()
        return file.read_bytes()
