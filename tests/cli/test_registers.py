"""`dancu register`: questions to registers, at a terminal."""

from app.registry import fields
from app.sandbox import personas

ADULT = "adult-level-2"


def test_a_register_is_asked_and_the_receipt_checked(dancu, monkeypatch):
    listed = dancu("register", "list", "--json").json
    assert {"name": "pupil", "claims": "[school]"}.items() <= next(
        each.items() for each in listed if each["name"] == "pupil"
    )
    asked = ("register", "verify", "health-insurance-in-force", ADULT, "--client", "byt")
    said = dancu(*asked, "--json").json
    assert (said["answer"]["outcome"], said["purpose"]) == ("yes", "health-care")
    assert said["receipt_holds"]
    assert "holds; leaf" in dancu(*asked).out
    monkeypatch.setattr("app.cli.verifying.receipt_fault", lambda _asked, _receipt: "no such key")
    assert dancu(*asked).status == 1


def test_a_claim_is_named_with_its_value(dancu, world):
    with world.session() as session:
        citizen_id = personas.find(session, ADULT).citizen_id
        [known] = fields.read(session, [citizen_id], ("pin", "phone"), world.today)
    asked = ("register", "verify", "phone-owner", known["pin"])
    assert "yes" in dancu(*asked, "-c", f"phone={known['phone']}").out
    unclear = dancu(*asked, "-c", "phone")
    assert (unclear.status, "claims nothing" in unclear.err) == (1, True)
