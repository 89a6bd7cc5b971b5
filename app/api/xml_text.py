"""XML as it goes out: elements as text, everything in them escaped."""

from __future__ import annotations

import re
from html import escape
from typing import Final

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: What XML 1.0 §2.2 has no way to say.
_NO_CHARACTER: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, /, *content: str, **attributes: str) -> str:
    """Return an element of that name; `content` is XML already. An attribute `_` is `xmlns`."""
    named = {"xmlns" if key == "_" else key: value for key, value in attributes.items()}
    said = "".join(f' {key}="{quoted(value)}"' for key, value in named.items())
    inner = "".join(content)
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"


def text(name: str, value: str, /, **attributes: str) -> str:
    """Return an element of that name with a text in it."""
    return element(name, quoted(value), **attributes)


def quoted(value: str) -> str:
    """Return a text as it stands in XML."""
    return escape(_NO_CHARACTER.sub("\ufffd", value))


def document(root: str) -> bytes:
    """Return the bytes of a document."""
    return (DECLARATION + root).encode()
