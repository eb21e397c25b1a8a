"""All checks, in the order in which they are asked and reported."""

from __future__ import annotations

from sdmx_server.conformance.checks import formats, v1_data, v1_structures

CHECKS = (
    *v1_structures.CHECKS,
    *v1_data.CHECKS,
    *formats.CHECKS,
)
"""Checks of both versions of SDMX-REST."""
