"""Who holds a delivery, and whether they live."""

import os
import subprocess
import sys

from publisher.jobs.owner import dead_owners, owner_name, run_name

PRINT_NAME = "from publisher.jobs.owner import owner_name; print(owner_name(3))"


def test_this_process_lives() -> None:
    assert dead_owners([owner_name(0), owner_name(1)]) == []


def test_a_process_that_ended_is_dead() -> None:
    done = subprocess.run([sys.executable, "-c", PRINT_NAME], capture_output=True, text=True, check=True)
    name = done.stdout.strip()

    assert name.endswith("/3")
    assert dead_owners([name, owner_name(0)]) == [name]


def test_a_process_that_was_killed_is_dead_before_its_parent_asks_for_it() -> None:
    command = [sys.executable, "-c", f"{PRINT_NAME[:-1]}, flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert dead_owners([name]) == []

        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert dead_owners([name]) == [name]


def test_another_process_under_the_same_number_does_not_count_as_the_owner() -> None:
    host, pid, started, worker = owner_name(0).rsplit("/", 3)
    earlier = f"{host}/{pid}/{int(started) - 1}/{worker}"

    assert dead_owners([earlier]) == [earlier]


def test_of_another_machine_nothing_is_known() -> None:
    assert dead_owners(["どこか別の機械/1/1/0"]) == []


def test_a_run_of_this_process_is_alive_as_long_as_it_runs() -> None:
    with run_name() as first, run_name() as second:
        assert dead_owners([first, second]) == []
    assert dead_owners([first, second]) == [first, second]
