"""The command line. Command modules import their jobs when called: `build` must not pay for mail."""

import gc
import sys

from publisher.errors import PublisherError


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
