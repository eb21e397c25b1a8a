"""An SDMX server: statistics and their metadata, maintained, stored and exchanged."""
