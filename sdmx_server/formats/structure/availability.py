"""Availability constraints for the formats that only know data constraints.

Source: SDMX 3.0 section 5, sdmx-rest doc/availability.md (``sdmx_metrics`` annotations).
"""

from __future__ import annotations

from sdmx_server.model.artefact import Annotation
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ConstraintAttachment,
    DataConstraint,
)
from sdmx_server.model.urn import Urn, parse_urn

METRICS = "sdmx_metrics"
"""Type of the annotations that hold counts, in their titles."""


def actual_constraint(availability: AvailabilityConstraint) -> DataConstraint:
    """Return the same as a data constraint of role ``Actual``.

    Its id, agency and version are those of the artefact that was asked about; its counts
    are annotations.
    """
    asked = _asked(availability.constraint_attachment)
    return DataConstraint(
        id=asked.id,
        agency_id=asked.agency_id,
        version=asked.version,
        names={
            "en": f"Data available for {asked.id}",
            "id": f"Data yang tersedia untuk {asked.id}",
        },
        annotations=(*availability.annotations, *_metrics(availability)),
        role="Actual",
        constraint_attachment=availability.constraint_attachment,
        cube_regions=(availability.cube_region,),
    )


def _asked(attachment: ConstraintAttachment) -> Urn:
    urns = (
        *attachment.dataflows,
        *attachment.data_structures,
        *attachment.provision_agreements,
    )
    return parse_urn(urns[0])


def _metrics(availability: AvailabilityConstraint) -> tuple[Annotation, ...]:
    counts = {"series_count": availability.series_count, "obs_count": availability.obs_count}
    return tuple(
        Annotation(id=id_, title=str(count), type=METRICS)
        for id_, count in counts.items()
        if count is not None
    )
