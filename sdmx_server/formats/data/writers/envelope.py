"""The envelope of an SDMX-ML data message: root, header, and the structures it declares.

Source: SDMX 2.1, 3.0 and 3.1 SDMXMessage.xsd and SDMXCommon.xsd, "PayloadStructureType".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from sdmx_server.dataset import Dataset, Message, ResolvedStructure
from sdmx_server.formats.data.writers.fragments import escape
from sdmx_server.formats.data.writers.packaging import packaging
from sdmx_server.model.urn import parse_urn

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_NOT_NCNAME = re.compile(r"[^A-Za-z0-9_.\-]")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A structure as the header declares it; data sets of one packaging share it.

    Attributes:
        id: the ``structureID``, a legal and unique ``xs:ID``: the id of the data structure.
        prefix: the prefix of ``namespace`` on the root.
        namespace: the target namespace of the schema of its structure-specific data.
        structure: the structure.
        dimension_at_observation: a dimension id or ``AllDimensions``.
    """

    id: str
    prefix: str
    namespace: str
    structure: ResolvedStructure
    dimension_at_observation: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the versions and kinds of data messages.

    Attributes:
        root: local name of the root.
        schemas: version part of the sdmx.org namespaces, e.g. ``v2_1``.
        prefixes: prefix of each sdmx.org namespace by the rest of its name.
        has_namespaces: whether declarations carry namespaces: structure-specific data.
        references: the header's element for a reference, by context.
        write_reference: what that element holds, made of the URN.
    """

    root: str
    schemas: str
    prefixes: Mapping[str, str]
    has_namespaces: bool
    references: Mapping[str, str]
    write_reference: Callable[[str], str]


def namespace(structure: ResolvedStructure, dimension_at_observation: str) -> str:
    """Return the namespace of the structure-specific data of a structure."""
    return f"{structure.urn}:ObsLevelDim:{dimension_at_observation}"


def declarations(datasets: Sequence[Dataset]) -> list[Declaration]:
    """Return the declaration of each dataset; equal ones are the same."""
    known: dict[str, Declaration] = {}
    return [_declaration(dataset, known) for dataset in datasets]


def write_message(
    dialect: Dialect,
    message: Message,
    declared: Sequence[Declaration],
    bodies: Iterable[Iterator[str | pa.Buffer]],
) -> Iterator[str | pa.Buffer]:
    """Yield the message: the envelope around the text of its data sets, and what was left out."""
    unique = list({declaration.id: declaration for declaration in declared}.values())
    yield _root(dialect, unique)
    yield _header(dialect, message, unique)
    for body in bodies:
        yield from body
    yield _footer(dialect, message)
    yield f"\n</message:{dialect.root}>\n"


def timestamp(instant: datetime) -> str:
    """Return an instant as ``xs:dateTime`` in UTC; one without a zone is taken for UTC."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _declaration(dataset: Dataset, known: dict[str, Declaration]) -> Declaration:
    at_observation = packaging(dataset).dimension_at_observation
    name = namespace(dataset.structure, at_observation)
    if name not in known:
        taken = {declaration.id for declaration in known.values()}
        known[name] = Declaration(
            id=_unique(_ncname(parse_urn(dataset.structure.dsd_urn).id), taken),
            prefix=f"ns{len(known) + 1}",
            namespace=name,
            structure=dataset.structure,
            dimension_at_observation=at_observation,
        )
    return known[name]


def _ncname(id_: str) -> str:
    name = _NOT_NCNAME.sub("_", id_)
    return name if name[0].isalpha() or name[0] == "_" else f"_{name}"


def _unique(id_: str, taken: set[str]) -> str:
    candidate, number = id_, 1
    while candidate in taken:
        number += 1
        candidate = f"{id_}_{number}"
    return candidate


def _root(dialect: Dialect, declared: Sequence[Declaration]) -> str:
    names = {
        prefix: f"{SCHEMAS}{dialect.schemas}/{name}" for name, prefix in dialect.prefixes.items()
    }
    names["xsi"] = XSI
    if dialect.has_namespaces:
        names |= {declaration.prefix: declaration.namespace for declaration in declared}
    attributes = "".join(f' xmlns:{prefix}="{escape(uri)}"' for prefix, uri in names.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<message:{dialect.root}{attributes}>'


def _header(dialect: Dialect, message: Message, declared: Sequence[Declaration]) -> str:
    names = "".join(
        f'<common:Name xml:lang="{escape(language)}">{escape(name)}</common:Name>'
        for language, name in message.sender_names.items()
    )
    structures = "".join(_structure(dialect, declaration) for declaration in declared)
    return (
        "\n<message:Header>"
        f"\n<message:ID>{escape(message.id)}</message:ID>"
        f"\n<message:Test>{str(message.test).lower()}</message:Test>"
        f"\n<message:Prepared>{timestamp(message.prepared)}</message:Prepared>"
        f'\n<message:Sender id="{escape(message.sender)}">{names}</message:Sender>'
        f"{structures}"
        "\n</message:Header>"
    )


def _footer(dialect: Dialect, message: Message) -> str:
    """Return the footer that says what was left out; nothing where nothing was."""
    warnings = "".join(
        f'\n<footer:Message code="{error.code}" severity="Warning">'
        f'<common:Text xml:lang="en">Left out: {escape(error.detail)}</common:Text>'
        "</footer:Message>"
        for error in message.left_out
    )
    if not warnings:
        return ""
    uri = f"{SCHEMAS}{dialect.schemas}/message/footer"
    return f'\n<footer:Footer xmlns:footer="{uri}">{warnings}\n</footer:Footer>'


def _structure(dialect: Dialect, declaration: Declaration) -> str:
    element = dialect.references[declaration.structure.context]
    named = f' namespace="{escape(declaration.namespace)}"' if dialect.has_namespaces else ""
    return (
        f'\n<message:Structure structureID="{declaration.id}"{named}'
        f' dimensionAtObservation="{escape(declaration.dimension_at_observation)}">'
        f"<common:{element}>{dialect.write_reference(declaration.structure.urn)}"
        f"</common:{element}></message:Structure>"
    )
