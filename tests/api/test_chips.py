"""Cards read over HTTP, as a reader with a cable reads them."""

import datetime as dt
import hashlib
import io
import json
import secrets
import subprocess
import threading
import zipfile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.identity import cards
from app.identity.chip import (
    active,
    files,
    passive,
    personalising,
    reader,
    sessions,
    signed_object,
)
from app.identity.pki import eras
from app.platform import clock, errors
from tests.api.conftest import as_operator, bearer
from tests.support import chips
from tests.support.copies import copy


@pytest.fixture(scope="module")
def client(town_client):
    return town_client


@pytest.fixture(scope="module")
def bank(client, town):
    return bearer(client, town)


@pytest.mark.parametrize("kind", ["can", "mrz", "bac"])
def test_a_card_is_read_whole(client, town, bank, kind):
    card = chips.card_of(town, "chip-genuine")
    chip = chips.chip_of(town, card)
    key = chips.can(card) if kind == "can" else reader.Key(kind, chip.information)
    reading = chips.read(client, bank, town, card, key=key)
    assert reading.groups == {
        number: chip.files[files.group_file(number)] for number in (1, 2, 13, 14, 15)
    }
    assert reading.refused == {files.PROTECTED: 0x6982}
    assert reading.com == chip.files[files.COM]
    signed, here = (signed_object.read(each) for each in (reading.sod, chip.files[files.SOD]))
    assert signed.content == here.content  # the signer's certificate names the server's address
    assert reading.is_chip
    assert active.is_signed(
        files.read_dg15(reading.groups[15]), reading.challenge, reading.signature
    )
    believed = passive.trust(personalising.stock(town).trusted, town.today)
    found = passive.verify(signed_object.read(reading.sod), reading.groups, believed, town.today)
    assert found.is_intact
    assert found.signer.chain is passive.Chain.TRUSTED
    assert found.signer.revocation is passive.Revocation.GOOD
    said = files.read_dg13(reading.groups[13])
    assert said[1] == (card.number,)
    assert said[16] == (cards.serial(town, card),)


def test_the_operator_reads_cards_too(client, town):
    card = chips.card_of(town, "card-2021")
    assert chips.read(client, as_operator(client), town, card).is_chip


def test_a_wrong_can_opens_nothing(client, town, bank):
    card = chips.card_of(town, "chip-genuine")
    transport = chips.opened(client, bank, cards.serial(town, card))
    with pytest.raises(reader.AccessRefusedError) as refused:
        reader.read(transport, reader.Key("can", b"000000"), secrets.token_bytes)
    assert refused.value.status == 0x6300
    answers = transport(
        [bytes.fromhex("00A4040C07A0000002471001"), bytes.fromhex("00A4020C020101")]
    )
    assert [each.hex() for each in answers] == ["9000", "6982"]


