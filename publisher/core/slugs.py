"""Names for categories in paths."""

import re
from collections.abc import Mapping

_OUTSIDE = re.compile(r"[^\w]+", re.UNICODE)


def category_slug(category: str, mapped: Mapping[str, str]) -> str:
    """The folder name of a category: its mapped name, else its letters and digits in lower case.

    Unicode letters stay (`投資分析`), everything else becomes one hyphen, so no name can leave its folder.
    """
    if category in mapped:
        return mapped[category]
    return _OUTSIDE.sub("-", category.lower()).strip("-_") or "category"
