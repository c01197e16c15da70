"""The only door to jinja2: templates that are rendered at once, and templates that keep places for a recipient.

In the first stage `split` turns what a template says of the recipient into calls that leave tokens in the mail, and
`residue` writes down what they stand for. `later` keeps these for one mail and, when it is rendered and its styles are
inlined, puts them in. The second stage, `pending`, compiles the outcome once and fills it for each recipient.
"""

from publisher.templating.dates import format_date
from publisher.templating.folder import Templates
from publisher.templating.later import Later
from publisher.templating.names import FIELD
from publisher.templating.pending import Pending

__all__ = ["FIELD", "Later", "Pending", "Templates", "format_date"]
