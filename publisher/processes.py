"""Whether work can be shared with another process, and how many can work at once."""

import os
import threading


def may_fork() -> bool:
    """Whether a copy of this process would be whole: a fork copies no threads, and a lock that one of them holds would
    stay locked in the copy for ever."""
    return hasattr(os, "fork") and threading.active_count() == 1


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
