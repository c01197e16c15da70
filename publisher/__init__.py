"""Feeds and newsletter digests from a folder of dated Markdown.

Importing this package imports nothing else: an unchanged build must not pay for what it does not use.
"""

__version__ = "0.1.0"
