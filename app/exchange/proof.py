"""The proof of an exchange: its leaf before it is logged, its receipt afterwards.

In the log a person is an HMAC. A person who was found goes by their id; a number whose bearer the
caller must not learn about goes by itself, or receipts would tell which numbers are one person's.
So a citizen's own leaves are those of their id and those of each of their numbers.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from app.exchange.gate import Refused, reasoning
from app.exchange.log import keys, receipts
from app.exchange.log.leaves import Kind, LeafDraft, subject
from app.platform import fresh

if TYPE_CHECKING:
    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted
    from app.exchange.log.leaves import ApartEntries, Appended, EntryTree
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World

#: The `typ` of a signed answer: it passes for no token and no receipt.
ANSWER_TYPE = "dancu-answer+jwt"
#: The outcome of a leaf for an answer that is sent a second time, under one Idempotency-Key.
REPLAYED = "replayed"


class LeafPlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where the leaf of an answer stands: its index, and the origin of the log."""

    seq: int
    log: str


class Proof(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a caller gets with every logged answer, a refusal included."""

    receipt: str
    leaf: LeafPlace


def citizen_subject(access: Access, citizen_id: int) -> str:
    """How the log names a citizen."""
    return subject(access.subject_key, f"citizen:{citizen_id}")


def number_subject(access: Access, number: str) -> str:
    """How the log names a number of 9 or 12 digits, whether anyone bears it or not."""
    return subject(access.subject_key, f"number:{number}")


def bearer_subject(access: Access, number: str, citizen_id: int | None) -> str:
    """By what the guesses about a number's bearer are counted, whichever number was asked.

    Where nobody bears it, by a name of the number's own: the work is the same.
    """
    if citizen_id is None:
        return subject(access.subject_key, f"nobody:{number}")
    return citizen_subject(access, citizen_id)


def asked_subject(access: Access, number: str) -> str:
    """By what questions to the phone of a number's bearer are counted, if there is one or not."""
    return subject(access.subject_key, f"asked:{number}")


def thing_subject(access: Access, thing: str) -> str:
    """By what the guesses about a thing are counted (a telephone, an account), whosever it is."""
    return subject(access.subject_key, f"thing:{thing}")


def draft(  # noqa: PLR0913 - the parts of a leaf, each by its name
    caller: Caller,
    errand: Errand,
    verdict: Admitted | Refused,
    *,
    kind: Kind,
    outcome: str,
    fields: tuple[str, ...],
    about: str | None,
    entries: EntryTree | ApartEntries | None = None,
) -> LeafDraft:
    """Return the leaf of a question that was answered with `outcome`, or refused.

    `fields` are those compared or given out; `about` is the subject, None for a batch.
    """
    grant = verdict.grant
    return LeafDraft(
        agency=caller.agency_code,
        system=caller.client_id,
        purpose=errand.purpose,
        legal_basis="" if grant is None else grant.legal_basis,
        kind=kind,
        outcome=outcome,
        fields=fields,
        request_id=errand.request_id,
        domain_time=errand.today.isoformat(),
        salt=salt(),
        subject=about,
        officer=errand.officer,
        dossier=errand.dossier,
        consent=errand.consent,
        entries=entries,
    )


def refusal_outcome(refused: Refused) -> str:
    """How a leaf and a batch name a refusal: `refused:` and the gate's reason."""
    return f"refused:{refused.reason}"


def decision(verdict: Admitted | Refused, outcome: str, *about: str) -> str | None:
    """Return a digest of all that was decided on a question; None where it is refused.

    Two questions of one text with one decision may be given the same answer.
    """
    if isinstance(verdict, Refused):
        return None
    return sha256("\0".join((reasoning(verdict), outcome, *about)).encode()).hexdigest()


def salt() -> str:
    """Sixteen random bytes in hex: no two leaves hash alike, and no hash can be guessed from."""
    return fresh.hex128()


def prove(world: World, appended: Appended) -> Proof:
    """Sign the receipt of a leaf that is durable, or will be when the running batch commits."""
    origin = keys.origin(world)
    receipt = receipts.issue(
        appended, log=origin, issuer=world.issuer, signer=world.keys("receipt").current
    )
    return Proof(receipt=receipt.decode(), leaf=LeafPlace(seq=appended.seq, log=origin))


def signed(world: World, body: bytes) -> bytes:
    """Return the JSON `body` as a compact JWS (RFC 7515), for `Accept: application/jose`."""
    signer = world.keys("answer").current
    return signer.compact(_answer_header(signer), body)


@lru_cache(maxsize=64)
def _answer_header(signer: Es256Signer) -> bytes:
    return signer.protected(typ=ANSWER_TYPE)
