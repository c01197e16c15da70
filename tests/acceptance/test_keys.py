"""`publisher key`."""

from support.site import Site


def test_a_key_is_made_shown_once_listed_and_revoked(site: Site) -> None:
    assert site.ok("key", "list").out == ""
    made = site.ok("key", "add", "顧客台帳", "--scope", "send", "--scope", "issues:read", "--expires", "2099-04-01")
    other = site.ok("key", "add", "crm", "--scope", "events:read", "--json").json
    listed = site.ok("key", "list")

    assert made.out.startswith("pub_")
    assert "it is not shown again" in made.err
    assert listed.out.splitlines()[0] == f"顧客台帳  {made.out[:12]}…  issues:read send  expires 2099-04-01  never used"
    assert other["key"][:12] in listed.out
    assert made.out.strip() not in listed.out
    assert other["scopes"] == ["events:read"]

    site.ok("key", "revoke", "crm")

    first, second = site.ok("key", "list", "--json").json
    assert (first["good"], first["expires_at"], first["revoked_at"]) == (True, "2099-03-31T15:00:00+00:00", None)
    assert (second["good"], second["name"], second["prefix"]) == (False, "crm", other["key"][:12])
    assert made.out.strip().encode() not in (site.folder / "publisher.db").read_bytes()


def test_what_makes_no_key_is_said(site: Site) -> None:
    for words, said in (
        (["add", "crm", "--scope", "all"], "there are subscribers:read"),
        (["add", "crm"], "--scope"),
        (["add", "crm", "--scope", "send", "--expires", "2020-01-01"], "expired already"),
        (["revoke", "crm"], "no key 'crm'"),
    ):
        done = site.run("key", *words)
        assert done.code == 2
        assert said in done.err
