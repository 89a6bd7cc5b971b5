"""The shop's own tests: each has a world of its own, made by the plugin of dancu-client."""

import pytest
from dancu_client import Options, Patience
from fastapi.testclient import TestClient
from shop import create_app


@pytest.fixture
def an(dancu_world):
    persona = dancu_world.personas["adult-level-2"]
    return {
        "number": persona.pin,
        "full_name": persona.full_name,
        "birth_date": persona.birth_date,
    }


@pytest.fixture
def visitor(dancu_world):
    quick = Options(patience=Patience(attempts=3, first_wait=0.01))
    app = create_app(dancu_world.client("vietcombank-basic", quick))
    with TestClient(app, base_url="http://127.0.0.1:5000", follow_redirects=False) as visitor:
        yield visitor


def test_a_customer_who_says_the_truth_is_registered(visitor, an):
    assert visitor.post("/customers", json=an).status_code == 201


def test_a_customer_with_another_name_is_not(visitor, an):
    assert visitor.post("/customers", json=an | {"full_name": "Trần Văn Ba"}).status_code == 422


def test_nobody_opens_an_account_for_the_dead(visitor, dancu_world):
    dead = dancu_world.personas["deceased"]
    form = {"number": dead.pin, "full_name": dead.full_name, "birth_date": dead.birth_date}
    assert visitor.post("/customers", json=form).status_code == 422


def test_a_gateway_that_fails_twice_is_not_noticed(visitor, dancu_world, an):
    dancu_world.operator.set_fault("twice", {"kind": "error", "status": 502, "times": 2})
    assert visitor.post("/customers", json=an).status_code == 201


def test_when_the_registry_is_away_the_customer_is_asked_to_come_back(visitor, dancu_world, an):
    dancu_world.operator.set_fault("away", {"kind": "maintenance", "retry_after": 3600})
    assert visitor.post("/customers", json=an).status_code == 503
    dancu_world.operator.clear_faults()
    assert visitor.post("/customers", json=an).status_code == 201


def test_who_dies_later_is_refused_from_then_on(visitor, dancu_world, an):
    death = {"pin": an["number"], "date": "2026-01-01"}
    dancu_world.operator.report("death", "reported by the hospital", [death])
    assert visitor.post("/customers", json=an).status_code == 422


def test_a_customer_signs_in_and_is_greeted(visitor, dancu_world):
    to_dancu = visitor.get("/login").headers["location"]
    back = dancu_world.sign_in(to_dancu, "adult-level-2")
    assert visitor.get(back).json() == {"hello": "Nguyễn Văn An"}


def test_a_sign_in_with_a_forged_signature_is_refused(visitor, dancu_world):
    dancu_world.operator.set_fault(
        "forged", client_id="vietcombank-basic", tokens=["bad-signature"]
    )
    back = dancu_world.sign_in(visitor.get("/login").headers["location"], "adult-level-2")
    assert visitor.get(back).status_code == 401
