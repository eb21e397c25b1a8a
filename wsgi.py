"""The server for any WSGI host: ``gunicorn wsgi:app``, ``granian --interface wsgi wsgi:app``."""

from sdmx_server.app import from_environment

app = from_environment()
