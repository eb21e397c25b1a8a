"""Reference metadata on their way through the server: a metadata set and what describes it.

Source: SDMX 3.1 Information Model, section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sdmx_server.model.artefact import Texts
from sdmx_server.model.codelist import Code
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.metadatastructure import MetadataStructure

XHTML = "XHTML"
"""The data type of structured text."""


@dataclass(frozen=True, slots=True)
class MetadataAttributeDefinition:
    """A metadata attribute with all that formats need of it.

    Attributes:
        id: its id among those beside it.
        names: names of its concept by language.
        data_type: its SDMX data type.
        codes: its codes by id; None where it is uncoded.
        codelist_urn: URN of the list that holds them.
        allowed: those of its codes that constraints leave; None for all.
        is_multilingual: whether it holds text by language.
        facets: the other limits of its text format by SDMX name.
        least: how often it has to be reported.
        most: how often it may be reported; None for any number of times.
        is_presentational: whether it only holds those below it, and has no value.
        attributes: those below it, in the order of the metadata structure.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    data_type: str = "String"
    codes: Mapping[str, Code] | None = None
    codelist_urn: str | None = None
    allowed: frozenset[str] | None = None
    is_multilingual: bool = False
    facets: Mapping[str, str] = field(default_factory=dict)
    least: int = 1
    most: int | None = 1
    is_presentational: bool = False
    attributes: tuple[MetadataAttributeDefinition, ...] = ()

    @property
    def is_array(self) -> bool:
        """Whether it may be reported several times."""
        return self.most != 1


@dataclass(frozen=True, slots=True)
class ResolvedMetadataStructure:
    """What may be reported, seen from a metadata structure, metadataflow or agreement.

    Attributes:
        context: the type of the artefact that it is seen from.
        urn: URN of that artefact.
        names: its names by language.
        metadataflow_urn: URN of the metadataflow; None where it is seen from the structure.
        targets: what reports may be about, as URNs with wildcards; empty for anything.
        attributes: the metadata attributes in the order of the metadata structure.
    """

    context: str
    urn: str
    names: Mapping[str, str]
    metadataflow_urn: str | None
    targets: tuple[str, ...]
    attributes: tuple[MetadataAttributeDefinition, ...]


@dataclass(frozen=True, slots=True)
class MetadataReport:
    """A metadata set, references resolved as far as what they refer to is held.

    Attributes:
        metadata_set: the metadata set.
        usage_urn: URN of the metadataflow or agreement that it reports against.
        usage_names: names of that by language.
        metadataflow_urn: URN of the metadataflow, also of the agreement's.
        structure: the metadata structure.
        provider_urn: URN of the metadata provider.
        target_names: names by language of the targets that have any, by URN.
        attributes: the metadata attributes in the order of the metadata structure.
    """

    metadata_set: MetadataSet
    usage_urn: str
    usage_names: Texts = field(default_factory=dict)
    metadataflow_urn: str | None = None
    structure: MetadataStructure | None = None
    provider_urn: str | None = None
    target_names: Mapping[str, Texts] = field(default_factory=dict)
    attributes: tuple[MetadataAttributeDefinition, ...] = ()


Path = tuple[str, ...]
"""Ids from a metadata attribute at the top down to one below it."""


def by_path(
    attributes: tuple[MetadataAttributeDefinition, ...], above: Path = ()
) -> Iterator[tuple[Path, MetadataAttributeDefinition]]:
    """Yield the metadata attributes with their paths, each before those below it."""
    for attribute in attributes:
        path = (*above, attribute.id)
        yield path, attribute
        yield from by_path(attribute.attributes, path)


Leaf = str | dict[str, str] | None
"""Text, or text by language; None where nothing was reported."""

Content = Leaf | list["Content"]
"""What was reported along a path; lists as deep as there are attributes that may repeat."""


def mapped(content: Content, change: Callable[[Leaf], Leaf]) -> Content:
    """Return content with each of its values changed."""
    if isinstance(content, list):
        return [mapped(part, change) for part in content]
    return change(content)


def leaves(content: Content) -> Iterator[Leaf]:
    """Yield the values in content, and None where one is lacking."""
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, list):
            yield from leaves(part)
        else:
            yield part
