"""The command line. Command modules import their jobs when called: `build` must not pay for mail."""

import sys

from publisher.errors import PublisherError


def main() -> int:
    """Run the command in `sys.argv`; errors of ours go to stderr with the way out, and give the exit code."""
    from publisher.cli.root import run
    from publisher.cli.talk import complain

    try:
        run(sys.argv[1:])
    except PublisherError as error:
        complain(error)
        return error.exit_code
    return 0
