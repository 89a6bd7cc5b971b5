"""How an agency hears of changes: the feed, which is read, and webhooks, which are sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from dancu_client.answers import Change, ChangePage, Webhook, WebhookMessage, WebhookSecret
from dancu_client.asking import NO_GROUND, Ground
from dancu_client.connection import Calls, encoded, read
from dancu_client.effects import Give, Steps, Stream
from dancu_client.operations import listing, operation

Start = Literal["first", "latest"]


class Following(Calls):
    """The change feed, and subscriptions to it."""

    @operation
    def change_page(  # noqa: PLR0913 - the feed's own parameters, each with a name
        self,
        purpose: str,
        *,
        cursor: str | None = None,
        start: Start | None = None,
        fields: Iterable[str] = (),
        kinds: Iterable[str] = (),
        provinces: Iterable[str] = (),
        ground: Ground = NO_GROUND,
        limit: int | None = None,
    ) -> Steps[ChangePage]:
        """Return one page of the feed: take its items in, then keep `next_cursor`."""
        query = _slice(purpose, fields, kinds, provinces, ground)
        return self._page({**query, "cursor": cursor, "start": start, "limit": limit})

    @listing
    def changes(  # noqa: PLR0913 - the feed's own parameters, each with a name
        self,
        purpose: str,
        *,
        cursor: str | None = None,
        start: Start | None = None,
        fields: Iterable[str] = (),
        kinds: Iterable[str] = (),
        provinces: Iterable[str] = (),
        ground: Ground = NO_GROUND,
    ) -> Stream[Change]:
        """Give every change there is by now, page after page.

        For a job that has to go on where it stood read `change_page`, and keep its cursor.
        """
        query = {**_slice(purpose, fields, kinds, provinces, ground), "start": start}
        more = True
        while more:
            page = yield from self._page({**query, "cursor": cursor})
            for item in page.items:
                yield Give(item)
            cursor, more = page.next_cursor, page.more
            query.pop("start", None)

    @operation
    def add_webhook(  # noqa: PLR0913 - a subscription's own members, each with a name
        self,
        url: str,
        purpose: str,
        *,
        start: Start | None = None,
        fields: Iterable[str] = (),
        kinds: Iterable[str] | None = None,
        provinces: Iterable[str] | None = None,
        ground: Ground = NO_GROUND,
    ) -> Steps[Webhook]:
        """Have changes sent to an address of yours, as far as the grant covers them."""
        body = {
            "url": url,
            "purpose": purpose,
            "officer": ground.officer,
            "dossier": ground.dossier,
            "fields": list(fields),
            "kinds": None if kinds is None else list(kinds),
            "provinces": None if provinces is None else list(provinces),
            "start": start,
        }
        return self._post("/v1/webhooks", body, Webhook)

    @operation
    def webhooks(self) -> Steps[tuple[Webhook, ...]]:
        """Return this system's webhooks."""
        return self._get("/v1/webhooks", tuple[Webhook, ...])

    @operation
    def webhook_secret(self, webhook_id: str) -> Steps[WebhookSecret]:
        """Return the secret that a webhook's messages are signed with."""
        return self._get(f"/v1/webhooks/{webhook_id}/secret", WebhookSecret)

    @operation
    def fire_webhook(self, webhook_id: str) -> Steps[WebhookMessage]:
        """Have a test message sent at once."""
        return self._post(f"/v1/webhooks/{webhook_id}/test", {}, WebhookMessage)

    @operation
    def resume_webhook(self, webhook_id: str) -> Steps[Webhook]:
        """Let a webhook that was disabled go on where it stood."""
        content = encoded({"state": "active"})
        reply = yield from self._call("PATCH", f"/v1/webhooks/{webhook_id}", content=content)
        return read(reply, Webhook)

    @operation
    def remove_webhook(self, webhook_id: str) -> Steps[None]:
        """End a subscription."""
        yield from self._call("DELETE", f"/v1/webhooks/{webhook_id}")

    def _page(self, query: dict[str, Any]) -> Steps[ChangePage]:
        asked = {**query, "signed": "true"} if self._sign else query
        reply = yield from self._call("GET", "/v1/changes", query=asked)
        return (yield from self._opened(reply, ChangePage))


def _slice(
    purpose: str,
    fields: Iterable[str],
    kinds: Iterable[str],
    provinces: Iterable[str],
    ground: Ground,
) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "officer": ground.officer,
        "dossier": ground.dossier,
        "fields": list(fields),
        "kinds": list(kinds),
        "provinces": list(provinces),
    }
