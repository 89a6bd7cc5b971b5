"""Serials lead to their card and to no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity import serials

KEY = bytes(32)


@given(st.integers(0, 2**40 - 1))
def test_a_serial_leads_back_in_either_case(card_id):
    serial = serials.seal(KEY, card_id)
    assert len(serial) == 16
    assert serials.unseal(KEY, serial) == serials.unseal(KEY, serial.lower()) == card_id


def test_serials_are_the_same_each_time_and_others_in_another_world():
    assert serials.seal(KEY, 1) == "W3CNL62H4UP65Q6J"
    assert serials.unseal(bytes(31) + b"1", serials.seal(KEY, 1)) is None


@pytest.mark.parametrize("text", ["", "A" * 15, "A" * 17, "0" * 16, "Ą" * 16, "A" * 16])
def test_what_is_no_serial_leads_nowhere(text):
    assert serials.unseal(KEY, text) is None


@given(st.integers(0, 2**40 - 1), st.integers(0, 79))
def test_a_changed_bit_leads_nowhere(card_id, bit):
    import base64  # noqa: PLC0415 - here alone

    sealed = int.from_bytes(base64.b32decode(serials.seal(KEY, card_id)), "big") ^ (1 << bit)
    assert serials.unseal(KEY, base64.b32encode(sealed.to_bytes(10, "big")).decode()) is None
