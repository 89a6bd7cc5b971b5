"""The tamper-evident log: its latest checkpoint, its keys, and the proof of any leaf."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from app.exchange.log import checkpointing, keys, proving
from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_LEAVES: Final = 20


def _show(asked: Asked, session: Session) -> Shown:
    """Show the head of the log, and the latest leaves."""
    size = proving.size(session)
    first = max(0, size - _LEAVES)
    found = proving.hashes(session, first, _LEAVES)
    world = asked.world
    return Shown(
        "console_log.html",
        {
            "size": size,
            "note": checkpointing.latest(session),
            "origin": keys.origin(world),
            "log_key": str(keys.log_key(world).verifier),
            "witness_key": str(keys.witness_key(world).verifier),
            "leaves": [(first + place, leaf.hex()) for place, leaf in enumerate(found)][::-1],
            "asked_for": asked.query.get("seq", ""),
            "proof": _proof(session, asked.query.get("seq"), size),
        },
    )


def _proof(session: Session, seq: str | None, size: int) -> dict[str, Any] | None:
    """Return a leaf with its audit path to the head; None where no number was given."""
    asked_for = number(seq)
    if asked_for is None:
        return None
    proof = proving.inclusion(session, asked_for, size)
    text = proving.text(session, proof.seq)
    return {
        "seq": proof.seq,
        "size": proof.size,
        "hash": proof.leaf_hash.hex(),
        "path": [node.hex() for node in proof.path],
        "root": proof.root.hex(),
        "text": None
        if text is None
        else json.dumps(json.loads(text), ensure_ascii=False, indent=2),
    }


PAGE = Page(name="log", title=N_("Log and proofs"), group="calls", order=4, views={"": _show})
