"""What people show: a chip, a document on the phone, a code at a counter."""

import httpx
import pytest
from dancu_client import ChipReading, NotProvedError, Options, ProblemError

from tests.client.conftest import BANK, MINISTRY

WHO = "adult-level-2"


def phone(world, method, path, **body):
    """Do something on the simulated phone."""
    answer = httpx.request(
        method,
        f"{world.url}/control/v1/phones/{WHO}{path}",
        headers={"Authorization": f"Bearer {world.operator.credential.token}"},
        json=body if method == "POST" else None,
    )
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
def licence(dancu_world):
    return phone(dancu_world, "POST", "/wallet", kind="driver-licence")["id"]


def test_a_chip_that_signs_nothing_is_not_believed(system, an):
    bank = system(BANK)
    challenge = bytes.fromhex(bank.chip_challenge().challenge)
    reading = ChipReading(
        sod=b"\x77\x00", groups={1: b"a"}, challenge=challenge, signature=b"s" * 64
    )
    with pytest.raises(ProblemError, match="chip-evidence-malformed"):
        bank.verify_chip(an.pin, reading, purpose="ekyc")


def test_a_code_at_a_counter_is_redeemed_once(system, dancu_world, licence):
    ministry = system(MINISTRY, Options(sign=True))
    purpose = next(each.purpose for each in ministry.me().grants if each.service == "presentation")
    code = phone(
        dancu_world, "POST", f"/wallet/{licence}/share-codes", claims=["full_name", "classes"]
    )["code"]
    told = ministry.redeem_share_code(code, purpose=purpose)
    assert (told.outcome, told.document) == ("shared", "driver-licence")
    assert told.claims["full_name"] == "Nguyễn Văn An"
    assert told.jws is not None
    assert ministry.redeem_share_code(code, purpose=purpose).outcome == "used"
    with pytest.raises(NotProvedError):
        ministry.check_receipt(told.receipt[:-4] + "AAAA")


def test_a_document_is_shown_once_its_holder_agrees(system, dancu_world, licence, an):
    ministry = system(MINISTRY)
    purpose = next(each.purpose for each in ministry.me().grants if each.service == "presentation")
    asked = ministry.ask_presentation(
        ["driver-licence"], ["full_name"], purpose=purpose, number=an.pin
    )
    assert ministry.presentation_request(asked.id).state == "pending"
    [question] = phone(dancu_world, "GET", "/approvals")
    phone(dancu_world, "POST", f"/approvals/{question['id']}/accept")
    shown = ministry.take_presentation(asked.id)
    assert shown.outcome == "genuine"
    assert shown.claims["full_name"] == an.full_name
    assert licence
