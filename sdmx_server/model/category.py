"""Category schemes and categorisations.

Source: SDMX 3.1 Information Model, section 4.7.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import ItemScheme, Maintainable, Nameable, Reference


class Category(Nameable):
    """A category with the categories below it."""

    categories: tuple[Category, ...] = ()


class CategoryScheme(ItemScheme):
    """A tree of categories."""

    artefact_type: ClassVar[str] = "categoryscheme"
    package: ClassVar[str] = "categoryscheme"
    urn_class: ClassVar[str] = "CategoryScheme"
    container: ClassVar[str] = "categorySchemes"
    items_field: ClassVar[str] = "categories"
    item_class: ClassVar[str] = "Category"

    categories: tuple[Category, ...] = ()


class Categorisation(Maintainable):
    """An artefact put under a category; both are URNs."""

    artefact_type: ClassVar[str] = "categorisation"
    package: ClassVar[str] = "categoryscheme"
    urn_class: ClassVar[str] = "Categorisation"
    container: ClassVar[str] = "categorisations"

    source: Reference | None = None
    target: Reference | None = None
