"""Credentials and presentations made by hand, for the tests of their formats."""

import json
from itertools import count

from app.identity.credentials import key_binding, sd_jwt
from app.platform.signing import base64url, derive_signer

ISSUER = derive_signer(b"root", "credential", 1)
HOLDER = derive_signer(b"root", "holder", 1)
NOW = 1_800_000_000
NONCE, AUDIENCE = "n-0S6_WzA2Mj", "https://verifier.invalid"
TOLD = {
    "iss": "http://127.0.0.1:8000",
    "vct": "http://127.0.0.1:8000/v1/credential-types/driver-licence",
    "iat": NOW,
    "exp": NOW + 86_400,
    "cnf": {"jwk": {name: HOLDER.jwk[name] for name in ("kty", "crv", "x", "y")}},
    "simulated": True,
}
HIDDEN = {"full_name": "Nguyễn Văn An", "licence_class": "B1", "points": 12, "places": ["a"]}


def salts():
    numbers = count()
    return lambda: f"salt-{next(numbers)}"


def credential(told=TOLD, hidden=HIDDEN):
    return sd_jwt.issue(ISSUER, told, hidden, salts())


def shown(names=(), *, of=None, signer=HOLDER, **how):
    said = {"nonce": NONCE, "audience": AUDIENCE, "now": NOW, **how}
    return key_binding.bind(signer, sd_jwt.choose(of or credential(), names), **said)


def signed(payload, signer=ISSUER, **header):
    members = {"alg": "ES256", "kid": signer.kid, "typ": sd_jwt.TYPE, **header}
    return signer.compact(base64url(json.dumps(members).encode()), json.dumps(payload).encode())


def disclosure(*members):
    return base64url(json.dumps(members).encode()).decode()
