"""The use history over HTTP: each use of an electronic identity and a card, and no more."""

from __future__ import annotations

from app.exchange.log import leaves
from app.identity import cards, printed, qr
from tests.api.conftest import as_operator, bearer, told
from tests.api.wallets import AN, PIN, Wallet
from tests.signin.party import BASIC, Party, Somebody
from tests.support import chips

LINKED = "linked-procedures"


def uses(client, who=AN, query=""):
    answer = client.get(f"/control/v1/phones/{who}/uses{query}", headers=as_operator(client))
    assert answer.status_code == 200, answer.text
    return answer.json()


def sign_in(client, world):
    """Somebody signs in, and the system asks about them."""
    party = Party(client, world)
    tokens = party.tokens(Somebody(world, AN))
    told(party.userinfo(tokens["access_token"]))


def show(client, ministry):
    """A document is shown to a system, then shared with a clerk."""
    wallet = Wallet(client)
    document = wallet.integrated("driver-licence")
    asked = {"documents": ["driver-licence"], "claims": ["classes"], "purpose": LINKED}
    request = told(client.post("/v1/presentation-requests", json=asked, headers=ministry), 201)
    body = {"request": request["id"], "presentation": wallet.shown(request)}
    told(client.post("/v1/presentations", json=body, headers=ministry))
    code = wallet.post(f"/{document}/share-codes", {"claims": ["full_name"]}).json()["code"]
    body = {"code": code, "purpose": LINKED}
    told(client.post("/v1/share-codes/redemptions", json=body, headers=ministry))


def check_card(client, world, bank):
    """The chip of a card is checked, and its QR code."""
    card = chips.card_of(world, AN)
    body = chips.proved(chips.chip_of(world, card), card, chips.challenge(client, bank))
    told(client.post("/v1/chip-verifications", json=body, headers=bank))
    with world.session() as session:
        [held] = cards.of_citizen(session, card.citizen_id, world.today)
        text = qr.write(printed.of(session, held))
    told(client.post("/v1/qr-verifications", json={"text": text, "purpose": "ekyc"}, headers=bank))


def test_each_use_is_told_to_its_holder(client, world):
    bank, ministry = bearer(client, world), bearer(client, world, "bca")
    assert uses(client)["items"] == []
    assert uses(client)["kept_since"] == "2021-01-01"
    # Somebody asks the registry, without the person: that is no use.
    claim = {"number": PIN, "claims": {"full_name": "Nguyễn Văn An"}, "purpose": "ekyc"}
    told(client.post("/v1/verifications", json=claim, headers=bank))
    sign_in(client, world)
    show(client, ministry)
    check_card(client, world, bank)
    found = uses(client)["items"]
    assert [(each["kind"], each["outcome"]) for each in found] == [
        ("qr_verification", "match"),
        ("chip_verification", "genuine"),
        ("share", "shared"),
        ("presentation", "genuine"),
        ("sign_in", "told"),
        ("sign_in", "signed_in"),
    ]
    assert (found[-1]["system"], found[-1]["on"]) == (BASIC, world.today.isoformat())
    assert found[-1]["agency_name"] == "Vietcombank (mô phỏng)"
    assert (found[3]["purpose"], found[3]["fields"]) == (LINKED, ["driver_licence.classes"])
    # The leaf that it was read from is the one the system sees.
    leaf = leaves.parse(
        told(client.get(f"/v1/log/leaves/{found[0]['seq']}", headers=bank))["text"]
    )
    assert (leaf.kind, leaf.recorded_at) == (found[0]["kind"], found[0]["at"])
    assert uses(client, query=f"?before={found[1]['seq']}&limit=2")["items"] == found[2:4]
    assert uses(client, PIN)["items"] == found
    assert uses(client, "adult-level-1")["items"] == []


def test_a_history_is_for_the_operator_who_holds_the_phone(client, world):
    bank = bearer(client, world)
    assert client.get(f"/control/v1/phones/{AN}/uses", headers=bank).status_code == 401
    operator = as_operator(client)
    nobody = client.get("/control/v1/phones/nobody/uses", headers=operator)
    assert told(nobody, 404)["code"] == "persona-unknown"
    wrong = client.get(f"/control/v1/phones/{AN}/uses?limit=0", headers=operator)
    assert told(wrong, 400)["code"] == "invalid-request"
