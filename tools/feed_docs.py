"""The generated table of docs/changes.md: who reads the change feed in a new world."""

from __future__ import annotations

import datetime as dt

from app.exchange.callers import CHANGES
from app.exchange.presets import preset

_HEAD = "| agency | purpose | kinds | provinces | fields |\n|---|---|---|---|---|\n"
_START = dt.date(2026, 1, 1)


def change_grants() -> str:
    """Who reads the feed, of which slice, and what it is told of."""
    rows = preset.made_for(_START)
    slugs = {agency["id"]: agency["slug"] for agency in rows.agencies}
    return _HEAD + "".join(
        f"| `{slugs[grant['agency_id']]}` | `{grant['purpose']}` | {_names(grant['kinds'])} "
        f"| {_names(grant['provinces'])} | {_names(grant['fields'])} |\n"
        for grant in rows.grants
        if grant["service"] == CHANGES and grant["valid_from"] <= _START
    )


def _names(names: list[str] | None) -> str:
    return "all" if names is None else " ".join(f"`{name}`" for name in names)
