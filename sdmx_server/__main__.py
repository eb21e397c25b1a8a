"""``python -m sdmx_server``: the command line."""

from sdmx_server.cli import main

main()
