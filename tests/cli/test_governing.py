"""`dancu reuse`, `statistics`, `inventory`, `withholding` and corrections, at a terminal."""

import json

import pytest

ADULT = "adult-level-2"


@pytest.fixture
def on_world(on_worlds, world):
    """Runs the command on a generated world of 2,000 citizens."""
    return lambda *arguments: on_worlds(*arguments, DANCU_DEFAULT_WORLD=world.name)


def test_reuse_is_counted_by_agency_and_province(dancu):
    assert "There is no dossier yet." in dancu("reuse", "--agency", "viettel").out
    dancu("dossier", "submit", ADULT, "identity-card", "--answer", "reason=Thẻ hỏng")
    found = dancu("reuse", "--json").json
    assert 0 < found["items"][0]["share"] < 1
    shown = dancu("reuse").out
    assert f"{found['prefilled']} of {found['required']}" in shown
    assert "%" in shown


def test_provinces_are_ranked(on_world):
    found = on_world("statistics", "--measure", "elders", "--by-share", "--json").json
    assert (found["measure"], found["by_share"]) == ("elders", True)
    shown = on_world("statistics", "--measure", "elders", "--by-share").out
    assert "counts are not told" in shown
    ranked = sum(each["rank"] is not None for each in found["provinces"])
    assert f"among the {found['ranked']} provinces whose value is told" in shown
    assert 0 < found["ranked"] == ranked
    unknown = on_world("statistics", "--measure", "cats")
    assert (unknown.status, "Name one of people" in unknown.err) == (2, True)


def test_the_inventory_is_shown_field_by_field_and_agency_by_agency(on_world):
    assert on_world("inventory", "--json").json["by_state"] == {
        "none": 5,
        "partial": 9,
        "complete": 2,
    }
    assert "Of 16 agencies: 5 none, 9 partial, 2 complete." in on_world("inventory").out
    assert on_world("inventory", "--agency", "bca", "--json").json["state"] == "complete"
    assert "bca: complete." in on_world("inventory", "--agency", "bca").out


def test_a_register_is_kept_back_and_shared_again(on_world):
    assert "Everything is shared." in on_world("withholding", "list").out
    kept = on_world("withholding", "put", "card", "--reason", "cát cứ", "--json").json
    assert [(each["register"], each["keeper"]) for each in kept] == [("card", "bca")]
    assert "cát cứ" in on_world("withholding", "list").out
    assert "Everything is shared." in on_world("withholding", "end", "card").out
    for arguments in (("put", "tax", "--reason", "x"), ("end", "tax")):
        unknown = on_world("withholding", *arguments)
        assert (unknown.status, "Name one of civil_status" in unknown.err) == (2, True)


def test_a_citizen_asks_for_a_correction(dancu):
    said = ("--said", "Ghi sai", "--document", "Giấy xác nhận 1")
    made = dancu("my", "correct", ADULT, '{"religion": "01"}', *said, "--json").json
    assert (made["right"], made["state"]) == ("correction", "filed")
    assert made["id"] in dancu("my", "corrections", ADULT).out
    unclear = dancu("my", "correct", ADULT, "religion=01", *said)
    assert (unclear.status, "no JSON object" in unclear.err) == (2, True)
    born = dancu("my", "correct", ADULT, '{"birth_date": "1990-09-04"}', *said, "--birth-date")
    assert "correction" in born.out
    assert dancu("my", "correct", ADULT, '{"cats": 1}', *said).status == 1


def test_a_refused_file_leaves_no_job_behind(dancu, tmp_path):
    """Else five of them would bar the system from its sixth."""
    file = tmp_path / "clients.csv"
    file.write_text("number;full_name;birth_date\n")
    for _ in range(6):
        refused = dancu("reconcile", file, "--json")
        assert json.loads(refused.err)["error"]["code"] == "reconciliation-file-unreadable"
    file.write_text("number,full_name,birth_date\n901090990001,Nguyễn Văn An,1990-01-01\n")
    done = dancu("reconcile", file, "--strictness", 3, "--json")
    assert done.status == 0, done.err
    assert done.json["rows"] == 1


def test_credit_is_assessed_on_consent_and_looked_at_again(dancu):
    assert "SYNTHETIC" in dancu("credit", "scorecard").out
    assert dancu("credit", "scorecard", "--json").json["characteristics"]
    without = dancu("credit", "assess", ADULT)
    assert (without.status, "Next: " in without.err) == (1, True)
    asked = dancu("credit", "ask", ADULT, "--json").json["id"]
    dancu("phone", "consent", ADULT, asked)
    assert "band" in dancu("credit", "assess", ADULT, "--consent", asked).out
    scored = dancu("credit", "assess", ADULT, "--consent", asked, "--json").json["assessment"]
    assert dancu("my", "appeal", ADULT, scored["id"], "--said", "Sai").status == 0
    assert "data-wrong" in dancu("credit", "appeals").out
    taken = dancu("credit", "decide", scored["id"], "--officer", "cb-1", "--said", "Đúng")
    assert "unchanged" in taken.out
    shown = dancu("credit", "show", scored["id"], "--json").json["assessment"]
    assert shown["second_look"]["score"] == scored["score"]
    assert "unchanged" in dancu("credit", "show", scored["id"]).out
    mine = dancu("my", "credit", ADULT, "--json").json["items"]
    assert len(mine) == 2
    assert mine[0]["points"]
    second = mine[1]["assessment"]["id"]
    assert "appealed" in dancu("credit", "appeal", second, "--said", "Xem lại").out
    assert "filed" in dancu("my", "credit", ADULT).out
