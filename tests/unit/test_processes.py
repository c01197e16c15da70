"""Who may share work with a copy of himself."""

import os
from threading import Event, Thread

import pytest

from publisher.processes import may_fork, processors


def test_a_process_with_a_second_thread_may_not_fork() -> None:
    over = Event()
    other = Thread(target=over.wait)
    before = may_fork()

    other.start()
    try:
        assert not may_fork()
    finally:
        over.set()
        other.join()
    assert may_fork() is before


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system does not bind processes to processors")
def test_only_processors_that_may_be_used_count() -> None:
    allowed = os.sched_getaffinity(0)
    assert processors() == len(allowed)

    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert processors() == 1
    finally:
        os.sched_setaffinity(0, allowed)
