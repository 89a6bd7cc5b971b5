"""Credentials: a document as its holder's phone keeps and shows it (SD-JWT VC, RFC 9901).

The formats are pure: `sd_jwt` (what is signed and what of it is told), `key_binding` (who shows
it), `status_lists` (whether it still counts). With a session: `issuing`, `presenting`,
`verifying`, and `statuses`, which looks up what became of each.
"""
