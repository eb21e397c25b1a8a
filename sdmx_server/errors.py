"""What can go wrong, in the words of the SDMX standard.

SdmxError
├── NoResults            100  the query is sound, nothing matches it
├── Unauthenticated      110  credentials are missing or wrong
├── Forbidden            110  credentials are right, but do not allow this
├── TooManyAttempts      110  wrong credentials came from one place again and again
├── QuerySyntaxError     140  the URL does not follow the SDMX-REST grammar
├── MessageSyntaxError   140  a message that was sent in cannot be read
├── NotAcceptable        140  none of the formats asked for can hold the answer
├── SemanticError        150  the query or message is well formed but breaks a rule
├── PreconditionFailed  1000  the answer is another than the one that was asked for
├── RangeNotSatisfiable 1000  the part asked for begins after the end of the answer
├── TooLarge             510  the answer is larger than the service allows
├── Unsupported          501  part of the standard that this server leaves out
└── Unavailable          503  the service cannot answer now

Which HTTP status each becomes differs between REST versions, so that table stands in
``rest/``.

Source: SDMX-REST 1.5, section 4.7; SDMX-REST 2.2, doc/status.md.
"""

from __future__ import annotations

from collections.abc import Mapping


class SdmxError(Exception):
    """Base of every error that a client is told about.

    Attributes:
        code: the SDMX error number.
        detail: one sentence for the client: the offending value, and what is allowed.
    """

    code = 500

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NoResults(SdmxError):
    """The query is sound, but nothing matches it."""

    code = 100


class Unauthenticated(SdmxError):
    """Credentials are missing or wrong."""

    code = 110


class Forbidden(SdmxError):
    """Credentials are right, but whose they are may not have this."""

    code = 110


class TooManyAttempts(SdmxError):
    """Wrong credentials came from one place again and again.

    Attributes:
        retry_after: when the next ones are looked at, in seconds from now.
    """

    code = 110

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class QuerySyntaxError(SdmxError):
    """The URL does not follow the SDMX-REST grammar."""

    code = 140


class MessageSyntaxError(SdmxError):
    """A message that was sent in cannot be read: not well formed, not valid, not SDMX."""

    code = 140


class NotAcceptable(SdmxError):
    """None of the formats, encodings or languages asked for can hold the answer."""

    code = 140


class SemanticError(SdmxError):
    """Well formed but cannot hold, e.g. it names an unknown dimension."""

    code = 150


class PreconditionFailed(SdmxError):
    """The answer is another than the one whose tag was named."""

    code = 1000


class RangeNotSatisfiable(SdmxError):
    """The part of the answer that was asked for begins after its end.

    Attributes:
        length: how long the answer is, in bytes.
    """

    code = 1000

    def __init__(self, detail: str, length: int) -> None:
        super().__init__(detail)
        self.length = length


class TooLarge(SdmxError):
    """The answer is larger than this service allows.

    Attributes:
        estimate: how large it would be: ``series``, ``observations`` and ``bytes``.
        limit: how large it may be, by the same words.
    """

    code = 510

    def __init__(self, detail: str, estimate: Mapping[str, int], limit: Mapping[str, int]) -> None:
        super().__init__(detail)
        self.estimate = estimate
        self.limit = limit


class Unsupported(SdmxError):
    """Part of the standard that this server leaves out."""

    code = 501


class Unavailable(SdmxError):
    """The service cannot answer now; later it can.

    Attributes:
        retry_after: when to ask again, in seconds from now.
    """

    code = 503

    def __init__(self, detail: str, retry_after: int = 30) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
