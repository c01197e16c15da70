"""The only door to jinja2: templates that are rendered at once, and templates that keep places for a recipient."""

from publisher.templating.dates import format_date
from publisher.templating.folder import Templates
from publisher.templating.later import Later
from publisher.templating.pending import Pending

__all__ = ["Later", "Pending", "Templates", "format_date"]
