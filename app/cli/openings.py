"""What a citizen was given of the log, checked here: `dancu my proof`, `dancu log opening`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.cli.failing import DamagedError

if TYPE_CHECKING:
    from app.cli.telling import Teller
    from app.exchange.log.notes import VerifierKey


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says; `among` is how many people the leaf stands for, `size` the checkpoint."""

    holds: bool
    reason: str | None = None
    log: str | None = None
    seq: int | None = None
    at: str | None = None
    system: str | None = None
    purpose: str | None = None
    fields: tuple[str, ...] = ()
    among: int | None = None
    size: int | None = None


def check(unverified: bytes, both: tuple[VerifierKey, VerifierKey]) -> Checked:
    """Check an opening's JSON by the log's key and the inspectorate's."""
    from app.exchange.log import opening
    from app.exchange.log.errors import VerificationError

    try:
        held = msgspec.json.decode(unverified, type=opening.Opening)
        opened = opening.verify(held, *both)
    except (VerificationError, msgspec.DecodeError) as error:
        return Checked(holds=False, reason=str(error))
    leaf, entry = opened.leaf, opened.entry
    return Checked(
        holds=True,
        log=leaf.log,
        seq=leaf.seq,
        at=leaf.recorded_at,
        system=leaf.system,
        purpose=leaf.purpose,
        fields=leaf.fields if entry is None else entry.fields,
        among=leaf.entries,
        size=opened.size,
    )


def tell(checked: Checked, teller: Teller) -> None:
    """Print what a check says; raise that it does not hold."""
    among = None if checked.among is None else f"your entry among {checked.among:,}"
    teller.record(
        checked,
        {
            "leaf": None if checked.seq is None else f"{checked.seq:,} of {checked.log}",
            "recorded at": checked.at,
            "asked by": checked.system,
            "for": checked.purpose,
            "fields": checked.fields,
            "stands for": among or "you alone",
            "covered by": None if checked.size is None else f"the checkpoint of {checked.size:,}",
            "verdict": "the proof holds" if checked.holds else f"IT DOES NOT: {checked.reason}",
        },
    )
    if not checked.holds:
        raise DamagedError
