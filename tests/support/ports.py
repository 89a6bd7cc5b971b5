"""Ports for servers that tests start as processes of their own."""

import secrets
import socket

#: Below those that systems give to outgoing connections: of these, another test may take the one
#: that was free a moment ago before the server that is told to listen there has started.
_LOWEST, _HIGHEST = 12_000, 32_000


def free():
    """Return a port on which nobody listens."""
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
