"""What answers requests: the feeds as they lie on the disk, and snippets that let other servers do the same."""
