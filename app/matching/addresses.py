"""Addresses: the key by which a house is found, however its address was abbreviated."""

from __future__ import annotations

import re

from app.matching.folding import fold

ABBREVIATIONS = {
    "TP": "THANH PHO",
    "TX": "THI XA",
    "TT": "THI TRAN",
    "Q": "QUAN",
    "H": "HUYEN",
    "P": "PHUONG",
    "X": "XA",
    "KP": "KHU PHO",
    "TDP": "TO DAN PHO",
    "KDC": "KHU DAN CU",
    "HCM": "HO CHI MINH",
    "TPHCM": "THANH PHO HO CHI MINH",
    # Words that some write and some leave out: số (nhà) 12 đường Lê Lợi = 12 Lê Lợi.
    "SO": "",
    "SN": "",
    "DUONG": "",
}
"""Folded words and what stands for them in a key.

Query and record get the same, so an ambiguous word (Dương, đường) at worst makes two houses share
a key."""

NUMBERED_UNIT = r"\b([PQ])(\d)"
"""A ward or district with its number run together: P5, Q1."""

LEADING_ZEROS = r"\b0+(\d)"

_NUMBERED_UNIT = re.compile(NUMBERED_UNIT)
_LEADING_ZEROS = re.compile(LEADING_ZEROS)


def address_key(text: str) -> str:
    """Return the search key of an address: folded, abbreviations written out, order kept."""
    spaced = _LEADING_ZEROS.sub(r"\1", _NUMBERED_UNIT.sub(r"\1 \2", fold(text)))
    words = (ABBREVIATIONS.get(word, word) for word in spaced.split())
    return " ".join(filter(None, words))
