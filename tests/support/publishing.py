"""A web server on this machine that answers as a test tells it to: what others publish."""

from __future__ import annotations

from contextlib import contextmanager

from tests.support import web


class Published:
    """What stands at each path, and how often each was asked for.

    A page is `(status, headers, body)` or a function that writes to the connection itself.
    """

    def __init__(self):
        self.pages = {}
        self.asked = []
        self.base = ""

    def put(self, path, body, status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, named, body)
        return self.base + path

    def redirect(self, path, to):
        return self.put(path, b"", 302, Location=to)


@contextmanager
def published():
    """Serve what is put on it, from a port of its own."""
    site = Published()

    class Handler(web.Handler):
        def do_GET(self):  # noqa: N802 - the name http.server calls it by
            site.asked.append(self.path)
            page = site.pages.get(self.path, (404, {}, b""))
            if callable(page):
                page(self)
            else:
                self.send(*page)

    with web.listening(Handler) as site.base:
        yield site
