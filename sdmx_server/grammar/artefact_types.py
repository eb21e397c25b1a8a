"""Artefact types as both dialects name them, and what may be asked of each.

Source: SDMX-REST 1.5, section 4.3 ("Resources"); SDMX-REST 2.2, doc/structures.md.
"""

from __future__ import annotations

from collections.abc import Mapping

ORGANISATION_SCHEMES = (
    "agencyscheme",
    "dataproviderscheme",
    "dataconsumerscheme",
    "organisationunitscheme",
)
MAPS = (
    "structuremap",
    "representationmap",
    "conceptschememap",
    "categoryschememap",
    "organisationschememap",
    "reportingtaxonomymap",
)
CONTENT_CONSTRAINTS = ("dataconstraint", "metadataconstraint")
VTL_SCHEMES = (
    "transformationscheme",
    "rulesetscheme",
    "userdefinedoperatorscheme",
    "customtypescheme",
    "namepersonalisationscheme",
    "vtlmappingscheme",
)
IN_BOTH = (
    "datastructure",
    "metadatastructure",
    "categoryscheme",
    "conceptscheme",
    "codelist",
    *ORGANISATION_SCHEMES,
    "dataflow",
    "metadataflow",
    "reportingtaxonomy",
    "provisionagreement",
    "process",
    "categorisation",
    *VTL_SCHEMES,
)

V2_TYPES = (
    *IN_BOTH,
    "hierarchy",
    "hierarchyassociation",
    "valuelist",
    "metadataproviderscheme",
    "metadataprovisionagreement",
    *MAPS,
    "dataconstraint",
    "metadataconstraint",
)
"""The artefact types of SDMX-REST 2.2."""

V1_TYPES: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in IN_BOTH},
    "organisationscheme": ORGANISATION_SCHEMES,
    "hierarchicalcodelist": ("hierarchy",),
    "provisionagreement": ("provisionagreement", "metadataprovisionagreement"),
    "structureset": ("structureset", *MAPS),
    "contentconstraint": CONTENT_CONSTRAINTS,
    "actualconstraint": CONTENT_CONSTRAINTS,
    "allowedconstraint": CONTENT_CONSTRAINTS,
    "attachmentconstraint": ("attachmentconstraint",),
    "namealiasscheme": ("namepersonalisationscheme",),
    "structure": (),
}
"""The structural resources of SDMX-REST 1.5, with the types of 2.2 that they stand for.

``structure`` stands for every type; ``attachmentconstraint`` has no successor, and nor have
the sets that hold several maps, which are kept beside these.
"""

CONSTRAINT_ROLES = {"actualconstraint": "Actual", "allowedconstraint": "Allowed"}
"""The resources of SDMX-REST 1.5 that mean data constraints of one role."""

_ITEM_SCHEMES_IN_BOTH = (
    "categoryscheme",
    "conceptscheme",
    "codelist",
    *ORGANISATION_SCHEMES,
    "reportingtaxonomy",
    *VTL_SCHEMES,
)
V1_ITEM_SCHEMES = (
    *_ITEM_SCHEMES_IN_BOTH,
    "organisationscheme",
    "hierarchicalcodelist",
    "namealiasscheme",
)
"""The resources of SDMX-REST 1.5 of which single items may be asked for."""

V2_ITEM_SCHEMES = (*_ITEM_SCHEMES_IN_BOTH, "metadataproviderscheme", "valuelist", "*")
"""The types of SDMX-REST 2.2 of which single items may be asked for."""
