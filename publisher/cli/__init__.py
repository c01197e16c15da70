"""The command line. Command modules import their jobs when called: `build` must not pay for mail."""

import gc
import os
import sys
import threading
from typing import NoReturn

from publisher.errors import PublisherError


def command() -> NoReturn:
    """Run the command in `sys.argv` as a process of its own, and end it."""
    try:
        code: object = main()
    except SystemExit as end:
        code = end.code
    _leave(code)


def _leave(code: object) -> NoReturn:
    """End the process at once: to take every module and post apart first took a tenth of a build of one edited post.

    As Python does it where anything may be left to be said or done: by another thread, into a broken pipe.
    """
    if isinstance(code, int) and threading.active_count() == 1:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            sys.exit(code)
        os._exit(code)
    sys.exit(code)  # type: ignore[arg-type]


def main() -> int:
    """Run the command in `sys.argv`; errors of ours go to stderr with the way out, and give the exit code."""
    # Thousands of posts are no garbage: at the usual threshold a fifth of a scan is spent looking for some.
    gc.set_threshold(200_000, 20, 50)
    from publisher.cli.root import run
    from publisher.cli.talk import complain

    try:
        run(sys.argv[1:])
    except PublisherError as error:
        complain(error)
        return error.exit_code
    finally:
        # Nor is what is left at the end, which Python would look through three times more.
        gc.freeze()
    return 0
