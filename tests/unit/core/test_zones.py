"""The names of time zones."""

import pytest

from publisher.core.zones import zone_name
from publisher.errors import UsageError


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "posix/Asia/Tokyo", "right/Asia/Tokyo"])
def test_a_file_that_lies_beside_the_zones_is_none_and_is_not_offered(name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}' is no time zone") as refusal:
        zone_name(name)

    offered = (refusal.value.hint or "").removeprefix("did you mean ").removesuffix("?").split(" or ")
    assert not {"localtime", "Factory", "posixrules"} & {*offered}


@pytest.mark.parametrize("name", ["Asia/Tokyo", "Etc/GMT+12", "EST5EDT", "UTC"])
def test_what_the_zones_hold_is_one(name: str) -> None:
    assert zone_name(name) == name
