"""A conformance checker: asks any SDMX-REST service, and judges its answers by the standard."""
