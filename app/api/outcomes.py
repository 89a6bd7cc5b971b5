"""What every route makes of a logged exchange: a note on the call, a refusal with its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import access
from app.exchange.gate import Admitted, reasoning
from app.exchange.refusals import PROBLEMS
from app.platform import errors

if TYPE_CHECKING:
    from starlette.responses import Response

    from app.api.calls import Call
    from app.exchange.gate import Refused
    from app.exchange.proof import Proof


def note(
    call: Call, service: str, verdict: Admitted | Refused, outcome: str, proof: Proof
) -> None:
    """Note on the call what came of the exchange, for the request log and the metrics."""
    caller = call.caller
    if caller is not None and isinstance(verdict, Admitted):
        access.answered(call.world, caller)
    call.service = service
    call.outcome = outcome
    call.leaf_seq = proof.leaf.seq
    call.gate = reasoning(verdict)


def refusal(call: Call, refused: Refused, proof: Proof) -> Response:
    """Return a refusal as a problem document, with the receipt of its leaf."""
    problem = PROBLEMS[refused.reason]
    if not refused.fields:
        return call.problem(problem.error(retry_after=_wait(call, refused)), proof)
    fields = ", ".join(refused.fields)
    error = problem.error(
        f"{problem.title_en}: {fields}",
        detail_vi=f"{problem.title_vi}: {fields}",
        params=tuple(
            errors.InvalidParam(field, problem.title_en, problem.title_vi)
            for field in refused.fields
        ),
    )
    return call.problem(error, proof)


def _wait(call: Call, refused: Refused) -> int | None:
    """Return the seconds after which a limit begins anew, None where none was reached."""
    if call.caller is None:
        return None
    return access.of(call.world).wait(call.caller, refused.reason)
