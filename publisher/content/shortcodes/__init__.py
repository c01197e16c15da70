"""Shortcodes: the tags that Hugo and Zola put on top of Markdown. A site's own are templates, which are never run."""
