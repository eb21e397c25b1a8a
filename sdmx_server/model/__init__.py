"""The SDMX information model: every artefact type of SDMX 3.1, once, as immutable values."""
