"""How systems prove themselves, and keep their tokens."""

import httpx
import pytest
from dancu_client import NotProvedError, OAuthError, Options, Secret, new_key
from dancu_client.clients import Client

from app.platform import clock
from tests.client.conftest import BANK, FAPI


@pytest.mark.parametrize("client_id", [BANK, FAPI])
def test_a_secret_and_a_private_key_prove_a_system(system, client_id):
    assert system(client_id).me().system.client_id == client_id


def test_a_token_can_be_bound_to_a_key_by_any_system(dancu_world):
    secret = dancu_world.credential(BANK).secret
    client = Client(dancu_world.url, Secret(BANK, secret, dpop=new_key()))
    with client:
        assert client.me().system.client_id == BANK
        assert client._token.dpop is not None


def test_a_nonce_is_put_into_the_proof_when_the_server_asks_for_it(system, dancu_world):
    where = f"{dancu_world.url}/control/v1/systems/{FAPI}/sign-in"
    shown = {"Authorization": f"Bearer {dancu_world.operator.credential.token}"}
    said = {"redirect_uris": ["http://127.0.0.1/callback"], "dpop_nonce": True}
    assert httpx.put(where, headers=shown, json=said).is_success
    client = system(FAPI)
    assert client.me().system.fapi
    assert client.me().system.fapi  # with the nonce it knows


def test_a_token_is_kept_and_renewed_in_time(dancu_world):
    moment = [clock.epoch()]
    client = dancu_world.client(BANK, Options(now=lambda: moment[0]))
    client.me()
    first = client._token
    client.me()
    assert client._token is first
    moment[0] = first.expires_at - 20
    client.me()
    assert client._token is not first


def test_a_token_that_is_good_no_longer_is_renewed_at_once(dancu_world):
    client = dancu_world.client(BANK)
    client.me()
    ended = client._token
    form = {"token": ended.token}
    httpx.post(
        f"{dancu_world.url}/oidc/revoke", data=form, auth=(BANK, client.credential.secret)
    ).raise_for_status()
    assert client.me().system.client_id == BANK
    assert client._token is not ended


def test_a_wrong_secret_is_refused_by_its_oauth_error(dancu_world):
    with (
        Client(dancu_world.url, Secret(BANK, "sim_wrong")) as client,
        pytest.raises(OAuthError) as refused,
    ):
        client.me()
    assert refused.value.error == "invalid_client"


def test_no_secret_is_shown_in_a_traceback(dancu_world):
    credential = dancu_world.credential(BANK)
    assert credential.secret not in repr(credential)
    client = dancu_world.client(BANK)
    client.me()
    assert client._token.token not in repr(client._token)


def test_another_issuer_than_the_address_is_not_trusted(dancu_world):
    elsewhere = dancu_world.url.replace("127.0.0.1", "localhost")
    with (
        Client(elsewhere, dancu_world.credential(BANK)) as client,
        pytest.raises(NotProvedError, match=r"give that address"),
    ):
        client.me()
