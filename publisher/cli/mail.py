"""mail keygen|dns."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_json, say

if TYPE_CHECKING:
    from publisher.jobs.keygen import Signing


class _Types(StrEnum):
    RSA = "rsa"
    ED25519 = "ed25519"
    BOTH = "both"


Domain = Annotated[
    str | None, typer.Option(metavar="DOMAIN", help="The domain that signs, if not mail.dkim.domain or the from's.")
]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The keys that sign mail (DKIM).", no_args_is_help=True)
    for command in (keygen, dns):
        group.command()(command)
    cli.add_typer(group, name="mail")


def keygen(
    context: typer.Context,
    domain: Domain = None,
    selector: Annotated[
        str | None, typer.Option(metavar="S", help="The key's name in DNS; with both types 'r' and 'e' follow it.")
    ] = None,
    type_: Annotated[_Types, typer.Option("--type", help="Which keys to make.")] = _Types.BOTH,
    as_json: Json = False,
) -> None:
    """Make keys that sign mail, and print what to write into DNS and settings; none is written over."""
    from publisher.jobs.keygen import keygen as job
    from publisher.mail.dkim import KeyType

    app = site(context)
    types = tuple(KeyType) if type_ is _Types.BOTH else (KeyType(type_),)
    made = job(app.config, domain=domain, selector=selector, types=types, at=app.clock())
    for one in made.keys:
        say(f"wrote {app.config.home / one.file}")
    _tell(made, app.config.shown, as_json=as_json)


def dns(context: typer.Context, domain: Domain = None, as_json: Json = False) -> None:
    """Print the DNS records of the keys that are there already."""
    from publisher.jobs.keygen import made as job

    app = site(context)
    _tell(job(app.config, domain=domain), app.config.shown, as_json=as_json)


def _tell(signing: "Signing", config: str, *, as_json: bool) -> None:
    if as_json:
        put_json(_as_json(signing))
    else:
        put("\n".join(_lines(signing, config)))


def _as_json(signing: "Signing") -> dict[str, Any]:
    keys = [
        {
            "selector": one.selector,
            "type": one.type,
            "file": one.file,
            "name": one.record.name,
            "value": one.record.value,
            "zone": one.record.zone,
        }
        for one in signing.keys
    ]
    return {"domain": signing.domain, "keys": keys, "settings": signing.settings}


def _lines(signing: "Signing", config: str) -> list[str]:
    records = [one.record for one in signing.keys]
    return [
        f"1. TXT records for the DNS of {signing.domain}, in your provider's form:",
        *(line for one in records for line in ("", f"name:   {one.name}", f"value:  {one.value}")),
        "",
        "   or as lines of a zone file:",
        *(line for one in records for line in ("", one.zone)),
        "",
        "2. When they are to be seen there:",
        "",
        *(f"dig +short TXT {one.name}" for one in records),
        "",
        f"3. For {config}:",
        "",
        signing.settings,
        "",
        "4. Send yourself one, and look for dkim=pass in its source, at Authentication-Results:",
        "",
        "publisher preview NEWSLETTER --to YOU",
    ]
