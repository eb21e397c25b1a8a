"""All checks, in the order in which they are asked and reported."""

from __future__ import annotations

from sdmx_server.conformance.checks import (
    availability,
    formats,
    http,
    negotiation,
    registration,
    schema,
    v1_data,
    v1_structures,
    v2_data,
    v2_filters,
    v2_packaging,
    v2_structures,
)

CHECKS = (
    *v1_structures.CHECKS,
    *v1_data.CHECKS,
    *v2_structures.CHECKS,
    *v2_data.CHECKS,
    *v2_packaging.CHECKS,
    *v2_filters.CHECKS,
    *availability.CHECKS,
    *schema.CHECKS,
    *registration.CHECKS,
    *formats.CHECKS,
    *negotiation.CHECKS,
    *http.CHECKS,
)
"""Checks of both versions of SDMX-REST."""
