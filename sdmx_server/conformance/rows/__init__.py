"""The conformance table: requests about the fixtures, and exactly what must come back.

``table/rows.csv`` says what each of the 413 rows is about. The TOML files beside it say how a
row is asked and judged; ``words/`` has the words they judge with. A row is asked of a server
that holds one of the *houses*, the fixtures in ``conformance/fixtures/``.
"""
