"""What is on record of somebody as of a day, and who changed what, asked by the operator."""

from __future__ import annotations

from tests.api.test_control import register

CITIZENS = "/control/v1/citizens"
HOME = {"place": {"unit": "00004", "detail": "1 phố Mới"}}


def report(client, operator, kind, **said):
    body = {"reason": "chuyển nhà", "officer": "CA-1", "documents": ["CT01"], "rows": [said]}
    answer = client.post(f"/control/v1/life-events/{kind}", json=body, headers=operator)
    assert answer.status_code == 201, answer.text


def test_a_record_and_its_history_are_told(client, operator):
    pin = register(client, operator)
    report(client, operator, "permanent-move", pin=pin, household=HOME)
    record = client.get(f"{CITIZENS}/{pin}", headers=operator).json()
    assert (record["pin"], record["simulated"]) == (pin, True)
    assert record["fields"]["permanent_residence"]["place"]["text"].startswith("1 phố Mới, ")
    assert record["fields"]["relationship_to_head"]["code"] == "01"
    told = client.get(f"{CITIZENS}/{pin}/history", headers=operator).json()
    move, registered = told["items"]
    assert (move["kind"], registered["kind"]) == ("permanent-move", "registration")
    assert (move["officer"], move["reason"], move["documents"]) == ("CA-1", "chuyển nhà", ["CT01"])
    assert {change["table"] for change in move["changes"]} == {
        "household",
        "household_member",
        "residence",
    }


def test_the_past_is_asked_for_by_day(client, world, operator):
    pin = register(client, operator)
    today = world.today.isoformat()
    same = client.get(f"{CITIZENS}/{pin}", params={"as_of": today}, headers=operator)
    assert same.json() == client.get(f"{CITIZENS}/{pin}", headers=operator).json()
    early = client.get(f"{CITIZENS}/{pin}", params={"as_of": "2020-01-01"}, headers=operator)
    assert (early.status_code, early.json()["code"]) == (404, "citizen-not-on-record-yet")
    late = client.get(f"{CITIZENS}/{pin}", params={"as_of": "2100-01-01"}, headers=operator)
    assert late.json()["invalid_params"][0]["name"] == "query.as_of"


def test_a_cancelled_number_finds_its_holder(client, operator):
    pin = register(client, operator)
    report(client, operator, "sex-change", pin=pin, sex="M")
    record = client.get(f"{CITIZENS}/{pin}", headers=operator).json()
    assert record["pin"] != pin
    assert record["fields"]["superseded_pins"][0]["pin"] == pin
    nobody = client.get(f"{CITIZENS}/901099999999/history", headers=operator)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "citizen-unknown")


def test_who_supplied_each_field_is_told(client, operator):
    pin = register(client, operator)
    answer = client.get(f"{CITIZENS}/{pin}/provenance", headers=operator)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert items[0]["field"] == "full_name"
    assert len({each["field"] for each in items}) == len(items) > 40
    assert items[0]["source"] == "registration"
    assert items[0]["supplied_by"] == "operator"
