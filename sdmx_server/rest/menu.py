"""The formats that a resource can be had in, with what clients have chosen of them before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from sdmx_server.formats.catalogue import (
    DataFormat,
    MetadataFormat,
    MetadataSchemaFormat,
    RegistryFormat,
    SchemaFormat,
    StructureFormat,
)
from sdmx_server.rest import negotiate
from sdmx_server.rest.negotiate import Offer

Format = TypeVar(
    "Format",
    bound=(
        DataFormat
        | StructureFormat
        | MetadataFormat
        | MetadataSchemaFormat
        | RegistryFormat
        | SchemaFormat
    ),
)

_REMEMBERED = 1024  # clients send the same few headers over and over


@dataclass(frozen=True, slots=True)
class Choice(Generic[Format]):
    """The format that is sent.

    Attributes:
        format: the format.
        parameters: a value for each of its parameters.
        content_type: the media type in full: with version, and with the parameters that
            were asked for.
    """

    format: Format
    parameters: Mapping[str, str]
    content_type: str


class Menu(Generic[Format]):
    """The formats of a resource, the default first."""

    def __init__(self, *formats: Format) -> None:
        offers = [Offer(f.media_type, f.version, parameters=f.parameters) for f in formats]

        def choose(
            accept: str | None, format_: str | None, format_version: str | None
        ) -> Choice[Format]:
            chosen = negotiate.choose(accept, offers, format_, format_version)
            format_chosen = formats[offers.index(chosen.offer)]
            return Choice(format_chosen, chosen.parameters, chosen.content_type)

        self._choose = lru_cache(_REMEMBERED)(choose)

    def choose(
        self,
        accept: str | None,
        format_: str | None = None,
        format_version: str | None = None,
    ) -> Choice[Format]:
        """Choose the format that a client likes best; see ``negotiate.choose``.

        Raises:
            NotAcceptable: if none of them will do.
        """
        return self._choose(accept, format_, format_version)
