"""Item schemes out of tables: codelists, concepts, categories, organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sdmx_server.model.artefact import Annotation, ItemScheme, Nameable
from sdmx_server.model.category import Category, CategoryScheme
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.organisation import (
    AgencyScheme,
    Contact,
    DataConsumerScheme,
    DataProviderScheme,
    Organisation,
)
from sdmx_server.model.representation import Representation, TextFormat
from sdmx_server.model.urn import maintainable_urn
from structures.content import Content
from structures.rows import Row

SCHEMES: dict[str, type[ItemScheme]] = {
    scheme.artefact_type: scheme
    for scheme in (
        AgencyScheme,
        DataProviderScheme,
        DataConsumerScheme,
        ConceptScheme,
        CategoryScheme,
        Codelist,
    )
}


def scheme_urn(content: Content, kind: str, reference: str) -> str:
    """Return the URN of a scheme; that of version 1.0 where the content has none such."""
    row = content.scheme(kind, reference)
    agency, _, id_ = reference.rpartition(":")
    return maintainable_urn(
        SCHEMES[kind].package,
        SCHEMES[kind].urn_class,
        row["agency"] if row else agency or content.settings.agency,
        id_,
        row["version"] if row else "1.0",
    )


def item_urn(content: Content, kind: str, reference: str, item_id: str) -> str:
    """Return the URN of an item of a scheme."""
    scheme = scheme_urn(content, kind, reference)
    return scheme.replace(f".{SCHEMES[kind].urn_class}=", f".{SCHEMES[kind].item_class}=") + (
        f".{item_id}"
    )


def build_schemes(content: Content) -> Iterator[tuple[ItemScheme, Row]]:
    """Make every item scheme, with the row that names it."""
    for row in content.schemes.rows:
        scheme = SCHEMES.get(row["type"])
        if scheme is None:
            continue
        items = _ITEMS[scheme](content, content.items[row["file"]].rows)
        fields: dict[str, Any] = {scheme.items_field: tuple(items)}
        yield (
            scheme(
                agency_id=row["agency"],
                id=row["id"],
                version=row["version"],
                names=row.texts("name", content.settings.languages),
                descriptions=row.texts("description", content.settings.languages),
                **fields,
            ),
            row,
        )


def annotations_of(row: Row) -> tuple[Annotation, ...]:
    """Return the cells of columns in capitals as annotations of that id and type."""
    return tuple(
        Annotation(id=column, type=column, value=text)
        for column, text in row.cells.items()
        if text and column.isupper()
    )


def representation(content: Content, row: Row) -> Representation | None:
    """Return what a concept may hold, by its row; None where that is not said."""
    if row["codelist"]:
        return Representation(enumeration=scheme_urn(content, "codelist", row["codelist"]))
    if not row["data_type"]:
        return None
    return Representation(
        format=TextFormat(
            data_type=row["data_type"],
            max_length=int(row["max_length"]) if row["max_length"].isdigit() else None,
            is_multi_lingual=False if row["data_type"] == "String" else None,
        )
    )


def _nameable(content: Content, row: Row) -> dict[str, Any]:
    languages = content.settings.languages
    return {
        "id": row["id"],
        "names": row.texts("name", languages),
        "descriptions": row.texts("description", languages),
        "annotations": annotations_of(row),
    }


def _codes(content: Content, rows: tuple[Row, ...]) -> Iterator[Code]:
    for row in rows:
        yield Code(**_nameable(content, row), parent=row["parent"] or None)


def _concepts(content: Content, rows: tuple[Row, ...]) -> Iterator[Concept]:
    for row in rows:
        yield Concept(
            **_nameable(content, row),
            parent=row["parent"] or None,
            core_representation=representation(content, row),
        )


def _categories(content: Content, rows: tuple[Row, ...], parent: str = "") -> Iterator[Category]:
    for row in rows:
        if row["parent"] == parent:
            yield Category(
                **_nameable(content, row),
                categories=tuple(_categories(content, rows, row["id"])),
            )


def _organisations(content: Content, rows: tuple[Row, ...]) -> Iterator[Organisation]:
    for row in rows:
        yield Organisation(**_nameable(content, row), contacts=_contacts(content, row))


def _contacts(content: Content, row: Row) -> tuple[Contact, ...]:
    languages = content.settings.languages
    contact = Contact(
        names=row.texts("contact_name", languages),
        roles=row.texts("contact_role", languages),
        emails=tuple(row.words("email")),
        telephones=(row["telephone"],) if row["telephone"] else (),
        uris=tuple(row.words("uri")),
    )
    return (contact,) if contact != Contact() else ()


_ITEMS: dict[type[ItemScheme], Callable[[Content, tuple[Row, ...]], Iterator[Nameable]]] = {
    AgencyScheme: _organisations,
    DataProviderScheme: _organisations,
    DataConsumerScheme: _organisations,
    ConceptScheme: _concepts,
    CategoryScheme: _categories,
    Codelist: _codes,
}
