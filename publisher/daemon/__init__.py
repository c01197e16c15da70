"""Run: watch the folder and the clock, and do what is due."""

from publisher.daemon.loop import run, run_once
from publisher.daemon.watching import changes

__all__ = ["changes", "run", "run_once"]
