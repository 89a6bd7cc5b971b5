"""Receipts and the log: that an exchange was recorded, and that nothing was rewritten since."""

from __future__ import annotations

from typing import Any

import msgspec

from dancu_client import checkpoints, merkle, signed
from dancu_client.checkpoints import Checkpoint, LogKeys
from dancu_client.connection import Calls, read
from dancu_client.effects import Steps
from dancu_client.errors import NotProvedError
from dancu_client.operations import operation

_RECEIPT_TYPE = "dancu-receipt+jwt"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of a receipt; `leaf` is the leaf's exact text."""

    iss: str
    leaf: str
    leaf_hash: str
    log: str
    recorded_at: str
    seq: int

    @property
    def contents(self) -> dict[str, Any]:
        """What was recorded of the exchange."""
        return msgspec.json.decode(self.leaf, type=dict[str, Any])


class _Keys(msgspec.Struct, frozen=True):
    log: str
    inspectorate: str


class _Consistency(msgspec.Struct, frozen=True):
    path: list[str]


class Log(Calls):
    """What of the log anybody may see, and what a caller can prove by it."""

    _log_keys: LogKeys | None = None

    @operation
    def log_keys(self) -> Steps[LogKeys]:
        """Return the log's two public keys, asked for once: keep them, and `trust` them later."""
        return (yield from self._trusted())

    def trust(self, keys: LogKeys) -> None:
        """Check the log by these keys, and not by those that the server names."""
        self._log_keys = keys

    @operation
    def check_receipt(self, receipt: str) -> Steps[Receipt]:
        """Return what a receipt promises, if it is this world's. Raises `NotProvedError`.

        Checked: signature, issuer, and that the leaf is whole. Not checked: that the leaf is in
        the tree, which is what `prove` does.
        """
        return (yield from self._receipt(receipt))

    @operation
    def prove(self, receipt: str) -> Steps[tuple[Receipt, Checkpoint]]:
        """Return receipt and checkpoint, if the promised leaf is in the log. Waits for a second.

        1. The receipt is this world's, and whole.
        2. A proof leads from its leaf to a checkpoint that log and inspectorate signed.
        3. It is at the promised place of the promised log.
        """
        # 1.
        promised = yield from self._receipt(receipt)
        # 2. Until a checkpoint covers the leaf, the server says when to ask again.
        keys = yield from self._trusted()
        path = f"/v1/log/leaves/{promised.seq}/proof"
        reply = yield from self._call("GET", path, public=True)
        leaf = merkle.leaf_hash(promised.leaf.encode())
        index, checkpoint = checkpoints.verify_proof(reply.content.decode(), leaf, keys)
        # 3.
        if (index, checkpoint.origin) != (promised.seq, promised.log):
            raise NotProvedError("the leaf stands at another place than was promised")
        return promised, checkpoint

    @operation
    def checkpoint(self) -> Steps[Checkpoint]:
        """Return the latest checkpoint, if both signatures hold. Raises `NotProvedError`."""
        return (yield from self._latest())

    @operation
    def check_growth(self, since: Checkpoint) -> Steps[Checkpoint]:
        """Return the latest checkpoint, if the log has only grown since that one.

        Raises `NotProvedError`: then something was rewritten.
        """
        latest = yield from self._latest()
        if latest.origin != since.origin:
            raise NotProvedError("the checkpoint is another log's")
        path: list[bytes] = []
        if latest.size > since.size > 0:
            query = {"old": since.size, "new": latest.size}
            reply = yield from self._call(
                "GET", "/v1/log/proofs/consistency", query=query, public=True
            )
            path = _hashes(read(reply, _Consistency).path)
        merkle.verify_consistency(since.size, latest.size, path, since.root, latest.root)
        return latest

    def _latest(self) -> Steps[Checkpoint]:
        keys = yield from self._trusted()
        reply = yield from self._call("GET", "/v1/log/checkpoint", public=True)
        return checkpoints.verify(reply.content.decode(), keys)

    def _trusted(self) -> Steps[LogKeys]:
        if self._log_keys is None:
            reply = yield from self._call("GET", "/v1/log/keys", public=True)
            found = read(reply, _Keys)
            self._log_keys = LogKeys.parse(found.log, found.inspectorate)
        return self._log_keys

    def _receipt(self, unverified: str) -> Steps[Receipt]:
        """Check a receipt: 1. signature, 2. issuer, 3. that the leaf is what was hashed."""
        # 1.
        keys = yield from self._keys(signed.kid(unverified))
        payload = signed.verify(unverified, keys, typ=_RECEIPT_TYPE)
        try:
            receipt = msgspec.json.decode(payload, type=Receipt)
        except msgspec.DecodeError as error:
            raise NotProvedError(f"no receipt: {error}") from None
        # 2.
        if receipt.iss != (yield from self._about()).issuer:
            raise NotProvedError("the receipt is another world's")
        # 3.
        if merkle.leaf_hash(receipt.leaf.encode()).hex() != receipt.leaf_hash:
            raise NotProvedError("the leaf in the receipt is not the one that was hashed")
        return receipt


def _hashes(path: list[str]) -> list[bytes]:
    try:
        return [bytes.fromhex(node) for node in path]
    except ValueError:
        raise NotProvedError("the path is not in hex") from None
