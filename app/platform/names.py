"""World names: what is allowed in a file name, a database name and a URL alike."""

from __future__ import annotations

import re

LONGEST = 40
#: Lower case, so that no file system folds two names into one; ends well within 63 bytes.
PATTERN = f"[a-z][a-z0-9-]{{0,{LONGEST - 1}}}"
RULE = "1 to 40 of a-z, 0-9 and hyphens, starting with a letter"
RULE_VI = "1 đến 40 ký tự a-z, 0-9 và dấu gạch nối, bắt đầu bằng chữ cái"
_NAME = re.compile(PATTERN)


def is_valid(name: str) -> bool:
    """Whether `name` can be the name of a world."""
    return _NAME.fullmatch(name) is not None


def checked(name: str) -> str:
    """Return `name`, or raise `ValueError` if it cannot be the name of a world."""
    if not is_valid(name):
        raise ValueError(f"the name of a world is {RULE}")
    return name
