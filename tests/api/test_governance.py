"""The field inventory and registers that are kept back, over HTTP."""

from __future__ import annotations

import pytest

from tests.api.conftest import bearer
from tests.exchange import people


def test_an_agency_submits_its_inventory_and_the_operator_sees_the_survey(client, world, operator):
    headers = bearer(client, world, "byt")
    address = "/v1/field-inventory"
    assert client.get(address, headers=headers).json()["state"] == "partial"
    said = {
        "complete": True,
        "officer": "cb-1",
        "items": [{"field": "health_record", "holds": True}, {"field": "pin", "wants": True}],
    }
    told = client.put(address, json=said, headers=headers)
    assert (told.status_code, told.json()["state"]) == (200, "complete")
    report = client.get("/control/v1/field-inventory", headers=operator).json()
    assert report["by_state"] == {"none": 5, "partial": 8, "complete": 3}
    twice = {"items": [{"field": "pin"}, {"field": "pin", "wants": True}]}
    refused = client.put(address, json=twice, headers=headers)
    assert refused.json()["invalid_params"][0]["name"] == "body.items.1.field"


def test_an_inventory_names_fields_that_there_are(client, world):
    headers = bearer(client, world, "byt")
    known = client.get("/openapi.json").json()["components"]["schemas"]["NamedField"]
    assert {"pin", "card_number", "health_record"} <= set(known["properties"]["field"]["enum"])
    said = {"items": [{"field": "pin", "wants": True}, {"field": "nonsense_field", "holds": True}]}
    refused = client.put("/v1/field-inventory", json=said, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["invalid_params"] == [
        {"name": "body.items.1.field", "reason": "no such field"}
    ]


@pytest.mark.parametrize("items", [[], [{"field": "pin"}]])
def test_an_inventory_that_names_nothing_is_not_complete(client, world, items):
    headers = bearer(client, world, "byt")
    address = "/v1/field-inventory"
    refused = client.put(address, json={"complete": True, "items": items}, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["invalid_params"][0]["name"] == "body.items"
    assert client.get(address, headers=headers).json()["state"] == "partial"
    assert client.put(address, json={"items": items}, headers=headers).status_code == 200


def test_a_register_that_is_kept_back_is_missing_in_disclosures(client, world, operator):
    headers = bearer(client, world, "ha-noi")
    question = {
        "number": people.AN_PIN,
        "purpose": "administrative-procedure",
        "officer": "cb-1",
        "dossier": "H26-1",
        "fields": ["full_name", "old_numbers"],
    }
    address = "/control/v1/withholdings"
    put = client.put(f"{address}/card", json={"reason": "cát cứ"}, headers=operator)
    assert put.status_code == 200, put.text
    told = client.post("/v1/disclosures/identity", json=question, headers=headers).json()
    assert told["withheld"]["old_numbers"]["reason"] == "supplier-refuses"
    only = {**question, "fields": ["old_numbers"]}
    refused = client.post("/v1/disclosures/identity", json=only, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "supplier-refuses")
    [kept] = client.get(address, headers=operator).json()
    assert (kept["register"], kept["keeper"]) == ("card", "bca")
    assert client.delete(f"{address}/card", headers=operator).json() == []
    told = client.post("/v1/disclosures/identity", json=question, headers=headers).json()
    assert told["withheld"] == {}


FILES = "/v1/data-quality/files"


def test_a_file_is_measured_and_logged(client, world):
    headers = bearer(client, world) | {"Content-Type": "text/csv", "Idempotency-Key": "k"}
    body = f"number,full_name\n{people.AN_PIN},Nguyễn Văn An\n{people.NOBODYS},Lê Tám\n".encode()
    address = f"{FILES}?purpose=ekyc"
    first = client.post(address, content=body, headers=headers)
    assert first.status_code == 200, first.text
    told = first.json()
    assert (told["right"], told["outcomes"]) == (
        {"good": 1, "of": 2, "share": 0.5},
        {"match": 1, "no_match": 1},
    )
    assert told["simulated"] is True
    assert len(told["leaves"]) == 1
    assert client.post(address, content=body, headers=headers).content == first.content
    del headers["Idempotency-Key"]
    signed = client.post(address, content=body, headers=headers | {"Accept": "application/jose"})
    assert signed.headers["content-type"] == "application/jose"
    refused = client.post(f"{FILES}?purpose=welfare", content=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")


def test_only_csv_is_read_as_a_file(client, world):
    headers = bearer(client, world)
    address = f"{FILES}?purpose=ekyc"
    for said in ({"content": b"{}"}, {"json": {}}):
        kind = {"Content-Type": "application/json"}
        refused = client.post(address, headers=headers | kind, **said)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    csv = headers | {"Content-Type": "text/csv; charset=utf-8"}
    empty = client.post(address, content=b"", headers=csv)
    assert (empty.status_code, empty.json()["code"]) == (400, "claim-file-invalid")
