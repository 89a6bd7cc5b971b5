"""Reports of life events about people who were registered for it, one of each kind."""

from __future__ import annotations

from app.registry import events

OPERATORS, AGENCIES = "/control/v1/life-events/", "/v1/life-events/"
CHILD = {
    "name": "Trần Văn Bé",
    "sex": "M",
    "birth_date": "2025-12-01",
    "registration_place": {"unit": "01"},
}
HOME = {"place": {"unit": "00004", "detail": "1 phố Mới"}}


def body(path, adult, report):
    """What to send to a kind's address; `adult` registers somebody, `report` sends a report."""
    row = _ROWS[path.rpartition("/")[2]](adult, report)
    if path.startswith(OPERATORS):
        return {"reason": "test", "rows": [row]}
    return {"reason": "test", "officer": "can-bo-1", "dossier": "H26-1", "event": row}


def is_one(path):
    """Whether the address is one of a kind."""
    return path.startswith((OPERATORS, AGENCIES))


def reporter(path):
    """Return the system that may report that kind."""
    purpose = events.kinds()[path.rpartition("/")[2]].purpose
    return "btp" if purpose == "civil-status-registration" else "bca"


def _wed(adult, _report=None):
    return {"pin": adult(), "spouse": _named()}


def _named():
    return {"full_name": "Anna Schmidt", "nationality": "DE"}


def _divorced(adult, report):
    wed = _wed(adult)
    report(f"{OPERATORS}marriage", {"reason": "test", "rows": [wed]})
    return {"pin": wed["pin"], "judgment": "TAND 1/2026"}


def _moved(adult, report):
    """Register two people and let them live in one household; return their numbers."""
    one, other = adult(), adult()
    for pin, home in ((one, HOME), (other, {"member": one, "relationship": "99"})):
        rows = [{"pin": pin, "household": home}]
        report(f"{OPERATORS}permanent-move", {"reason": "test", "rows": rows})
    return one, other


def _split(adult, report):
    return {"pin": _moved(adult, report)[1]}


def _merged(adult, report):
    one, other = _moved(adult, report)
    report(f"{OPERATORS}household-split", {"reason": "test", "rows": [{"pin": other}]})
    return {"pin": other, "household": {"member": one, "relationship": "99"}}


def _absent(adult, report):
    return {"pin": _moved(adult, report)[0], "reason": "đi làm", "until": "2027-01-01"}


def _returned(adult, report):
    pin = adult()
    rows = [{"pin": pin, "missing_since": "2022-01-01"}]
    report(f"{OPERATORS}missing", {"reason": "test", "rows": rows})
    return {"pin": pin, "household": HOME}


def _regained(adult, report):
    rows = [{"pin": adult(), "ground": "renounced"}]
    report(f"{OPERATORS}nationality-loss", {"reason": "test", "rows": rows})
    return {"pin": rows[0]["pin"]}


_STAY = {"action": "register", "until": "2027-01-01", "place": HOME["place"]}
_ROWS = {
    "adoption": lambda adult, _: {"pin": adult(birth_date="2020-02-03"), "mother": _named()},
    "birth": lambda adult, _: CHILD | {"mother": {"pin": adult()}},
    "birth-date-correction": lambda adult, _: {"pin": adult(), "birth_date": "2002-02-03"},
    "correction": lambda adult, _: {"pin": adult(), "remarks": "thử"},
    "household-merge": _merged,
    "household-split": _split,
    "missing": lambda adult, _: {"pin": adult(), "missing_since": "2022-01-01"},
    "nationality-loss": lambda adult, _: {"pin": adult(), "ground": "renounced"},
    "nationality-regain": _regained,
    "permanent-move": lambda adult, _: {"pin": adult(), "household": HOME},
    "return": _returned,
    "temporary-absence": _absent,
    "temporary-residence": lambda adult, _: {"pin": adult(), **_STAY},
    "death": lambda adult, _: {"pin": adult()},
    "divorce": _divorced,
    "guardianship": lambda adult, _: {"pin": adult(birth_date="2020-02-03"), "guardian": _named()},
    "marriage": _wed,
    "name-change": lambda adult, _: {"pin": adult(), "name": "Trần Thị Mới"},
    "registration": lambda _, __: CHILD,
    "sex-change": lambda adult, _: {"pin": adult(), "sex": "M"},
}
