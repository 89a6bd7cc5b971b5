"""What an agency asks about people: verifications, disclosures, registers, credit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dancu_client.answers import (
    Access,
    Batch,
    CreditAnswer,
    Disclosure,
    Me,
    RegisterVerification,
    Verification,
)
from dancu_client.connection import Calls
from dancu_client.effects import Steps
from dancu_client.operations import operation


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a question stands on beside its purpose, where the grant demands it.

    `officer` is the official behind the call, `dossier` the procedure at hand, `consent` the id
    of the citizen's consent.
    """

    officer: str | None = None
    dossier: str | None = None
    consent: str | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a batch: whose, and what is claimed about them."""

    number: str
    claims: Mapping[str, str]
    consent: str | None = None


NO_GROUND = Ground()


class Asking(Calls):
    """Questions about people, each with its purpose, each logged."""

    @operation
    def me(self) -> Steps[Me]:
        """Return who this system is, and what it may do."""
        return self._get("/v1/me", Me)

    @operation
    def check_access(
        self,
        purpose: str,
        *,
        fields: Iterable[str] | None = None,
        service: str | None = None,
    ) -> Steps[Access]:
        """Return what would be told for this purpose, and what not and why; nothing is asked."""
        wanted = None if fields is None else list(fields)
        body = {"purpose": purpose, "fields": wanted, "service": service}
        return self._post("/v1/access-check", body, Access)

    @operation
    def verify(
        self, number: str, claims: Mapping[str, str], *, purpose: str, ground: Ground = NO_GROUND
    ) -> Steps[Verification]:
        """Ask whether claims about the bearer of a number are true; no data leaves."""
        body = _question(number, purpose, ground)
        return self._logged("/v1/verifications", {**body, "claims": claims}, Verification)

    @operation
    def verify_batch(
        self, items: Iterable[Claim], *, purpose: str, ground: Ground = NO_GROUND
    ) -> Steps[Batch]:
        """Ask the same about up to a thousand people; results come in the order of the items.

        Consents stand in the items.
        """
        said = {"purpose": purpose, "officer": ground.officer, "dossier": ground.dossier}
        return self._logged("/v1/verifications/batch", {**said, "items": list(items)}, Batch)

    @operation
    def disclose(
        self,
        name: str,
        number: str,
        fields: Iterable[str],
        *,
        purpose: str,
        ground: Ground = NO_GROUND,
    ) -> Steps[Disclosure]:
        """Read fields of one person by the disclosure of that name, such as `residence`."""
        body = {**_question(number, purpose, ground), "fields": list(fields)}
        return self._logged(f"/v1/disclosures/{name}", body, Disclosure)

    @operation
    def verify_register(
        self,
        claim: str,
        number: str,
        claims: Mapping[str, str] | None = None,
        *,
        purpose: str,
        ground: Ground = NO_GROUND,
    ) -> Steps[RegisterVerification]:
        """Ask a register of others yes or no, such as `phone-owner` with `{"phone": …}`."""
        body = {**_question(number, purpose, ground), "claims": claims}
        return self._logged(f"/v1/register-verifications/{claim}", body, RegisterVerification)

    @operation
    def assess_credit(
        self, number: str, *, purpose: str, ground: Ground, fields: Iterable[str] | None = None
    ) -> Steps[CreditAnswer]:
        """Ask for a synthetic score of credit, with the citizen's consent."""
        read = None if fields is None else list(fields)
        body = {**_question(number, purpose, ground), "fields": read}
        return self._logged("/v1/credit-assessments", body, CreditAnswer)


def _question(number: str, purpose: str, ground: Ground) -> dict[str, Any]:
    return {"number": number, "purpose": purpose, **msgspec.structs.asdict(ground)}
