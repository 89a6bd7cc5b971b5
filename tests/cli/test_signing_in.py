"""`dancu signin`: each leg is shown, and what a careful client does not accept is told."""

import httpx
import pytest

from app.cli import failing


@pytest.mark.parametrize("client", ["vietcombank-basic", "vietcombank-fapi"])
def test_a_persona_signs_in_and_each_leg_is_shown(dancu, client, told):
    said = ("--client", client, "--level", "2", "--fields", "full_name")
    legs = told("signin", "adult-level-2", *said)
    names = ["discovery", "push", "authorize", "token", "userinfo"]
    assert [leg["leg"] for leg in legs] == names
    claims = legs[3]["got"]["id_token"]["claims"]
    assert claims["acr"] == "urn:dancu:acr:level2"
    assert legs[4]["got"]["name"]
    assert "birthdate" not in legs[4]["got"]
    shown = dancu("signin", "adult-level-2", "--client", client, "--level", "2")
    assert shown.status == 0, shown.err
    assert all(f"\n{name}  http" in shown.out for name in names)


def test_why_somebody_does_not_sign_in_is_told(dancu, served):
    dead = dancu("signin", "deceased")
    assert dead.status == failing.FAILED
    assert "cannot be used" in dead.err
    assert dancu("signin", "nobody-at-all").status == failing.FAILED
    control = f"{served.base}/control/v1/faults/tokens"
    headers = {"Authorization": f"Bearer {dancu('operator-token').out.strip()}"}
    for fault, why in (
        ("wrong-nonce", "nonce"),
        ("wrong-issuer", "Invalid issuer"),
        ("wrong-audience", "Audience doesn't match"),
        ("expired", "Signature has expired"),
        ("not-yet-valid", "not yet valid"),
        ("missing-claim", 'missing the "sub" claim'),
        ("wrong-at-hash", "its at_hash is not of ours"),
        ("wrong-acr", "acr is not urn:dancu:acr:level1, which was asked for"),
        ("unknown-key", "the ID token does not hold"),
        ("hs256-public-key", "the ID token does not hold"),
        ("wrong-answer-issuer", "by another issuer"),
        ("bad-signature", "Signature verification failed"),
        ("wrong-state", "another request"),
        ("wrong-userinfo-subject", "userinfo is about another person"),
        ("token-no-json", "/oidc/token is not a JSON object; its type is text/html"),
        ("alg-none", "is not signed: its algorithm is none"),
    ):
        said = {"client_id": "vib-basic", "tokens": [fault]}
        httpx.put(control, json=said, headers=headers).raise_for_status()
        wrong = dancu("signin", "adult-level-2", "--client", "vib-basic")
        assert wrong.status == failing.FAILED
        assert why in wrong.err
        assert "dancu fault list" in wrong.err
    httpx.delete(control, headers=headers).raise_for_status()
    assert dancu("signin", "adult-level-2", "--client", "vib-basic").status == 0


@pytest.mark.parametrize(
    ("path", "lacking"),
    [("/oidc/par", "request_uri"), ("/oidc/token", "access_token, id_token")],
)
def test_an_empty_answer_to_a_sign_in_is_told_by_what_it_lacks(dancu, served, path, lacking):
    # By the server itself: of a command's change it hears within a second.
    control = f"{served.base}/control/v1/faults/nothing"
    headers = {"Authorization": f"Bearer {dancu('operator-token').out.strip()}"}
    fault = {"client_id": "vib-basic", "path": path, "steps": [{"kind": "empty"}], "repeat": True}
    httpx.put(control, json=fault, headers=headers).raise_for_status()
    empty = dancu("signin", "adult-level-2", "--client", "vib-basic")
    httpx.delete(control, headers=headers).raise_for_status()
    assert f"{path} has no {lacking}\nCode:  sign-in-does-not-hold\n" in empty.err
    assert empty.status == failing.FAILED
