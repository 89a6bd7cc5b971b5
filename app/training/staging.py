"""What lessons lay out in a learner's world: calls that others made, with their leaves."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from app.exchange import access, requests, sharing
from app.exchange.errands import Errand
from app.exchange.gate import reasoning
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.exchange.answered import Answered
    from app.platform.world import World

_OK = 200
#: How long such a call is said to have taken.
_MICROSECONDS = 2_000


class Look(NamedTuple):
    """A disclosure that somebody asked for: who, in which dossier, about which number."""

    officer: str
    dossier: str
    number: str


def disclose(
    world: World, client_id: str, purpose: str, fields: tuple[str, str], looks: Sequence[Look]
) -> list[int]:
    """Have a system read one field of these people, in this order; return the leaves' places.

    `fields` are the disclosure and its field. Every call is in log and request log as any other,
    answered well.
    """
    disclosure, field = fields
    at = access.of(world)
    caller = at.snapshot().callers[client_id]
    leaves, rows = [], []
    for look in looks:
        errand = Errand(
            request_id=secrets.token_hex(16),
            today=world.today,
            purpose=purpose,
            officer=look.officer,
            dossier=look.dossier,
        )
        ask = sharing.Ask(
            errand=errand, disclosure=disclosure, number=look.number, fields=(field,)
        )
        with world.session() as session:
            prepared = sharing.prepare(session, at, caller, ask)

        def log(session: Session, prepared: sharing.Prepared = prepared) -> Answered:
            return sharing.record(session, at, prepared, now=clock.now())

        answered = world.writer.submit(log)
        body = {**look._asdict(), "fields": [field], "purpose": purpose}
        rows.append(
            requests.NewRow(
                request_id=errand.request_id,
                at=clock.rfc3339_ms(clock.now()),
                method="POST",
                path=f"/v1/disclosures/{disclosure}",
                status=_OK,
                duration_us=_MICROSECONDS,
                client_id=client_id,
                agency_code=caller.agency_code,
                outcome=answered.outcome,
                leaf_seq=answered.proof.leaf.seq,
                gate=reasoning(answered.verdict),
                request_body=msgspec.json.encode(body),
                response_body=answered.body,
            ),
        )
        leaves.append(answered.proof.leaf.seq)
    requests.record_all(world, rows)
    return leaves
