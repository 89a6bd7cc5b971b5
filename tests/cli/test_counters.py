"""`dancu house`, `confirmation` and `assist`: without paper, and with a clerk's help."""

HOUSE = "00001999001"
AN = "901090990001"


def test_a_house_is_found_by_its_address_and_shown(dancu, told, printed):
    [found] = told("house", "find", "00097", "15 ngo 3 pho nghia dung")
    assert found["id"] == HOUSE
    assert HOUSE in printed("house", "find", "00097", "Số 15 ngõ 3 phố Nghĩa Dũng")
    assert "No household" in printed("house", "find", "00097", "Số 9999 Không Có")
    assert told("house", "show", HOUSE) == found
    assert printed("house", "show", HOUSE).startswith(f"{HOUSE}: Số 15 ngõ 3")
    assert dancu("house", "show", "00001999999").status == 1


def test_who_lives_in_an_own_house_registers_without_a_paper(printed):
    asked = ("dossier", "submit", "adult-level-2", "permanent-residence")
    shown = printed(*asked, "--answer", f"new_address={HOUSE}")
    assert ": submitted" in shown
    assert '"owner":"applicant"}  ← land-register (leaf' in shown


def test_a_tenant_is_asked_for_one(printed):
    house = "25750999019"  # the one in which he lives, and which he rents
    asked = ("dossier", "submit", "moved-last-month", "temporary-residence")
    given = ("--answer", f"new_address={house}", "--answer", "until=2027-01-01")
    shown = printed(*asked, *given)
    assert ": draft" in shown
    assert "proof_of_housing is needed, house-not-owned" in shown


def test_a_confirmation_is_issued_and_checked(told, printed):
    paper = told("confirmation", "issue", "adult-level-2")
    checked = told("confirmation", "check", paper["code"])
    assert (checked["holds"], checked["said"]) == (True, paper["said"])
    issued = printed("confirmation", "issue", "adult-level-2")
    assert issued.startswith("XNCT-")
    shown = printed("confirmation", "check", issued.split(",")[0])
    assert shown.startswith("holds")
    assert "Nghĩa Dũng" in shown


def test_a_clerk_of_the_post_submits_for_who_agrees(dancu, told, printed):
    question = told("assist", "ask", AN, "identity-card")["id"]
    given = ("--answer", "reason=Hỏng", "--answer", "place_of_reception=Ba Đình")
    too_soon = dancu("assist", "submit", question, AN, *given)
    assert (too_soon.status, "agree" in too_soon.err) == (1, True)
    told("phone", "approve", "adult-level-2", question)
    got = told("assist", "submit", question, AN, *given)["dossier"]
    assert (got["state"], got["channel"], got["clerk"]) == (
        "submitted",
        "assisted",
        "vnpost/dancu",
    )
    shown = printed("dossier", "show", "adult-level-2", got["code"])
    assert f"clerk vnpost/dancu for the citizen, consent {got['consent']}" in shown
    asked = printed("assist", "ask", AN, "passport", "--client", "ha-noi")
    assert "dancu assist submit" in asked
