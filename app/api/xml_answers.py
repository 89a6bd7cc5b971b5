"""Answers with data in the XML of QCVN 109:2017/BTTTT, for `Accept: application/xml`.

The document has the data and nothing else; what an answer in JSON says beside it stands in
headers. Problems stay problem documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from app.api import forms, qcvn_109
from app.api.outcomes import note, refusal
from app.exchange.gate import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.api.calls import Call
    from app.exchange.answered import Answered

#: The other form of an answer with data, for the reference.
OF_QCVN_109: Final[dict[str, Any]] = {forms.XML: {}}


def are_wanted(call: Call, fields: Sequence[str], *, signed: bool) -> bool:
    """Whether the answer is to be in XML.

    Raises `field-not-in-qcvn-109`, and `xml-not-sealed` where it is to be signed or sealed.
    """
    if not forms.wants_xml(call):
        return False
    if signed or call.sealing_key is not None:
        raise qcvn_109.NOT_SEALED.error()
    qcvn_109.check(fields)
    return True


def told(
    call: Call,
    service: str,
    answered: Answered,
    people: Sequence[Mapping[str, Any]],
    more: Mapping[str, str | None],
) -> Response:
    """Return the answer to a logged exchange, or its refusal, and note it on the call.

    `more` is what else is said, by the name of a header; None is not.
    """
    verdict, proof = answered.verdict, answered.proof
    note(call, service, verdict, answered.outcome, proof)
    if isinstance(verdict, Refused):
        return refusal(call, verdict, proof)
    said = {
        "Dancu-Outcome": answered.outcome,
        "Dancu-Withheld": ", ".join(verdict.withheld) or None,
        "Dancu-Receipt": proof.receipt,
        "Dancu-Leaf": str(proof.leaf.seq),
        **more,
    }
    headers = {name: value for name, value in said.items() if value is not None}
    body = qcvn_109.answer(people, today=call.world.today)
    return Response(body, headers=headers, media_type=forms.XML)