def test_who_has_no_token_reads_nothing(client, town):
    serial = cards.serial(town, chips.card_of(town, "chip-genuine"))
    answer = client.post(f"/v1/cards/{serial}/sessions")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
    wrong = {"Authorization": "Bearer sim_nothing"}
    answer = client.post(f"/v1/cards/{serial}/sessions", headers=wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


def test_a_serial_of_no_card_is_told_so(client, bank):
    answer = client.post("/v1/cards/AAAAAAAAAAAAAAAA/sessions", headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (404, "card-unknown")


def test_a_card_that_is_not_printed_has_no_chip(client, town, bank):
    card = chips.card_of(town, "card-requested")
    answer = client.post(f"/v1/cards/{cards.serial(town, card)}/sessions", headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (409, "card-without-chip")


def test_a_session_is_its_owners_and_its_cards(client, town, bank):
    card, other = chips.card_of(town, "chip-genuine"), chips.card_of(town, "card-2021")
    serial = cards.serial(town, card)
    session_id = client.post(f"/v1/cards/{serial}/sessions", headers=bank).json()["id"]
    body = {"apdus": ["00A4040C07A0000002471001"]}
    for who, which in ((as_operator(client), serial), (bank, cards.serial(town, other))):
        answer = client.post(
            f"/v1/cards/{which}/sessions/{session_id}/apdu", headers=who, json=body
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "chip-session-unknown")


def test_a_session_ends_after_its_time(client, town, bank):
    serial = cards.serial(town, chips.card_of(town, "chip-genuine"))
    session_id = client.post(f"/v1/cards/{serial}/sessions", headers=bank).json()["id"]
    later = clock.now() + sessions.LIFETIME + dt.timedelta(seconds=1)
    with town.session() as session:
        card = cards.find(session, town, serial)
        with pytest.raises(errors.NotFoundError):
            sessions.load(session, town, card, session_id, "vietcombank-basic", now=later)


def test_an_idempotency_key_repeats_the_chips_answer(client, town, bank):
    """The second request is not put to the chip: its counter stands where it stood."""
    serial = cards.serial(town, chips.card_of(town, "chip-genuine"))
    session_id = client.post(f"/v1/cards/{serial}/sessions", headers=bank).json()["id"]
    address = f"/v1/cards/{serial}/sessions/{session_id}/apdu"
    keyed = {**bank, "Idempotency-Key": secrets.token_hex(8)}
    body = {"apdus": ["0084000008"]}
    first, second = (client.post(address, headers=keyed, json=body) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    third = client.post(address, headers=bank, json=body)
    assert third.json() != first.json()


def test_of_two_requests_at_once_one_is_told_to_wait(client, town, bank):
    """The chip answers one at a time: what the other did is not kept."""
    card = chips.card_of(town, "chip-genuine")
    serial = cards.serial(town, card)
    session_id = client.post(f"/v1/cards/{serial}/sessions", headers=bank).json()["id"]
    now = clock.now()
    with town.session() as session:
        one, other = (
            sessions.load(session, town, card, session_id, "vietcombank-basic", now=now)
            for _ in range(2)
        )
    town.writer.submit(lambda session: sessions.save(session, one))
    with pytest.raises(errors.ConflictError) as busy:
        town.writer.submit(lambda session: sessions.save(session, other))
    assert busy.value.code == "chip-session-busy"


def test_many_requests_at_once_leave_one_story(client, town, bank):
    serial = cards.serial(town, chips.card_of(town, "chip-genuine"))
    session_id = client.post(f"/v1/cards/{serial}/sessions", headers=bank).json()["id"]
    address = f"/v1/cards/{serial}/sessions/{session_id}/apdu"
    statuses = []

    def ask():
        body = {"apdus": ["0084000008"]}
        statuses.append(client.post(address, headers=bank, json=body).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) >= 1
    with town.session() as session:
        card = chips.card_of(town, "chip-genuine")
        kept = sessions.load(session, town, card, session_id, "vietcombank-basic", now=clock.now())
    assert kept.turn == statuses.count(200)


def test_a_world_holds_so_many_sessions(client, town, bank, monkeypatch):
    monkeypatch.setattr(sessions, "MOST", 0)
    serial = cards.serial(town, chips.card_of(town, "chip-genuine"))
    answer = client.post(f"/v1/cards/{serial}/sessions", headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (429, "chip-sessions-full")


@pytest.mark.parametrize("apdus", [[], ["0"], ["zz"], ["00" * 3_000], ["00"] * 65])
def test_what_is_no_list_of_apdus_is_refused(client, town, bank, apdus):
    serial = cards.serial(town, chips.card_of(town, "chip-genuine"))
    answer = client.post(
        f"/v1/cards/{serial}/sessions/{'0' * 32}/apdu", headers=bank, json={"apdus": apdus}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


# What is published


def test_the_files_of_a_chip_as_a_zip_are_accepted_by_openssl(client, town, tmp_path):
    """As the documents tell to: `openssl cms -verify` with the revocations looked at."""
    operator = as_operator(client)
    at = str(
        int(
            dt.datetime(
                town.today.year, town.today.month, town.today.day, tzinfo=dt.UTC
            ).timestamp()
        )
    )
    for persona, expected in (("chip-genuine", True), ("chip-revoked-signer", False)):
        card = chips.card_of(town, persona)
        answer = client.get(
            f"/control/v1/cards/{cards.serial(town, card)}/chip.zip", headers=operator
        )
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            archive.extractall(tmp_path / persona)
            told = json.loads(archive.read("card.json"))
        assert told["can"] == cards.access_number(card)
        number = eras.quarter(card.issued_on).generation.number
        for name in ("csca.pem", f"csca-{number}.crl"):
            (tmp_path / name).write_bytes(client.get(f"/pki/{name}").content)
        folder = tmp_path / persona
        checked = subprocess.run(
            [
                "openssl", "cms", "-verify", "-inform", "DER", "-in", folder / "EF.SOD.cms",
                "-CAfile", both(tmp_path, f"csca-{number}.crl"), "-crl_check",
                "-purpose", "any", "-attime", at, "-out", folder / "content",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (checked.returncode == 0) is expected, checked.stderr
        assert expected or "certificate revoked" in checked.stderr


def both(folder, crl):
    """The trust store with the revocations, in PEM."""
    listed = x509.load_der_x509_crl((folder / crl).read_bytes())
    store = folder / "store.pem"
    store.write_bytes((folder / "csca.pem").read_bytes() + listed.public_bytes(Encoding.PEM))
    return store


PUBLISHED = {
    "csca.cer": "application/pkix-cert",
    "csca-2.cer": "application/pkix-cert",
    "csca.pem": "application/x-pem-file",
    "link.cer": "application/pkix-cert",
    "link-2.cer": "application/pkix-cert",
    "crl.crl": "application/pkix-crl",
    "csca-2.crl": "application/pkix-crl",
    "masterlist.ml": "application/cms",
    "ds/2024q1-1.cer": "application/pkix-cert",
    "ds/2024q1-2.cer": "application/pkix-cert",
    "untrusted/csca.cer": "application/pkix-cert",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_needs_no_token_and_has_its_media_type(client, name):
    answer = client.get(f"/pki/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == PUBLISHED[name]


def test_the_index_tells_what_is_published(client):
    told = client.get("/pki").json()
    for each in told["objects"]:
        content = client.get(each["address"]).content
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
    assert all(client.get(address).status_code == 200 for address in told["signers"])


@pytest.mark.parametrize(
    "name",
    ["csca-9.cer", "csca-9.crl", "link-1.cer", "link-9.cer", "ds/2020q4-1.cer", "ds/2099q1-1.cer"],
)
def test_what_there_is_not_is_told_so(client, name):
    answer = client.get(f"/pki/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "pki-object-unknown")


def test_each_world_has_an_authority_of_its_own(client, worlds, small_start):
    with copy(worlds, small_start) as other:
        here, there = (
            client.get(f"{prefix}/pki/csca.cer").content for prefix in ("", f"/w/{other.name}")
        )
    key, others = (x509.load_der_x509_certificate(each).public_key() for each in (here, there))
    assert key != others
