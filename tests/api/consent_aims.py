"""What can be asked of a server about consents, so that it has to be answered."""

from __future__ import annotations

import uuid

from tests.exchange import people

REQUESTS = "/v1/consent-requests"
RIGHTS = "/v1/data-subject-requests"
OBJECTION = {"agency": "vietcombank", "said": "Không đồng ý"}
#: What a citizen says at `/v1/my/…`, and an agency answers.
SAID = {
    "/v1/my/objections": OBJECTION,
    "/v1/my/corrections": {
        "changes": {"remarks": "thử"},
        "said": "Ghi sai",
        "documents": ["Giấy 1"],
    },
    f"{RIGHTS}/{{request_id}}/acknowledgement": {},
    f"{RIGHTS}/{{request_id}}/answer": {"outcome": "refused", "answer": "Theo luật"},
}
PHONE = "/control/v1/phones/{who}/consents"
ASK = {"purpose": "account-data", "fields": ["phone"], "why": "Để thử"}
PAPER = {
    "pin": people.AN_PIN,
    "agency": "vietcombank",
    "purpose": "account-data",
    "fields": ["phone"],
    "evidence": "signed on paper",
}


def knows(path):
    """Whether an operation is about consents on a phone or asked for by an agency."""
    return path.startswith((REQUESTS, PHONE, RIGHTS))


class Consents:
    """A bank that asks, and Nguyễn Văn An's phone."""

    def __init__(self, server, post, bank, adult):
        """`post(address, token, body)` asks; `adult()` registers somebody, to be asked once."""
        self._server, self._post, self._bank, self._adult = server, post, bank, adult

    def aim(self, case, operation):
        """Ask something that is there; return the Authorization it goes with."""
        path = operation.path
        if case.headers is not None and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        case.query = {}
        for name in case.path_parameters or {}:
            case.path_parameters[name] = people.AN_PIN if name == "who" else self._id(path)
        body = self._body(path) if operation.method == "post" else None
        if body is not None:
            case.body = body
            case.media_type = "application/json"
        token = self._server.operator_token if path.startswith(PHONE) else self._bank
        return f"Bearer {token}"

    def _body(self, path):
        if path in SAID:
            return SAID[path]
        if path == REQUESTS:
            return {**ASK, "number": self._adult()}
        return {"decision": "accept"} if path.endswith("/decision") else None

    def _id(self, path):
        if path.startswith(RIGHTS):
            person = self._server.person_token_of("vpcp", ("openid", "my.write"))
            return self._post("/v1/my/objections", person, OBJECTION)["id"]
        if path.endswith("/withdrawal"):
            return self._post("/control/v1/consents", self._server.operator_token, PAPER)["id"]
        number = people.AN_PIN if path.startswith(PHONE) else self._adult()
        return self._post(REQUESTS, self._bank, {**ASK, "number": number})["id"]
