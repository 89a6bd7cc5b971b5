"""Why somebody is refused an eID account or its use: with which persona to see it, and how.

The situations that systems around the real service have to handle. A test reaches each of them.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Situation(NamedTuple):
    """A situation: the code it is told by, who is in it, and what leads to it."""

    code: str
    persona: str
    how: str


#: Addresses are below `/control/v1/phones/{persona}`, but for `POST /v1/eid-accounts`.
SITUATIONS: Final = (
    Situation(
        "number-not-on-record", "adult-level-2", "`registrations` with a `number` of nobody"
    ),
    Situation("identity-mismatch", "no-account", "`registrations` with another `full_name`"),
    Situation("holder-deceased", "deceased", "`activation`, or `registrations` for this number"),
    Situation("eid-account-exists", "adult-level-2", "`registrations`"),
    Situation("eid-application-pending", "no-account", "`registrations` twice"),
    Situation("eid-under-age", "newborn", "`POST /v1/eid-accounts` for level 2"),
    Situation("representative-required", "child-10", "`registrations` on the child's own phone"),
    Situation(
        "representation-not-provable",
        "adult-level-2",
        "`registrations` with the `number` of `ward`",
    ),
    Situation(
        "representative-level-too-low",
        "adult-level-1",
        "`registrations` with the `number` of the child `newborn`",
    ),
    Situation("card-missing", "no-card-14", "`registrations`"),
    Situation("card-expired", "card-expired", "`activation`, or signing in"),
    Situation("card-lost", "card-lost", "`registrations`"),
    Situation("card-held", "card-held", "`registrations`"),
    Situation("card-revoked", "card-revoked", "`registrations`, once the card is revoked"),
    Situation(
        "residence-permit-missing", "foreigner", "`registrations` without a permit on record"
    ),
    Situation("residence-permit-expired", "foreigner-permit-expired", "`passcode`, or signing in"),
    Situation("phone-not-own-name", "phone-not-own-name", "`registrations` with its number"),
    Situation("phone-bound", "phone-bound", "`registrations` with its number"),
    Situation("code-wrong", "no-account", "`registrations` with another code"),
    Situation(
        "code-expired", "no-account", "`registrations` with a code that another has replaced"
    ),
    Situation("face-mismatch", "no-account", "`registrations` with the face of somebody else"),
    Situation("face-not-live", "no-account", "`registrations` with `samples?presented=spoof`"),
    Situation("face-unclear", "no-account", "`registrations` with `samples?quality=10`"),
    Situation("fingerprint-mismatch", "no-account", "`POST /v1/eid-accounts`, another's finger"),
    Situation("eid-account-missing", "no-account", "`activation`"),
    Situation("eid-account-not-activated", "account-collected", "`passcode`, or signing in"),
    Situation("eid-activation-lapsed", "ethnic-mong", "`activation`"),
    Situation("eid-account-activated-already", "adult-level-2", "`activation`"),
    Situation("eid-account-locked", "account-locked", "`passcode`, or signing in"),
    Situation("eid-lock-state", "adult-level-2", "`unlock`"),
    Situation("eid-lock-not-theirs", "adult-level-2", "`unlock` after an authority's TK03"),
    Situation("passcode-wrong", "adult-level-2", "`passcode` with a wrong `old`"),
    Situation("passcode-form", "adult-level-2", "`passcode` with an easy `new`"),
    Situation(
        "eid-locked-out", "adult-level-2", "`passcode` with a wrong `old` for the sixth time"
    ),
    Situation("device-not-active", "adult-level-2", "the secret of a device before `devices`"),
    Situation("eid-level-too-low", "adult-level-1", "a service of level 2; `organisations`"),
    Situation("approval-refused", "adult-level-2", "an approval that was refused"),
    Situation("not-legal-representative", "adult-level-2", "`organisations` of somebody else"),
    Situation("organisation-ended", "legal-representative", "`organisations`, the dissolved one"),
    Situation("organisation-unknown", "legal-representative", "`organisations`, a code of nobody"),
)
