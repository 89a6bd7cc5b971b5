"""Webhooks: the change feed sent to a system's own address, by Standard Webhooks 1.0.0.

- `subscriptions`: which system is sent what, where to, and the secret that signs it.
- `messages`: one event for one webhook, each attempt at it, replay, and what is fired by hand.
- `turns`: one turn at a webhook: decide, log, send, settle. `payloads` is what is sent,
  `signing` how it is signed, `rules` when it is tried again.

A message is a reference to an event; what it says is read when it is sent, as the grant then
allows. Who takes turns, and when, is the server's to say (`app.api.deliverer`).
"""
