"""Dataflows with what hangs on them: agreements, constraints, categorisations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sdmx_server.model.artefact import Maintainable, Texts
from sdmx_server.model.category import Categorisation
from sdmx_server.model.constraint import (
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    DataConstraint,
)
from sdmx_server.model.datastructure import Dataflow, ProvisionAgreement
from structures.content import Content
from structures.datastructures import datastructure_urn
from structures.rows import Row
from structures.schemes import annotations_of, item_urn
from structures.selection import select_all


def build_dataflows(content: Content) -> Iterator[tuple[Maintainable, Row]]:
    """Make every dataflow, followed by its agreements, constraint and categorisations."""
    for row in content.dataflows.rows:
        dataflow = Dataflow(
            agency_id=content.settings.agency,
            id=row["id"],
            version=row["version"],
            names=row.texts("name", content.settings.languages),
            descriptions=row.texts("description", content.settings.languages),
            annotations=annotations_of(row),
            structure=datastructure_urn(content, row["datastructure"]),
        )
        yield dataflow, row
        yield from ((agreement, row) for agreement in _agreements(content, dataflow, row))
        yield from _constraint(content, dataflow)
        yield from ((each, row) for each in _categorisations(content, dataflow, row))


def constraint_rows(content: Content, dataflow_id: str) -> list[Row]:
    """Return the rows that say what a dataflow may hold."""
    return [row for row in content.constraints.rows if row["dataflow"] == dataflow_id]


def codes_of(content: Content, concept_id: str) -> tuple[Row, ...]:
    """Return the codes of the codelist of a concept; none where it is uncoded or unknown."""
    concept = content.concepts.get(concept_id)
    return content.items_of("codelist", concept["codelist"]) if concept else ()


def category_path(content: Content, scheme: str, path: str) -> list[Row]:
    """Return the categories on a dotted path, from the root; shorter where it breaks off."""
    found: list[Row] = []
    parent = ""
    for id_ in path.split("."):
        for row in content.items_of("categoryscheme", scheme):
            if (row["parent"], row["id"]) == (parent, id_):
                found.append(row)
        parent = id_
    return found


def _agreements(content: Content, dataflow: Dataflow, row: Row) -> Iterator[ProvisionAgreement]:
    providers = {
        provider["id"]: provider
        for provider in content.items_of("dataproviderscheme", content.settings.providers)
    }
    for id_ in row.words("producers"):
        provider = providers.get(id_)
        yield ProvisionAgreement(
            agency_id=content.settings.agency,
            id=f"PA_{_stem(dataflow)}_{id_}",
            version=content.settings.versions.provision_agreement,
            names=_joined(content, dataflow.names, provider),
            data_provider=item_urn(content, "dataproviderscheme", content.settings.providers, id_),
            dataflow=dataflow.urn,
        )


def _constraint(content: Content, dataflow: Dataflow) -> Iterator[tuple[DataConstraint, Row]]:
    rows = constraint_rows(content, dataflow.id)
    if not rows:
        return
    keys = tuple(_key(content, row) for row in rows)
    yield (
        DataConstraint(
            agency_id=content.settings.agency,
            id=f"CR_{_stem(dataflow)}",
            version=content.settings.versions.data_constraint,
            names=dataflow.names,
            role="Allowed",
            constraint_attachment=ConstraintAttachment(dataflows=(dataflow.urn,)),
            cube_regions=(CubeRegion(key_values=keys),),
        ),
        rows[0],
    )


def _key(content: Content, row: Row) -> CubeRegionKey:
    codes = select_all(codes_of(content, row["component"]), row.words("values"))
    return CubeRegionKey(
        id=row["component"], values=tuple(ComponentValue(value=code) for code in codes)
    )


def _categorisations(content: Content, dataflow: Dataflow, row: Row) -> Iterator[Categorisation]:
    for reference in row.words("categories"):
        scheme, _, path = reference.partition(":")
        categories = category_path(content, scheme, path)
        yield Categorisation(
            agency_id=content.settings.agency,
            id=f"CAT_{_stem(dataflow)}_{scheme}_{path.replace('.', '_')}",
            version=content.settings.versions.categorisation,
            names=_joined(content, dataflow.names, categories[-1] if categories else None),
            source=dataflow.urn,
            target=item_urn(content, "categoryscheme", scheme, path),
        )


def _stem(dataflow: Dataflow) -> str:
    return dataflow.id.removeprefix("DF_")


def _joined(content: Content, names: Texts, other: Row | None) -> dict[str, Any]:
    more = other.texts("name", content.settings.languages) if other else {}
    return {
        language: f"{name} – {more[language]}" if language in more else name
        for language, name in names.items()
    }
