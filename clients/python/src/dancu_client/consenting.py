"""Consents that an agency asks for, and dossiers that officials of an agency act on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from dancu_client.answers import Consent, DossierAnswer, DossierLine
from dancu_client.connection import Calls
from dancu_client.effects import Steps
from dancu_client.operations import operation


class Consenting(Calls):
    """Questions on a citizen's phone: the request's id is the consent's."""

    @operation
    def ask_consent(
        self,
        number: str,
        fields: Iterable[str],
        *,
        purpose: str,
        why: str,
        to_date: dt.date | None = None,
        minutes: int | None = None,
    ) -> Steps[Consent]:
        """Ask a citizen for what a grant that rests on consent would give then.

        `why` is shown to the citizen; there are so many `minutes` to answer, a day if unsaid.
        """
        body = {
            "number": number,
            "fields": list(fields),
            "purpose": purpose,
            "why": why,
            "to_date": to_date,
            "minutes": minutes,
        }
        return self._post("/v1/consent-requests", body, Consent)

    @operation
    def consent(self, consent_id: str) -> Steps[Consent]:
        """Return how a question stands, and what of it was agreed to."""
        return self._get(f"/v1/consent-requests/{consent_id}", Consent)

    @operation
    def end_consent(self, consent_id: str) -> Steps[Consent]:
        """Take a question back, or end what was given."""
        return self._post(f"/v1/consent-requests/{consent_id}/end", {}, Consent)


class Desk(Calls):
    """Dossiers for which this agency is competent."""

    @operation
    def desk(
        self, *, state: str | None = None, overdue: bool | None = None
    ) -> Steps[tuple[DossierLine, ...]]:
        """Return the dossiers on this agency's desk."""
        late = None if overdue is None else str(overdue).lower()
        query = {"state": state, "overdue": late}
        return self._get("/v1/desk/dossiers", tuple[DossierLine, ...], query)

    @operation
    def desk_dossier(self, code: str, *, officer: str | None = None) -> Steps[DossierAnswer]:
        """Show one dossier on this agency's desk to one of its officials."""
        return self._get(f"/v1/desk/dossiers/{code}", DossierAnswer, {"officer": officer})

    @operation
    def act(
        self,
        code: str,
        act: Literal["receive", "ask", "approve", "refuse", "deliver"],
        *,
        officer: str | None = None,
        reason: str | None = None,
        wanted: Iterable[str] | None = None,
        result: str | None = None,
    ) -> Steps[DossierAnswer]:
        """Act on a dossier as one of the agency's officials."""
        body = {
            "act": act,
            "officer": officer,
            "reason": reason,
            "wanted": None if wanted is None else list(wanted),
            "result": result,
        }
        return self._post(f"/v1/desk/dossiers/{code}/acts", body, DossierAnswer)
