"""`/control/v1/cards`: from a request to a card that is lost, held, replaced and drawn."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image

from tests.api.conftest import ADULT, bearer
from tests.exchange import people

CARDS = "/control/v1/cards"


def register(client, operator, **changes):
    rows = [{**ADULT, **changes}]
    said = {"reason": "test", "rows": rows}
    answer = client.post("/control/v1/citizens", json=said, headers=operator)
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][0]["pin"]


def ask(client, operator, pin, reason="first", **more):
    return client.post(CARDS, json={"pin": pin, "reason": reason, **more}, headers=operator)


def advance(client, operator, serial, **to):
    return client.post(f"{CARDS}/{serial}/advance", json=to, headers=operator)


def move(client, operator, serial, name, **more):
    return client.post(f"{CARDS}/{serial}/moves", json={"move": name, **more}, headers=operator)


@pytest.fixture
def card(client, operator):
    """A card in its holder's hands."""
    asked = ask(client, operator, register(client, operator)).json()
    return advance(client, operator, asked["serial"], to="active").json()


def test_a_card_is_asked_for_and_made(client, operator):
    pin = register(client, operator)
    asked = ask(client, operator, pin)
    assert asked.status_code == 201, asked.text
    told = asked.json()
    assert (told["state"], told["due_on"]) == ("requested", "2026-01-12")
    assert told["status"] == {"code": "not_issued", "since": "2026-01-01", "usable": False}
    assert told["simulated"] is True
    serial = told["serial"]
    shown = client.get(f"{CARDS}/{serial}", headers=operator).json()
    assert (shown["mrz"], shown["qr"]) == (None, None)
    assert advance(client, operator, serial).json()["state"] == "taken_biometrics"
    made = advance(client, operator, serial, to="active").json()
    assert made["status"]["code"] == "valid"
    assert (made["due_on"], made["can"]) == (None, pin[-6:])
    assert made["mrz"][2].startswith("TRAN<<THI<THU<NGHIEM<")
    assert made["qr"].startswith(f"{pin}||Trần Thị Thử Nghiệm|03022001|Nữ|")
    assert [event["state"] for event in made["history"]] == [
        "requested", "taken_biometrics", "approved", "printed", "delivered", "active",
    ]  # fmt: skip
    assert {event["recorded_by"] for event in made["history"][1:]} == {"authority"}
    found = client.post(f"{CARDS}/searches", json={"pin": pin}, headers=operator).json()
    assert [each["serial"] for each in found] == [serial]
    assert client.get(f"{CARDS}/{serial.lower()}", headers=operator).json() == made


def test_what_happens_to_a_card_is_kept(client, operator, card):
    serial = card["serial"]
    lost = move(client, operator, serial, "report_lost", by="holder", reason="stolen").json()
    assert lost["status"]["code"] == "lost"
    again = ask(client, operator, card["number"], "lost").json()
    advance(client, operator, again["serial"], to="active")
    old = client.get(f"{CARDS}/{serial}", headers=operator).json()
    assert old["status"]["code"] == "superseded"
    assert [event["reason"] for event in old["history"]][-2:] == ["stolen", "lost"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"move": "release"}, 409, "card-move-refused"),
        ({"move": "hold", "reason": "lost"}, 400, "card-reason-unknown"),
        ({"move": "hold", "by": "holder"}, 422, "card-move-not-theirs"),
        ({"move": "burn"}, 400, "invalid-request"),
    ],
)
def test_what_cannot_happen_is_refused(client, operator, card, said, status, code):
    address = f"{CARDS}/{card['serial']}/moves"
    answer = client.post(address, json=said, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_request_that_cannot_be_is_refused(client, operator, card):
    pin = card["number"]
    assert ask(client, operator, pin).json()["code"] == "card-request-unfounded"
    assert ask(client, operator, people.EM_PIN).json()["code"] == "card-not-entitled"
    asked = ask(client, operator, pin, "residence_reprinted").json()
    second = ask(client, operator, pin, "residence_reprinted")
    assert (second.status_code, second.json()["code"]) == (409, "card-request-under-way")
    assert move(client, operator, asked["serial"], "cancel").json()["issued_on"] is None


def test_a_card_is_made_to_be_a_clone_and_genuine_again(client, operator, card):
    address = f"{CARDS}/{card['serial']}"
    for variant in ("cloned", None):
        answer = client.patch(address, json={"variant": variant}, headers=operator)
        assert answer.json()["variant"] == variant, answer.text
    assert client.patch(address, json={"variant": "x"}, headers=operator).status_code == 400


def test_a_request_that_is_sent_twice_asks_once(client, operator):
    pin = register(client, operator)
    keyed = {**operator, "Idempotency-Key": "once"}
    first, second = (ask(client, keyed, pin) for _ in range(2))
    assert first.json() == second.json()


@pytest.mark.parametrize("serial", ["A" * 16, "77777777aaaaaaaa"])
def test_a_serial_that_is_no_cards_is_not_found(client, operator, serial):
    for address in (f"{CARDS}/{serial}", f"{CARDS}/{serial}/front.png"):
        answer = client.get(address, headers=operator)
        assert (answer.status_code, answer.json()["code"]) == (404, "card-unknown")


def test_cards_are_the_operators(client, world, card):
    headers = bearer(client, world)
    assert client.get(f"{CARDS}/{card['serial']}", headers=headers).status_code == 401
    assert client.get(f"{CARDS}/{card['serial']}/front.png", headers=headers).status_code == 401


def test_a_serial_is_of_one_world(client, operator, other_world, card):
    address = f"/w/{other_world.name}{CARDS}/{card['serial']}"
    assert client.get(address, headers=operator).json()["code"] == "card-unknown"


def test_pictures_are_drawn_and_read_back(client, operator, card):
    address = f"{CARDS}/{card['serial']}"
    for side in ("front", "back"):
        answer = client.get(f"{address}/{side}.png", headers=operator)
        assert answer.headers["content-type"] == "image/png"
        image = Image.open(io.BytesIO(answer.content))
        assert image.size == (1011, 638)
        read = [code.text for code in zxingcpp.read_barcodes(image)]
        assert read == ([card["qr"]] if side == "back" else [])
        answer = client.get(f"{address}/{side}.svg", headers=operator)
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "SPECIMEN" in "".join(ET.fromstring(answer.text).itertext())  # noqa: S314 - our own


def test_what_is_not_printed_cannot_be_drawn(client, operator):
    asked = ask(client, operator, register(client, operator)).json()
    answer = client.get(f"{CARDS}/{asked['serial']}/back.svg", headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (409, "card-not-printed")
