"""Use cases, one per file: read, decide in `core`, write."""
