"""Openings: what a person is given of the log, checked with two public keys and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from app.exchange.log import leaves, opening, proving
from app.exchange.log.errors import VerificationError
from app.exchange.log.opening import EntryOpening, Opening


def given(log, seq, text, position=None):
    """Open leaf `seq`; of a batch the entry at that position."""
    with log.world.session() as session:
        entry = None
        if position is not None:
            [one] = proving.entries(session, seq, position, 1).entries
            path = [node.hex() for node in one.path]
            entry = EntryOpening(text=one.text, position=position, path=path)
        return Opening(
            log=log.log_key.name,
            leaf=text,
            tlog_proof=proving.tlog_proof(session, seq),
            entry=entry,
            subjects=[log.subject(each) for each in range(9)],
            log_key=str(log.log_key),
            witness_key=str(log.witness_key),
        )


def appended(log, *drafts):
    found = log.append(*drafts)
    log.checkpoint()
    return [each.leaf_text.decode() for each in found]


def test_each_of_a_batch_is_opened_alone(log):
    _, batch = appended(log, log.draft(1), msgspec.structs.replace(log.batch(9), request_id="r1"))
    for position in range(9):
        held = given(log, 1, batch, position)
        opened = opening.verify(held, log.log_key, log.witness_key)
        assert (opened.leaf.seq, opened.entry.position, opened.size) == (1, position, 2)
        others = [log.subject(each) for each in range(9) if each != position]
        assert not any(other in held.leaf + held.entry.text for other in others)


def test_a_leaf_at_another_number_than_it_states_does_not_hold(log, monkeypatch):
    """A log that numbers wrongly proves its leaf, at another place than the text says."""
    place = leaves.place
    monkeypatch.setattr(
        leaves, "place", lambda draft, *, seq, **more: place(draft, seq=seq + 1, **more)
    )
    [text] = appended(log, log.draft(1))
    with pytest.raises(VerificationError, match="another's"):
        opening.verify(given(log, 0, text), log.log_key, log.witness_key)
