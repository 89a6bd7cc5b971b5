"""Why something about the log is not to be trusted: one root, to refuse it all at once.

* VerificationError
  - InvalidProofError
  - MalformedNoteError
  - InvalidNoteSignatureError
  - MalformedCheckpointError
  - InconsistentCheckpointError
  - MalformedLeafError
  - InvalidReceiptError
    - UnknownKeyError
  - MalformedExportError
"""


class VerificationError(ValueError):
    """Do not trust this. The message says which step of which check failed."""


class InvalidProofError(VerificationError):
    """A Merkle proof does not prove what it claims."""


class MalformedNoteError(VerificationError):
    """The bytes are not a signed note, or the text is not a verifier key."""


class InvalidNoteSignatureError(VerificationError):
    """A note carries no signature of the key asked for, or one that does not verify."""


class MalformedCheckpointError(VerificationError):
    """The text of a note is not that of a checkpoint of this log."""


class InconsistentCheckpointError(VerificationError):
    """A checkpoint does not extend what the witness signed before: the log was rewritten."""


class MalformedLeafError(VerificationError):
    """The text is not a leaf in its one canonical form."""


class InvalidReceiptError(VerificationError):
    """A receipt was not signed by this issuer, or does not fit the leaf it carries."""


class UnknownKeyError(InvalidReceiptError):
    """A receipt names a key that is not among those it was to be checked with."""


class MalformedExportError(VerificationError):
    """The file is not an export of the log whose key was given."""
