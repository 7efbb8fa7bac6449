"""What a text shows that stands where a list belongs: several items, or a dash that begins one."""

from __future__ import annotations

import re

from pfocr_lint.lazy_import import expression

# What parts the items of a list that is written as a text; '2,3-DPG' is one, and so is 'A/Puerto Rico/8'.
SEVERAL = expression(r",(?![0-9])|(?<![0-9]),|[;|\n]|^-|\s(?:and|or|[+&/])\s|(?<=\w{4})/(?=\w{4})", re.I)
DASH = expression(r"-(?=\w)")
MARK = expression("[\u2010-\u2015\u2212\u2022*](?= *\\w)")  # what is written for a dash


def is_one_item(text: str) -> bool:
    """Return whether a text is one item, without a dash in front."""
    return not (SEVERAL.search(text) or DASH.match(text) or MARK.match(text))
