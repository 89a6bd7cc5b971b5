"""The citizen's own addresses over HTTP: consents, who looked, with proofs, and who is refused."""

from __future__ import annotations

import datetime as dt
import time

import msgspec
import pytest
from sqlalchemy import update

from app.exchange import access as accesses
from app.exchange import consent_law, onlookers
from app.exchange.log import keys, opening
from app.exchange.log.errors import VerificationError
from app.exchange.models import Leaf
from app.identity.models import Account
from app.signin import levels
from tests.api.conftest import as_operator, bearer, told
from tests.signin.party import Party, Somebody

PORTAL, AN, MOTHER, CHILD = "vpcp", "adult-level-2", "legal-representative", "child-10"
READ, WRITE = "openid my.read", "openid my.read my.write"
CLAIM = {"full_name": "Nguyễn Văn An"}


def sign_in(client, world, who=AN, scope=WRITE, level=2, system=PORTAL):
    """Sign somebody in without a page; return the headers of their token."""
    party = Party(client, world, system)
    factors = "pin otp" if level == 2 else "pin"
    wanted = {"scope": scope, "acr_values": levels.ACR_OF[level]}
    answer = party.headless(f"{who}; factors={factors}", **wanted)
    code = dict(pair.split("=") for pair in answer.headers["location"].split("?")[1].split("&"))
    token = told(party.redeem(code["code"]))["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def an(client, world):
    return sign_in(client, world)


def looks(client, headers, query=""):
    return told(client.get(f"/v1/my/accesses{query}", headers=headers))["items"]


def verify(client, headers, pin, **claims):
    body = {"number": pin, "claims": CLAIM | claims, "purpose": "ekyc"}
    return told(client.post("/v1/verifications", json=body, headers=headers))


def proved(client, headers, look_id, query=""):
    """The proof of one exchange; checkpoints are made each second."""
    for _ in range(40):
        answer = client.get(f"/v1/my/accesses/{look_id}/proof{query}", headers=headers)
        if answer.status_code != 503:
            return msgspec.convert(told(answer), opening.Opening)
        time.sleep(0.1)
    raise AssertionError("no checkpoint covers it")


def checked(world, held):
    return opening.verify(held, keys.log_key(world).verifier, keys.witness_key(world).verifier)


def test_who_looked_is_told_with_a_proof_that_holds(client, world, an, bank, ministry):
    pin = Somebody(world, AN).pin
    verify(client, bank, pin)
    verify(client, bank, pin, birth_date="1990-01-01")  # a guess that failed, by the number
    items = [{"number": each, "claims": CLAIM} for each in ("901090123456", pin, pin)]
    batch = {"purpose": "linked-procedures", "items": items}
    told(client.post("/v1/verifications/batch", json=batch, headers=ministry))
    found = looks(client, an)
    last, first, failed, one, *_ = found
    assert [each["outcome"] for each in (first, failed, one)] == ["match", "no_match", "match"]
    assert (last["among"], first["among"], one["among"]) == (3, 3, None)
    assert (last["id"], first["id"]) == (f"{last['seq']}-2", f"{first['seq']}-1")
    assert (one["agency_name_en"], one["unit"]) == ("Vietcombank (simulated)", one["unit"])
    assert (one["purpose_en"], one["fields"]) == ("Customer identification", ["full_name"])
    assert one["on"] == "2026-01-01"
    for look in (last, one, failed):
        held = proved(client, an, look["id"])
        opened = checked(world, held)
        assert opened.leaf.seq == look["seq"] < opened.size
        assert (opened.entry is None) == (look["among"] is None)
        assert str(keys.log_key(world).verifier) == held.log_key
    # Page after page, entries of one batch apart.
    assert looks(client, an, "?limit=1") == [last]
    assert looks(client, an, f"?limit=2&before={last['id']}") == [first, failed]
    assert looks(client, an, f"?before={found[-1]['id']}") == []


def test_an_opening_that_was_changed_does_not_hold(client, world, an, ministry):
    pin = Somebody(world, AN).pin
    batch = {"purpose": "linked-procedures", "items": [{"number": pin, "claims": CLAIM}] * 2}
    told(client.post("/v1/verifications/batch", json=batch, headers=ministry))
    of_batch, other = looks(client, an)[:2]
    held, twin = (proved(client, an, each["id"]) for each in (of_batch, other))
    alone = proved(client, an, next(e["id"] for e in looks(client, an) if e["among"] is None))
    replace = msgspec.structs.replace
    entry = held.entry
    for broken in (
        replace(held, leaf=held.leaf.replace("bca", "btp")),
        replace(held, leaf=alone.leaf),
        replace(held, tlog_proof=alone.tlog_proof),
        replace(held, subjects=[]),
        replace(held, entry=replace(twin.entry, path=entry.path)),
        replace(held, entry=replace(entry, position=0)),
        replace(held, entry=replace(entry, path=["zz"])),
        replace(held, entry=replace(entry, text=entry.text.replace("match", "no"))),
        replace(held, entry=None),
        replace(alone, entry=entry),
    ):
        with pytest.raises(VerificationError):
            checked(world, broken)
    other_log = keys.witness_key(world).verifier
    with pytest.raises(VerificationError):
        opening.verify(held, other_log, other_log)


def test_others_exchanges_are_nobodys_business(client, world, an, bank):
    pin = Somebody(world, MOTHER).pin
    leaf = verify(client, bank, pin, full_name="Ai Đó")["leaf"]["seq"]
    assert leaf not in {each["seq"] for each in looks(client, an)}
    for look_id in (str(leaf), f"{leaf}-0", "999999999", "0-1"):
        refused = client.get(f"/v1/my/accesses/{look_id}/proof", headers=an)
        assert told(refused, 404)["code"] == "access-unknown"
    assert told(client.get("/v1/my/accesses/x/proof", headers=an), 400)
    assert told(client.get("/v1/my/accesses?before=0-01", headers=an), 400)


def test_an_investigation_is_told_when_its_time_is_over(client, world, an, bank):
    accesses.of(client.app._server.worlds.open(world.name)).poll()
    police = bearer(client, world, "bca")
    pin = Somebody(world, AN).pin
    body = {"number": pin, "fields": ["full_name"], "purpose": "criminal-investigation"}
    body |= {"officer": "dieu-tra-1", "dossier": "VA-1"}
    leaf = told(client.post("/v1/disclosures/identity", json=body, headers=police))["leaf"]["seq"]
    assert leaf not in {each["seq"] for each in looks(client, an)}
    # Whoever has no grant for it hides nothing by naming it.
    banks = told(client.post("/v1/disclosures/identity", json=body, headers=bank), 403)
    assert banks["leaf"]["seq"] == looks(client, an)[0]["seq"]
    hidden = client.get(f"/v1/my/accesses/{leaf}/proof", headers=an)
    assert told(hidden, 404)["code"] == "access-unknown"
    access = accesses.of(world)
    row = onlookers._Row(leaf, -1, _body(world, leaf), None)
    assert not onlookers._is_told(_On(access, world.today + dt.timedelta(days=179)), row)
    assert onlookers._is_told(_On(access, world.today + dt.timedelta(days=180)), row)
    assert not onlookers._is_told(_On(access, dt.date(2031, 1, 2)), row)


class _On:
    """The same access on another day."""

    def __init__(self, access, today):
        self.access, self.today, self.world = access, today, self


def _body(world, seq):
    with world.session() as session:
        return session.get(Leaf, seq).body


def test_a_long_history_is_read_in_parts(client, an, monkeypatch):
    everything = [each["id"] for each in looks(client, an)]
    assert len(everything) > 4
    monkeypatch.setattr(onlookers, "_CHUNK", 2)
    assert [each["id"] for each in looks(client, an)] == everything


def test_what_was_pruned_is_told_no_more(client, world, an):
    oldest = looks(client, an)[-1]
    before = _body(world, oldest["seq"])
    _write(world, oldest["seq"], None)
    assert oldest not in looks(client, an)
    _write(world, oldest["seq"], before)


def _write(world, seq, body):
    world.writer.submit(lambda s: s.execute(update(Leaf).where(Leaf.seq == seq).values(body=body)))


def test_consents_are_read_and_withdrawn(client, world, an):
    body = {
        "pin": Somebody(world, AN).pin,
        "agency": "vietcombank",
        "purpose": "account-data",
        "fields": ["phone"],
        "evidence": "Phiếu số 7",
    }
    made = told(client.post("/control/v1/consents", json=body, headers=as_operator(client)), 201)
    found = told(client.get("/v1/my/consents", headers=an))["items"]
    assert made in found
    address = f"/v1/my/consents/{made['id']}/withdrawal"
    other = sign_in(client, world, MOTHER)
    assert told(client.post(address, headers=other), 404)["code"] == "consent-unknown"
    reader = sign_in(client, world, scope=READ)
    assert told(client.post(address, headers=reader), 403)["code"] == "sign-in-scope"
    keyed = an | {"Idempotency-Key": "withdraw-1"}
    assert told(client.post(address, headers=keyed))["state"] == "withdrawn"
    assert told(client.post(address, headers=keyed))["state"] == "withdrawn"
    assert told(client.post(address, headers=an), 409)["code"] == "consent-ended"
    # The withdrawal is the citizen's own act: nobody looked.
    assert "consent" not in {each["kind"] for each in looks(client, an)}


def test_a_representative_sees_the_childs(client, world, bank):
    child = Somebody(world, CHILD)
    leaf = verify(client, bank, child.pin, full_name="Ai Đó")["leaf"]["seq"]
    mother, other = sign_in(client, world, MOTHER), sign_in(client, world)
    seen = looks(client, mother, f"?ward={child.pin}")
    assert seen[0]["seq"] == leaf
    held = proved(client, mother, seen[0]["id"], f"?ward={child.pin}")
    assert checked(world, held).leaf.seq == leaf
    assert told(client.get(f"/v1/my/consents?ward={child.pin}", headers=mother))["items"] == []
    for headers, ward in (
        (other, child.pin),
        (mother, Somebody(world, AN).pin),
        (mother, "901090123456"),
    ):
        refused = client.get(f"/v1/my/accesses?ward={ward}", headers=headers)
        assert told(refused, 404)["code"] == "ward-unknown"
    assert consent_law.CHILD_UNTIL == 16


def code_of(client, headers, status):
    return told(client.get("/v1/my/consents", headers=headers), status)["code"]


def test_only_a_citizen_at_the_portal_is_heard(client, world, bank):
    assert code_of(client, bank, 401) == "sign-in-token-is-a-systems"
    assert code_of(client, {}, 401) == "token-missing"
    assert code_of(client, {"Authorization": "Bearer x.y.z"}, 401) == "token-invalid"
    assert code_of(client, as_operator(client), 401) == "token-invalid"
    at_the_bank = sign_in(client, world, system="vietcombank-basic")
    assert code_of(client, at_the_bank, 403) == "citizen-system-not-allowed"
    without = sign_in(client, world, scope="openid")
    assert code_of(client, without, 403) == "sign-in-scope"
    low = sign_in(client, world, level=1)
    assert code_of(client, low, 403) == "sign-in-level"
    # And the other way round: it is no system's token.
    person = sign_in(client, world)
    assert client.get("/v1/me", headers=person).status_code == 401


def test_a_token_ends_with_its_sign_in_and_with_the_account(client, world):
    person = sign_in(client, world, MOTHER)
    token = person["Authorization"].removeprefix("Bearer ")
    party = Party(client, world, PORTAL)
    assert party.post("/oidc/revoke", {"token": token}).status_code == 200
    assert code_of(client, person, 401) == "token-invalid"
    again = sign_in(client, world, MOTHER)
    account = Somebody(world, MOTHER).account.id
    for state, code, status in (("locked", "sign-in-account", 403), ("active", None, 200)):
        world.writer.submit(
            lambda s, state=state: s.execute(
                update(Account).where(Account.id == account).values(state=state)
            )
        )
        answer = client.get("/v1/my/consents", headers=again)
        assert answer.status_code == status
        assert code is None or answer.json()["code"] == code


def test_the_page_asks_each_time_before_a_system_may_read(client, world):
    client.cookies.clear()
    party, person = Party(client, world, PORTAL), Somebody(world, AN)
    for _ in range(2):
        page = party.follow(party.open(scope=WRITE))
        if 'data-testid="sign-in-form"' in page.text:
            page = party.follow(party.prove(page, person.pin, person.passcode))
        assert 'data-testid="my-read"' in page.text
        assert 'data-testid="my-write"' in page.text
        party.act(page, "agree-all")


def test_discovery_names_the_scopes(client):
    told_of = client.get("/.well-known/openid-configuration").json()
    assert {"my.read", "my.write"} <= set(told_of["scopes_supported"])
