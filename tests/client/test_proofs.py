"""What was signed holds, and what was tampered with does not, by an implementation of its own."""

import base64

import hypothesis.strategies as st
import msgspec
import pytest
from dancu_client import Client, LogKeys, NotProvedError, Options, checkpoints, merkle
from hypothesis import given
from joserfc.jwk import ECKey

from app.exchange.log import merkle as servers
from tests.client.conftest import BANK


@pytest.fixture
def verified(dancu_world, an):
    client = dancu_world.client(BANK)
    return client, client.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc")


def test_a_receipt_is_proved_to_be_in_the_log(system, an):
    bank = system(BANK)
    answer = bank.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc")
    receipt, checkpoint = bank.prove(answer.receipt)
    assert (receipt.seq, receipt.contents["outcome"]) == (answer.leaf.seq, "match")
    assert checkpoint.size > receipt.seq
    assert bank.check_receipt(answer.receipt) == receipt
    bank.verify(an.pin, {"full_name": "Lê Thị Hoa"}, purpose="ekyc")
    assert bank.check_growth(checkpoint).size >= checkpoint.size


def test_a_log_that_grew_is_proved_to_have_only_grown(verified, an):
    client, answer = verified
    _, before = client.prove(answer.receipt)
    later = client.verify(an.pin, {"full_name": "Lê Thị Hoa"}, purpose="ekyc")
    client.prove(later.receipt)
    after = client.check_growth(before)
    assert after.size > before.size
    rewritten = checkpoints.Checkpoint(before.origin, before.size, b"\0" * 32, 0)
    with pytest.raises(NotProvedError):
        client.check_growth(rewritten)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_receipt_that_was_changed_is_not_trusted(verified, part):
    client, answer = verified
    parts = answer.receipt.split(".")
    wrong = "A" if parts[part][10] != "A" else "B"
    parts[part] = parts[part][:10] + wrong + parts[part][11:]
    with pytest.raises(NotProvedError):
        client.check_receipt(".".join(parts))


def test_an_answer_passes_for_no_receipt_and_a_receipt_for_no_answer(dancu_world, an):
    client = dancu_world.client(BANK, Options(sign=True))
    answer = client.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc")
    assert answer.jws.count(".") == 2
    with pytest.raises(NotProvedError, match="no dancu-receipt"):
        client.check_receipt(answer.jws)


def test_another_worlds_receipt_is_not_trusted(dancu_server, verified):
    client, answer = verified
    elsewhere = Client(dancu_server.url, client.credential)
    with elsewhere, pytest.raises(NotProvedError, match="key"):
        elsewhere.check_receipt(answer.receipt)


def test_who_keeps_the_keys_notices_others(verified):
    client, answer = verified
    keys = client.log_keys()
    client.prove(answer.receipt)
    other = checkpoints.VerifierKey(keys.log.name, 1, bytes(32))
    client.trust(LogKeys(other, keys.inspectorate))
    with pytest.raises(NotProvedError, match="has not signed"):
        client.prove(answer.receipt)


def test_a_checkpoint_needs_both_signatures(verified):
    client, answer = verified
    client.prove(answer.receipt)
    keys = client.log_keys()
    note = client.run(client._call("GET", "/v1/log/checkpoint", public=True)).content.decode()
    assert checkpoints.verify(note, keys) == client.checkpoint()
    *rest, cosignature, _ = note.split("\n")
    with pytest.raises(NotProvedError, match="inspectorate"):
        checkpoints.verify("\n".join([*rest, ""]), keys)
    name, _, blob = cosignature.rpartition(" ")
    raw = bytearray(base64.b64decode(blob))
    raw[8] ^= 1  # the time it states
    forged = f"{name} {base64.b64encode(raw).decode()}"
    with pytest.raises(NotProvedError, match="does not hold"):
        checkpoints.verify("\n".join([*rest, forged, ""]), keys)


def test_a_sealed_answer_is_opened_and_its_signature_checked(dancu_world, an):
    key = ECKey.generate_key("P-256", {"kid": "2026-1", "use": "enc"})
    client = dancu_world.client(BANK, Options(sealing_key=key))
    body = {"keys": [key.as_dict(private=False)], "always": True}
    client.run(client._call("PUT", "/v1/me/sealing", content=msgspec.json.encode(body)))
    assert client.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc").matches
    without = dancu_world.client(BANK)
    with pytest.raises(NotProvedError, match="sealing_key"):
        without.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc")


TREES = st.integers(1, 70).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


@given(TREES)
def test_paths_of_the_servers_tree_are_accepted_and_no_others(place):
    index, size = place
    hashes = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    tree = servers.HashTree(hashes)
    path = tree.inclusion_path(index)
    merkle.verify_inclusion(hashes[index], index, size, path, tree.root())
    for wrong in ([*path, hashes[0]], [hashes[0][::-1], *path[1:]]):
        with pytest.raises(NotProvedError):
            merkle.verify_inclusion(hashes[index], index, size, wrong, tree.root())
    with pytest.raises(NotProvedError):
        merkle.verify_inclusion(hashes[index], size, size, path, tree.root())


@given(TREES)
def test_growth_of_the_servers_tree_is_accepted_and_nothing_else(place):
    old, new = place[0] + 1, place[1]
    hashes = [merkle.leaf_hash(bytes([number])) for number in range(new)]
    tree = servers.HashTree(hashes)
    before, after = servers.root_at(tree, old), tree.root()
    path = servers.consistency_path(tree, old, new)
    merkle.verify_consistency(old, new, path, before, after)
    for wrong in ([*path, hashes[0]], path[1:] if path else [hashes[0]]):
        with pytest.raises(NotProvedError):
            merkle.verify_consistency(old, new, wrong, before, after)
    with pytest.raises(NotProvedError):
        merkle.verify_consistency(old, new, path, before[::-1], after)
    with pytest.raises(NotProvedError):
        merkle.verify_consistency(new + 1, new, path, before, after)
