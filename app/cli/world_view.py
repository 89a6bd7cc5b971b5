"""How a world is shown: what `dancu world …` prints of one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from app.cli.telling import Teller
    from app.platform.settings import Settings
    from app.platform.worlds import Facts


class WorldView(msgspec.Struct, frozen=True, kw_only=True):
    """A world as it is shown: never with its secret."""

    name: str
    id: str
    seed: int
    size: int
    generator_version: str
    start_date: dt.date
    pin_style: str
    today: dt.date
    created_at: dt.datetime
    parent: str | None
    parent_id: str | None
    training: bool
    retention_days: int
    log_retention_days: int
    rekeyed: bool
    key_version: int
    is_default: bool
    digest: str | None = None


def of(facts: Facts, settings: Settings) -> WorldView:
    """Return how a world is shown; the settings say which one is the default."""
    return WorldView(
        name=facts.name,
        id=facts.id,
        seed=facts.spec.seed,
        size=facts.spec.size,
        generator_version=facts.spec.generator_version,
        start_date=facts.spec.start_date,
        pin_style=facts.spec.pin_style,
        today=facts.today,
        created_at=facts.created_at,
        parent=facts.parent_name,
        parent_id=facts.parent_id,
        training=facts.training,
        retention_days=facts.retention_days,
        log_retention_days=facts.log_retention_days,
        rekeyed=facts.secret is not None,
        key_version=facts.key_version,
        is_default=facts.name == settings.default_world,
    )


def tell(teller: Teller, shown: WorldView) -> None:
    """Print one world."""
    lines: dict[str, object] = {
        "world": shown.name + (" (default)" if shown.is_default else ""),
        "id": shown.id,
        "citizens": shown.size,
        "seed": str(shown.seed),
        "generator": f"version {shown.generator_version}",
        "start date": shown.start_date,
        "numbers": shown.pin_style,
        "today": shown.today,
        "made at": shown.created_at,
        "forked from": shown.parent,
        "training": shown.training,
        "bodies kept": f"{shown.retention_days} days",
        "log kept": f"{shown.log_retention_days} days",
        "keys": f"{'random' if shown.rekeyed else 'from the seed'}, version {shown.key_version}",
    }
    if shown.digest is not None:
        lines["digest"] = shown.digest
    teller.record(shown, lines)
