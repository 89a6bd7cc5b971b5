"""A typed client of dancu, the simulated population database: blocking and awaiting.

`Client` and `AsyncClient` are a connected system, `OperatorClient` and `AsyncOperatorClient` the
operator of a simulator. Both of a pair have the same methods, each written once.
"""

from dancu_client.asking import Claim, Ground
from dancu_client.checkpoints import Checkpoint, LogKeys
from dancu_client.clients import AsyncClient, AsyncOperatorClient, Client, OperatorClient
from dancu_client.connection import Options
from dancu_client.credentials import PrivateKey, Secret, new_key
from dancu_client.errors import (
    DancuClientError,
    NotProvedError,
    OAuthError,
    ProblemError,
    StrangeAnswerError,
    UnreachableError,
)
from dancu_client.jobs import JobError
from dancu_client.log import Receipt
from dancu_client.patience import Patience
from dancu_client.showing import ChipReading
from dancu_client.sign_in import LEVEL_1, LEVEL_2, SignedIn, SignInBegun
from dancu_client.webhooks import Message, Receiver

__all__ = [
    "LEVEL_1",
    "LEVEL_2",
    "AsyncClient",
    "AsyncOperatorClient",
    "Checkpoint",
    "ChipReading",
    "Claim",
    "Client",
    "DancuClientError",
    "Ground",
    "JobError",
    "LogKeys",
    "Message",
    "NotProvedError",
    "OAuthError",
    "OperatorClient",
    "Options",
    "Patience",
    "PrivateKey",
    "ProblemError",
    "Receipt",
    "Receiver",
    "Secret",
    "SignInBegun",
    "SignedIn",
    "StrangeAnswerError",
    "UnreachableError",
    "new_key",
]
