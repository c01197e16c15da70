"""Ready pieces of configuration, by which other servers serve the feeds as `publisher serve` does."""

from collections.abc import Callable, Mapping

from publisher.web.snippets.apache import apache
from publisher.web.snippets.caddy import caddy
from publisher.web.snippets.layout import Layout, layout
from publisher.web.snippets.netlify import netlify
from publisher.web.snippets.nginx import nginx
from publisher.web.snippets.pages import github_pages

__all__ = ["SERVERS", "Layout", "layout"]

SERVERS: Mapping[str, Callable[[Layout], str]] = {
    "nginx": nginx,
    "caddy": caddy,
    "apache": apache,
    "netlify": netlify,
    "github-pages": github_pages,
}
"""What each server is told."""
