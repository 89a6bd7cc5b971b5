"""A server that others reach serves no world whose keys can be derived, whenever it was made."""

import pytest

from app.platform.errors import DancuError
from app.sandbox import worlds as lives
from tests.api.conftest import as_operator, bearer, secret, served
from tests.exchange import people

PUBLIC = "https://dancu.example"
QUESTION = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


@pytest.fixture
def exposed(settings, worlds, world):
    """A client of a server that others reach, whose default world was re-keyed for that."""
    lives.rekey(worlds, world.name)
    with served(settings.model_copy(update={"public_url": PUBLIC}), world) as client:
        yield client


@pytest.fixture
def operator(exposed):
    return as_operator(exposed)


def refused(answer):
    assert answer.status_code == 409, answer.text
    told = answer.json()
    assert told["code"] == "world-exposed"
    assert "rekey" in told["next"]
    return True


def test_a_world_made_since_the_start_with_keys_of_its_seed_is_not_served(exposed, other_world):
    prefix = f"/w/{other_world.name}"
    basic = ("vietcombank-basic", secret(other_world, "vietcombank-basic"))
    form = {"grant_type": "client_credentials"}
    for _ in range(2):  # opened by the first, it is as little served as before
        assert refused(exposed.post(f"{prefix}/oidc/token", data=form, auth=basic))
        assert refused(exposed.post(f"{prefix}/v1/verifications", json=QUESTION))
        assert refused(exposed.get(f"{prefix}/oidc/jwks"))
    assert bearer(exposed, exposed_world(exposed))


def exposed_world(client):
    server = client.app._server
    return server.worlds.open(server.settings.default_world)


def test_its_operator_can_give_it_other_keys_and_nothing_else(exposed, operator, other_world):
    own = f"/control/v1/worlds/{other_world.name}"
    assert refused(exposed.patch(own, json={"training": True}, headers=operator))
    assert refused(exposed.post(f"{own}/fork", json={"name": "heir"}, headers=operator))
    assert exposed.post(f"{own}/rekey", headers=operator).status_code == 200
    other_world.refresh()
    headers = bearer(exposed, other_world, prefix=f"/w/{other_world.name}")
    me = exposed.get(f"/w/{other_world.name}/v1/me", headers=headers)
    assert me.status_code == 200


def test_a_world_that_is_rekeyed_elsewhere_is_served_from_then_on(exposed, worlds, other_world):
    address = f"/w/{other_world.name}/oidc/jwks"
    assert refused(exposed.get(address))
    lives.rekey(worlds, other_world.name)
    exposed_world(exposed)  # others are looked at as ever
    exposed.app._server.worlds.release(other_world.name)  # its next look says the same
    assert exposed.get(address).status_code == 200


def test_a_server_does_not_start_on_a_default_world_whose_keys_can_be_derived(settings, world):
    public = settings.model_copy(update={"public_url": PUBLIC})
    with pytest.raises(DancuError, match="world-exposed"), served(public, world):
        pass


def test_on_this_machine_alone_such_a_world_is_served(client, other_world):
    assert client.get(f"/w/{other_world.name}/oidc/jwks").status_code == 200
