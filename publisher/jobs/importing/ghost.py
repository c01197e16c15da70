"""Ghost: its export of members.

`id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers`, as
TryGhost/Ghost (ghost/members-csv, lib/unparse.js) writes them; formerly `products` in the place of `tiers`, later with
`gift_id` and `custom_fields.…`. Its cells are marked against formulas with `'`.
"""

from pathlib import Path

from publisher.jobs.importing.cells import truth
from publisher.jobs.importing.nouns import Cells, Places, Program, Reading, Said, Standing
from publisher.jobs.importing.sheet import tidied


def _knows(places: Places) -> bool:
    return {"email", "subscribed_to_emails"} <= places.keys()


def _reading(places: Places, file: Path) -> Reading:  # noqa: ARG001
    names = ("email", "name", "subscribed_to_emails", "created_at", "deleted_at")
    email, name, subscribed, created, deleted = (places.get(one, -1) for one in names)

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        stays = truth(row[subscribed]) and not row[deleted]
        standing = Standing.SUBSCRIBED if stays else Standing.LEFT
        return Said(row[email], row[name], standing=standing, confirmed=row[created], left=row[deleted])

    return read


GHOST = Program(
    "ghost",
    _knows,
    _reading,
    frozenset({"email", "name", "subscribed_to_emails", "created_at", "deleted_at"}),
    frozenset({"id", "complimentary_plan", "stripe_customer_id", "tiers", "products", "gift_id"}),
)
