"""In place of pandas, which only the references need: pyarrow imports it wherever it finds it."""

raise ImportError("The server is measured without pandas.")
