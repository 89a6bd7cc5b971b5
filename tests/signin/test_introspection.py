"""Introspection: what a system is told of its own tokens (RFC 7662)."""

import jwt


def test_introspection_tells_when_a_systems_own_token_was_given(party):
    token = party.post("/oidc/token", {"grant_type": "client_credentials"}).json()["access_token"]
    said = jwt.decode(token, options={"verify_signature": False})
    told = party.post("/oidc/introspect", {"token": token}).json()
    assert told["active"]
    for name in ("iat", "exp", "jti", "iss", "aud", "sub", "client_id"):
        assert told[name] == said[name], name
