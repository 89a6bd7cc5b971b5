"""The parts of the documents about XML."""

from __future__ import annotations

from app.api import qcvn_109


def elements() -> str:
    """The elements of a citizen in XML, each with the fields it is made of."""
    rows = [
        f"| `{name}` | {', '.join(f'`{field}`' for field in fields)} |"
        for name, fields in qcvn_109.ELEMENTS.items()
    ]
    return "\n".join(["| element | made of |", "|---|---|", *rows]) + "\n"
