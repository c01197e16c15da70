"""Work shared among processes: whatever becomes of a helper, all of it is done once."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from publisher.content.spread import spread

THINGS = range(2500)


def done(work: Callable[[int], int]) -> list[int]:
    return sorted(result for handful in spread(THINGS, work) for result in handful)


def test_each_thing_is_done_once() -> None:
    assert done(lambda number: number * 2) == [number * 2 for number in THINGS]


def test_what_a_helper_that_dies_has_not_done_is_done_here() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here and number > 2000:
            os.kill(os.getpid(), 9)
        return number

    assert done(work) == list(THINGS)


def test_what_a_helper_cannot_do_is_tried_here() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here:
            raise MemoryError
        return number

    assert done(work) == list(THINGS)


def test_a_fault_of_the_work_itself_is_raised() -> None:
    def work(number: int) -> int:
        return 1 // (number - 1999)

    with pytest.raises(ZeroDivisionError):
        done(work)


def test_nobody_is_left_behind_where_the_results_are_not_wanted() -> None:
    handfuls = spread(THINGS, lambda number: number)
    next(handfuls)
    handfuls.close()  # type: ignore[attr-defined]

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_where_no_process_can_be_had_all_is_done_here() -> None:
    script = (
        "import resource; from publisher.content.spread import spread\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n"
        "print(sum(len(handful) for handful in spread(range(2500), str)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert ended.stdout == "2500\n"


def test_a_helper_writes_nothing_of_what_its_parent_has_yet_to_write() -> None:
    script = (
        "import sys; from publisher.content.spread import spread\n"
        "sys.stdout.write('一度')\n"
        "for _ in spread(range(2500), str): pass\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert ended.stdout == "一度"


def test_something_else_is_done_here_meanwhile() -> None:
    told: list[str] = []
    results = spread(range(40), lambda number: number, handful=8, fewest=24, meanwhile=lambda: told.append("done"))
    assert sorted(result for handful in results for result in handful) == list(range(40))
    assert told == ["done"]


def helpers_at_work(number: int) -> bool:
    """Whether another process is there while that many things are worked on."""
    seen: list[bool] = []

    def look() -> None:
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            seen.append(True)
        except ChildProcessError:
            seen.append(False)

    assert sum(map(len, spread(range(number), str, handful=1, fewest=24, meanwhile=look))) == number
    return seen == [True]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="nobody to share with")
def test_work_is_shared_only_from_the_fewest_on_and_beside_no_thread() -> None:
    assert not helpers_at_work(23)
    assert helpers_at_work(24)
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert not helpers_at_work(24)
    finally:
        stop.set()
        other.join()


def test_what_fails_meanwhile_leaves_nobody_behind() -> None:
    def fail() -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any will do
        list(spread(THINGS, lambda number: number, meanwhile=fail))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
