"""Questions about credit assessments that there are, so that they have to be answered."""

from __future__ import annotations

import uuid

from app.sectors.creditworthiness import scorecard
from tests.exchange import people

ASSESSMENTS, APPEALS, MINE = "/v1/credit-assessments", "/v1/credit-appeals", "/v1/my/credit-"
CONSENT = {
    "pin": people.AN_PIN,
    "agency": "mcredit",
    "purpose": "credit-scoring",
    "fields": ["state", *scorecard.FIELDS],
    "evidence": "signed on paper",
}
WHY = {"ground": "other", "said": "Để thử"}


def knows(path):
    """Whether an operation is about assessments or second looks."""
    return path.startswith((ASSESSMENTS, APPEALS, MINE))


class Assessments:
    """A lender that asks, an authority that looks again, and Nguyễn Văn An."""

    def __init__(self, server, post):
        """`post(address, token, body)` asks."""
        self._server, self._post = server, post

    def aim(self, case, operation):
        """Ask something that is there; return the Authorization it goes with."""
        path = operation.path
        if case.headers is not None and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        case.query = {"officer": "can-bo-1"} if path == f"{APPEALS}/{{assessment_id}}" else {}
        if case.path_parameters:
            case.path_parameters["assessment_id"] = self._id(path)
        if operation.method == "post":
            case.body, case.media_type = self._body(path), "application/json"
        return f"Bearer {self._token(path)}"

    def _body(self, path):
        if path == ASSESSMENTS:
            return self._question()
        if path.endswith("/decision"):
            return {"answer": "Như cũ", "officer": "can-bo-1"}
        return WHY

    def _token(self, path):
        if path.startswith(MINE):
            return self._server.person_token_of("vpcp", ("openid", "my.read", "my.write"))
        return self._server.token_of("bca" if path.startswith(APPEALS) else "mcredit")

    def _question(self):
        given = self._post("/control/v1/consents", self._server.operator_token, CONSENT)
        return {"number": people.AN_PIN, "consent": given["id"]}

    def _id(self, path):
        lender = self._server.token_of("mcredit")
        made = self._post(ASSESSMENTS, lender, self._question())["assessment"]["id"]
        if path.startswith(APPEALS):
            self._post(f"{ASSESSMENTS}/{made}/appeal", lender, WHY)
        return made
