"""Reporting taxonomies.

Source: SDMX 3.1 Information Model, section 4.8; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import ItemScheme, Nameable, Reference


class ReportingCategory(Nameable):
    """A part of a report: either structures or flows, and the categories below it."""

    structural_metadata: tuple[Reference, ...] = ()
    provisioning_metadata: tuple[Reference, ...] = ()
    reporting_categories: tuple[ReportingCategory, ...] = ()


class ReportingTaxonomy(ItemScheme):
    """A tree of reporting categories."""

    artefact_type: ClassVar[str] = "reportingtaxonomy"
    package: ClassVar[str] = "categoryscheme"
    urn_class: ClassVar[str] = "ReportingTaxonomy"
    container: ClassVar[str] = "reportingTaxonomies"
    items_field: ClassVar[str] = "reporting_categories"
    item_class: ClassVar[str] = "ReportingCategory"

    reporting_categories: tuple[ReportingCategory, ...] = ()
