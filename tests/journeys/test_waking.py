"""A server that starts anew goes on in every world, though nobody calls there."""

import pytest

from tests.api.conftest import bearer, served
from tests.support.copies import copy
from tests.support.receiving import receiver

pytestmark = [pytest.mark.journey, pytest.mark.unmeasured]
ASKED = {"purpose": "social-insurance", "officer": "cb-01"}


def test_a_message_of_another_world_is_sent_by_the_next_server(settings, worlds, process):
    with receiver() as inbox, copy(worlds, process.world.spec) as other:
        inbox.answer = (500, {}, b"")
        at = f"/w/{other.name}"
        with served(settings, process.world) as client:
            headers = bearer(client, other, "bhxh", prefix=at)
            hook = client.post(
                f"{at}/v1/webhooks", json={"url": inbox.url, **ASKED}, headers=headers
            )
            assert hook.status_code == 201, hook.text
            fired = client.post(f"{at}/v1/webhooks/{hook.json()['id']}/test", headers=headers)
            assert fired.status_code == 200, fired.text
            [first] = inbox.wait_for(1)
        worlds.release(other.name)
        inbox.answer = (204, {}, b"")
        process.start(DANCU_WAKE_SECONDS="0.2")
        again = inbox.wait_for(2, seconds=60)[-1]
        assert again.id == first.id
        assert process.stop() == 0
