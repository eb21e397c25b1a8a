"""What Kota Serang itself maintains: codelists, concepts, data structures, dataflows.

The content stands in ``content/`` as CSV and TOML files; ``build`` makes model artefacts
of them and ``check`` says what is wrong with them, by file and line.
"""
