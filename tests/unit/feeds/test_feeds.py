import subprocess
import sys


def test_a_build_that_changes_nothing_imports_neither_feedgen_nor_lxml() -> None:
    program = "import publisher.feeds, sys; print(sorted({'feedgen', 'lxml', 'dateutil'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_door_stays_open_after_each_format_has_been_asked_for() -> None:
    program = (
        "from publisher import feeds; from publisher.model.feed import FeedFormat\n"
        "for format in FeedFormat: feeds.recover(b'', format)\n"
        "print(callable(feeds.recover), callable(feeds.serialise), callable(feeds.replace))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True True True\n"
