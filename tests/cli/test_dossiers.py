"""`dancu service` and `dancu dossier` beside a server: a citizen submits, an official acts."""

import json

ANSWERS = ("--answer", "reason=Hỏng", "--answer", "place_of_reception=Ba Đình")


def test_the_catalogue_is_listed_and_shown(told, printed):
    assert len(told("service", "list")) == 25
    assert "power-supply" in printed("service", "list", "--agency", "evn")
    assert "waived online but in an-giang" in printed("service", "show", "birth")
    assert told("service", "show", "passport")["working_days"] == 8


def test_a_dossier_goes_from_the_citizen_to_the_desk_and_back(told, printed):
    code = told("dossier", "submit", "adult-level-2", "identity-card", *ANSWERS)["dossier"]["code"]
    assert code in {each["code"] for each in told("dossier", "list")}
    assert code in {each["code"] for each in told("dossier", "list", "adult-level-2")}
    asking = ("dossier", "act", code, "ask", "--reason", "Ảnh mờ", "--want", "photo")
    assert "wanted: photo" in printed(*asking)
    given = ("dossier", "complete", "adult-level-2", code, "--answer", "photo=anh.jpg")
    assert told(*given)["dossier"]["state"] == "submitted"
    for act in ("receive", "approve"):
        told("dossier", "act", code, act)
    told("dossier", "act", code, "deliver", "--result", "Thẻ mới")
    own = ("dossier", "show", "adult-level-2")
    shown = printed(*own, code)
    assert "delivered" in shown
    assert "← population-database (leaf" in shown
    past = shown.partition("history:\n")[2].splitlines()
    states = [line.split()[1] for line in past[:-1]]
    assert states == [each["state"] for each in told(*own, code)["dossier"]["history"]]
    assert states[-1] == "delivered"
    assert any(" by bca (dancu): Ảnh mờ (leaf " in line for line in past)
    assert past[-1] == "result: Thẻ mới"
    assert told("dossier", "list", "--overdue") == []


def test_a_birth_is_declared_once(dancu, told, printed):
    said = {
        "name": "Nguyễn Gia Bảo",
        "sex": "M",
        "birth_date": "2012-12-20",
        "father": "901090990001",
        "birth_notice": "17/2025",
    }
    declared = ("dossier", "declare", "adult-level-2", "birth", "--declaration", json.dumps(said))
    shown = printed(*declared)
    assert "birth at ha-noi: done" in shown
    assert "health-insurance at bhxh: refused not-under-six" in shown
    code = shown.split()[0]
    again = told("dossier", "resubmit", "adult-level-2", code)
    assert again["dossier"]["steps"][2]["attempts"] == 2
    wrong = dancu("dossier", "declare", "adult-level-2", "birth", "--declaration", "[]")
    assert (wrong.status, "JSON object" in wrong.err) == (1, True)


def test_a_draft_says_what_is_missing(printed):
    shown = printed("dossier", "submit", "adult-level-2", "passport")
    assert "missing: photo reason" in shown


def test_an_answer_without_a_value_and_an_unknown_service_are_told(dancu):
    wrong = dancu("dossier", "submit", "adult-level-2", "passport", "--answer", "photo")
    assert wrong.status == 1
    assert "--answer" in wrong.err
    unknown = dancu("dossier", "submit", "adult-level-2", "none", "--json")
    assert '"service-unknown"' in unknown.err
