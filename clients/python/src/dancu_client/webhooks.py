"""Messages that a webhook brings: verified by Standard Webhooks 1.0.0 before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from dancu_client.answers import Change
from dancu_client.errors import NotProvedError, Place


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was sent. `id` is the same at each attempt: what you had you may skip."""

    id: str
    type: str
    timestamp: str
    data: Change
    webhook: str
    world: str
    receipt: str
    leaf: Place


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    timestamp: str
    data: dict[str, Any]
    webhook: str
    world: str
    receipt: str
    leaf: Place


class Receiver:
    """Takes messages of one webhook; give it each secret that is good, during a rotation two."""

    def __init__(self, *secrets: str) -> None:
        self._verifiers = [Webhook(secret) for secret in secrets]

    def take(self, body: bytes, headers: Mapping[str, str]) -> Message:
        """Return the message, if signature and time hold; `body` is as it came.

        Raises `NotProvedError`: answer 4xx, and take nothing in. A test message has empty data
        and is refused by `take`; `verify` accepts it.
        """
        self.verify(body, headers)
        told = {name.lower(): value for name, value in headers.items()}
        try:
            read = msgspec.json.decode(body, type=_Body)
            change = msgspec.convert(read.data, Change)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise NotProvedError(f"no message about a change: {error}") from None
        return Message(
            id=told["webhook-id"],
            type=read.type,
            timestamp=read.timestamp,
            data=change,
            webhook=read.webhook,
            world=read.world,
            receipt=read.receipt,
            leaf=read.leaf,
        )

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if one of the secrets signed this body now. Raises `NotProvedError`."""
        told = {name.lower(): value for name, value in headers.items()}
        for verifier in self._verifiers:
            try:
                verifier.verify(body.decode(), told)
            except (WebhookVerificationError, ValueError):
                continue
            return
        raise NotProvedError("none of the secrets signed this message just now")
