"""Random reports of where people live, and of who is away: for the rules that always hold."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

TODAY = dt.date(2026, 1, 1)
DAYS = st.dates(dt.date(2025, 6, 1), TODAY).map(str) | st.just("1990-05-05")
UNITS = [{"unit": "00004"}, {"unit": "00004", "era": "2004"}, {"unit": "26740"}, {"country": "LA"}]
PLACES = st.sampled_from([{**unit, "detail": "Số 1 phố Mới"} for unit in UNITS])
RELATIONSHIPS = st.sampled_from(["01", "02", "03", "04", "07", "99"])
LONG_AGO = st.dates(dt.date(2015, 1, 1), TODAY).map(str)
LATER = st.dates(TODAY, dt.date(2028, 3, 1)).map(str)
HERE = st.sampled_from([{**unit, "detail": "Số 1 phố Mới"} for unit in UNITS[:3]])


def households(pins):
    joined = st.fixed_dictionaries({"member": pins, "relationship": RELATIONSHIPS})
    return joined | st.builds(dict, place=HERE)


def along(pins):
    mover = st.fixed_dictionaries({"pin": pins, "relationship": RELATIONSHIPS})
    return st.lists(mover, max_size=2)


def moves(pins):
    said = {"pin": pins, "household": households(pins)}
    more = {"members": along(pins), "new_head": pins, "date": DAYS}
    return st.fixed_dictionaries(said, optional=more)


def splits(pins):
    more = {"members": along(pins), "new_head": pins, "date": DAYS}
    return st.fixed_dictionaries({"pin": pins}, optional=more)


def stays(pins):
    place = {"action": st.just("register"), "place": HERE, "until": LATER}
    more = {"members": st.lists(pins, max_size=2), "date": DAYS}
    register = st.fixed_dictionaries({"pin": pins, **place}, optional=more)
    rest = {"pin": pins, "action": st.sampled_from(["extend", "end"])}
    return register | st.fixed_dictionaries(rest, optional={"until": LATER, **more})


def absences(pins):
    more = {"until": LATER, "destination": PLACES, "date": DAYS, "action": st.just("end")}
    said = {"pin": pins, "reason": st.just("đi làm")}
    return st.fixed_dictionaries(said, optional=more)


def losses(pins):
    abroad = st.just({"country": "LA", "detail": "Vientiane"})
    said = {"pin": pins, "ground": st.just("renounced")}
    more = {"nationality": st.just("LA"), "abroad": abroad, "new_head": pins, "date": DAYS}
    return st.fixed_dictionaries(said, optional=more)


def missing(pins):
    said = {"pin": pins, "missing_since": LONG_AGO}
    return st.fixed_dictionaries(said, optional={"new_head": pins, "date": DAYS})


def returns(pins):
    said = {"pin": pins}
    one = st.fixed_dictionaries({**said, "household": households(pins)}, optional={"date": DAYS})
    return one | st.fixed_dictionaries({**said, "residence": HERE}, optional={"date": DAYS})


def regained(pins):
    return st.fixed_dictionaries({"pin": pins}, optional={"keeps_other": st.booleans()})


KINDS = {
    "permanent-move": moves,
    "household-split": splits,
    "temporary-residence": stays,
    "temporary-absence": absences,
    "nationality-loss": losses,
    "nationality-regain": regained,
    "missing": missing,
    "return": returns,
}
