"""The command: runs it, and turns every error of ours into its words and its exit code."""

import sys

from publisher.cli import main

if __name__ == "__main__":
    sys.exit(main())
