"""Whether writes are gathered, by how much there is to write."""

from publisher.jobs.rhythm import Rhythm


def after(seconds: float, every: float, mails: int, costs: float) -> bool:
    """What is done after so many seconds in which, `every` so often, some mails were written at some cost."""
    rhythm, now = Rhythm(0.0), 0.0
    while now < seconds:
        now += every
        rhythm.wrote(mails, costs, now)
    return rhythm.gathers


def test_at_first_writes_are_gathered() -> None:
    assert Rhythm(0.0).gathers


def test_four_hundred_mails_a_second_go_one_by_one_also_where_they_came_in_step() -> None:
    assert not after(1.0, every=0.0025, mails=1, costs=0.0005)
    assert not after(1.0, every=0.05, mails=20, costs=0.0012)


def test_as_many_as_can_be_are_gathered() -> None:
    assert after(1.0, every=0.003, mails=20, costs=0.0012)
    assert after(1.0, every=0.0007, mails=1, costs=0.0005)


def test_a_slow_disk_is_shared_by_many_mails() -> None:
    assert after(1.0, every=0.05, mails=20, costs=0.02)
