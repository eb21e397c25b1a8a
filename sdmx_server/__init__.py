"""An SDMX server: statistics and their metadata, maintained, stored and exchanged."""

__version__ = "0.1.0"
