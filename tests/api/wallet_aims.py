"""What can be asked of a server about wallets, so that it has to be answered."""

from __future__ import annotations

import json
import uuid

import httpx2

from app.identity.credentials import offers
from app.platform import clock
from app.platform.signing import base64url, derive_signer
from tests.exchange import people

WALLET = "/control/v1/phones/{who}/wallet"
PHONE = f"/control/v1/phones/{people.AN_PIN}/wallet"
ERRAND = {"purpose": "linked-procedures", "officer": "can-bo-1", "dossier": "H26-1"}
ASK = {"documents": ["residence"], "claims": ["full_name"]}
HOLDER = derive_signer(b"aimed", "holder", 1)
_MINE = (WALLET, "/v1/presentation", "/v1/share-codes", "/v1/credential-types", "/v1/status-lists")


def knows(path):
    """Whether an operation is about wallets."""
    return path.startswith(_MINE) or path == "/oidc/credential"


class Wallets:
    """The wallet of Nguyễn Văn An, and a ministry that is shown things."""

    def __init__(self, server, ministry):
        self._server = server
        self._ministry = ministry

    def aim(self, case, operation):
        """Ask something that is there; return the Authorization it goes with."""
        path, method = operation.path, operation.method
        case.query = {}
        if case.headers is not None and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        for name in case.path_parameters or {}:
            case.path_parameters[name] = self._named(name)
        body = self._body(path) if method == "post" else None
        if body is not None:
            case.body = body
            case.media_type = "application/json"
        if path == "/oidc/credential":
            return f"Bearer {self._token()}"
        operator = path.startswith("/control/")
        return f"Bearer {self._server.operator_token if operator else self._ministry}"

    def _named(self, name):
        if name == "document_id":
            return self._document()
        if name == "request_id":
            return self._request()["id"]
        return {"who": people.AN_PIN, "kind": "residence", "number": 0}[name]

    def _body(self, path):
        if path == "/v1/presentations":
            return {"request": self._request()["id"]}
        if path == "/v1/share-codes/redemptions":
            return {"code": self._code(), **ERRAND}
        if path == "/oidc/credential":
            return self._proved()
        if path == f"{WALLET}/presentations":
            self._document()
            return ASK | {"nonce": "n", "audience": "a"}
        return {
            "/v1/presentation-requests": ASK | ERRAND,
            WALLET: {"kind": "birth-certificate"},
            f"{WALLET}/{{document_id}}/offers": {"tx_code": True},
            f"{WALLET}/{{document_id}}/share-codes": {"claims": ["full_name"]},
        }.get(path)

    def _document(self):
        return self._post(PHONE, {"kind": "residence"})["id"]

    def _request(self):
        return self._post("/v1/presentation-requests", ASK | ERRAND, self._ministry)

    def _code(self):
        asked = {"claims": ["full_name"]}
        return self._post(f"{PHONE}/{self._document()}/share-codes", asked)["code"]

    def _token(self):
        offer = self._post(f"{PHONE}/{self._document()}/offers", {})["credential_offer"]
        form = {"grant_type": offers.GRANT_TYPE, **offer["grants"][offers.GRANT_TYPE]}
        answer = httpx2.post(f"{self._server.base}/oidc/token", data=form, timeout=60)
        return answer.json()["access_token"]

    def _proved(self):
        base = self._server.base
        nonce = httpx2.post(f"{base}/oidc/nonce", timeout=60).json()["c_nonce"]
        jwk = {name: HOLDER.jwk[name] for name in ("kty", "crv", "x", "y")}
        header = {"alg": "ES256", "typ": offers.PROOF_TYPE, "jwk": jwk}
        claims = {"aud": base, "iat": clock.epoch(), "nonce": nonce}
        encoded = base64url(json.dumps(header).encode())
        jwt = HOLDER.compact(encoded, json.dumps(claims).encode()).decode()
        configuration = offers.configuration_id("residence")
        return {"credential_configuration_id": configuration, "proofs": {"jwt": [jwt]}}

    def _post(self, address, body, token=None):
        headers = {"Authorization": f"Bearer {token or self._server.operator_token}"}
        answer = httpx2.post(self._server.base + address, json=body, headers=headers, timeout=60)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()
