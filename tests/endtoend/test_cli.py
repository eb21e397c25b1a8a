"""The command line: help, settings, loading, checking, exporting, in processes of their own."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sdmx_server.cli import COMMANDS, main
from tests.endtoend.conftest import run
from tests.endtoend.source import AGENCY, figure_of, figures, in_order
from tests.formats.data.decode import decode_json
from tests.formats.data.ml_rows import rows_of
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import validate_data

HEADER = (
    "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,"
    "UNIT_MEASURE,UNIT_MULT,OBS_STATUS,SOURCE_DETAIL"
)
POVERTY = f"dataflow,{AGENCY}:DF_KEMISKINAN(1.0.0),M,A"


def commands(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    """Return every command and group by its words."""
    yield above
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        else:
            yield (*above, name)


def message(folder: Path, *rows: str) -> Path:
    """Write an SDMX-CSV file with rows behind the dataflow and the frequency."""
    file = folder / "kiriman.csv"
    file.write_text("\n".join([HEADER, *(f"{POVERTY},{row}" for row in rows)]) + "\n", "utf-8")
    return file


def exported(home: Path, dataflow: str, format_: str = "csv") -> str:
    done = CliRunner().invoke(main, ["export", dataflow, "--format", format_, "--home", str(home)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    """Home of its own with everything published."""
    return Path(shutil.copytree(published, tmp_path / "var"))


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_every_command_helps_with_an_example(words):
    told = CliRunner().invoke(main, [*words, "--help"])

    assert told.exit_code == 0
    assert "Example:" in told.output
    assert "sdmx-server" in told.output.partition("Example:")[2]


def test_the_list_of_commands_says_of_each_what_its_own_help_says_first():
    told = " ".join(run("--help").stdout.split())

    for name, listed in COMMANDS.items():
        command = main.get_command(click.Context(main), name)
        assert command.name == name
        assert " ".join(command.help.partition("\n\n")[0].split()) == listed.says
        assert f" {name} {listed.says}" in told


def test_a_command_imports_nothing_that_only_others_need():
    program = "import sys, sdmx_server.cli.load; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert "sqlalchemy" in imported
    assert not imported & {"flask", "granian", "openpyxl", "httpx", "pandas", "jsonschema"}


def test_figures_are_loaded_and_written_where_pandas_is_not_installed(home, tmp_path):
    (tmp_path / "pandas.py").write_text("raise ImportError", "utf-8")
    file = message(tmp_path, "3673,POV_P0,2031,5.5,PT,0,A,x")

    loaded = run("load", str(file), "--home", str(home), PYTHONPATH=str(tmp_path))
    written = run(
        *("export", "DF_KEMISKINAN", "--format", "csv", "--home", str(home)),
        PYTHONPATH=str(tmp_path),
    )

    assert loaded.returncode == 0, loaded.stderr
    assert ",2031,5.5," in written.stdout, written.stderr


def test_the_program_says_its_version():
    assert run("--version").stdout.startswith("sdmx-server, version ")


def test_an_unknown_command_is_named_without_a_trace():
    done = run("serv")

    assert done.returncode == 2
    assert "serv" in done.stderr
    assert "Traceback" not in done.stderr


def test_flags_win_over_the_environment_and_the_environment_over_the_file(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('port = 1111\nsender = "IN_FILE"\nhome = "file"\n', "utf-8")
    environment = {"SDMX_SERVER_PORT": "2222", "SDMX_SERVER_HOME": "environment"}

    done = run("settings", "--config", str(file), "--home", "flag", **environment)

    settings = dict(line.split(" = ", 1) for line in done.stdout.splitlines())
    assert (settings["home"], settings["port"], settings["sender"]) == ("flag", "2222", "IN_FILE")
    assert settings["languages"] == "id,en"


def test_the_password_of_the_database_is_never_shown():
    done = run("settings", "--database-url", "postgresql+psycopg://me:secret@db.example/sdmx")

    assert "postgresql+psycopg://me:***@db.example/sdmx" in done.stdout
    assert "secret" not in done.stdout + done.stderr


def test_a_password_among_the_options_of_the_database_is_never_shown():
    url = "postgresql://db.example/sdmx?user=me&password=secret"
    done = CliRunner().invoke(main, ["settings", "--database-url", url])

    assert "postgresql://db.example/sdmx?user=me&password=***" in done.output
    assert "secret" not in done.output


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SDMX_SERVER_PORT": "abc"}, ("port", "abc")),
        ({"SDMX_SERVER_PORT": "70000"}, ("port", "70000")),
        ({"SDMX_SERVER_LOG_LEVEL": "loud"}, ("log_level", "loud", "warning")),
        ({"SDMX_SERVER_LANGUAGES": "id,!"}, ("languages", "!")),
        ({"SDMX_SERVER_SENDER": "not an id"}, ("sender", "not an id")),
        ({"SDMX_SERVER_COLOUR": "red"}, ("colour", "no such setting")),
        ({"SDMX_SERVER_CONFIG": "/nowhere.toml"}, ("/nowhere.toml",)),
        ({"SDMX_SERVER_DATABASE_URL": "mysql://me:secret@db/x"}, ("database_url", "postgresql")),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_setting_that_cannot_be_is_named_with_its_value(environment, named):
    done = CliRunner().invoke(main, ["settings"], env=environment)

    assert done.exit_code == 1
    assert all(word in done.output for word in named)
    assert "secret" not in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:///{file}", "not a database"),
        ("postgresql://me:secret@localhost:port/sdmx", "port"),
        ("postgresql+psycopg2://me:secret@localhost/sdmx", "psycopg2"),
        ("postgresql://localhost:1/sdmx?password=secret&connect_timeout=1", "port 1"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_its_reason(tmp_path, url, reason):
    file = message(tmp_path)

    done = run("init", "--database-url", url.format(file=file))

    assert done.returncode == 1
    assert reason in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--mapping", "{folder}/none.toml"), "File '{folder}/none.toml' does not exist."),
        (("--mapping", "{folder}"), "File '{folder}' is a directory."),
        (
            ("--home", "{file}/var"),
            "The folder '{file}/var' for the database cannot be made: Not a directory.",
        ),
        (("--report", "{folder}/none/x.csv"), "'{folder}/none/x.csv' cannot be read or written: "),
    ],
)
def test_a_file_or_folder_that_cannot_be_used_is_named(tmp_path, flags, told):
    file = tmp_path / "letter.txt"
    file.write_text("Yth. Kepala Dinas\n", "utf-8")
    paths = {"file": file, "folder": tmp_path}
    home = ("--home", str(tmp_path / "var"))

    arguments = ["load", str(file), *home, *(flag.format(**paths) for flag in flags)]
    done = CliRunner().invoke(main, arguments)

    assert done.exit_code != 0
    assert told.format(**paths) in done.output
    assert "Errno" not in done.output


def test_a_faulty_file_is_told_in_both_languages_and_nothing_is_stored(home, tmp_path):
    before = exported(home, "DF_KEMISKINAN")
    file = message(
        tmp_path,
        "3673,POV_P0,2023,5.9,PT,0,A,correct",
        "3673,POV_P0,2024,abc,PT,0,A,x",
        "9999,POV_P0,2024,5.1,PT,0,A,x",
        "3673,POV_P0,20x4,5.1,PT,0,Q9,x",
    )
    table = tmp_path / "faults.csv"

    done = run("load", str(file), "--home", str(home), "--report", str(table))

    assert done.returncode == 1
    for place in (
        "Berkas kiriman.csv, baris 3, kolom OBS_VALUE: 'abc'",
        "File kiriman.csv, row 3, column OBS_VALUE: 'abc'",
        "Berkas kiriman.csv, baris 4, kolom REF_AREA: '9999'",
        "File kiriman.csv, row 4, column REF_AREA: '9999'",
        "Berkas kiriman.csv, baris 5, kolom TIME_PERIOD: '20x4'",
        "File kiriman.csv, row 5, column OBS_STATUS: 'Q9'",
    ):
        assert place in done.stderr
    assert "Tidak ada yang disimpan. Nothing was stored." in done.stderr
    told = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert [(each["row"], each["column"], each["value"]) for each in told] == [
        ("3", "OBS_VALUE", "abc"),
        ("4", "REF_AREA", "9999"),
        ("5", "TIME_PERIOD", "20x4"),
        ("5", "OBS_STATUS", "Q9"),
    ]
    assert exported(home, "DF_KEMISKINAN") == before


def test_the_faults_of_all_rows_are_told_although_some_cannot_be_read(home, tmp_path):
    file = message(
        tmp_path,
        "3673,POV_P0,2023,5.9,PT,0,A",
        "9999,POV_P0,2024,5.1,PT,0,A,x",
        "3673,POV_P0,2024,abc,PT,0,A,x",
    )
    unknown = f"dataflow,{AGENCY}:DF_KEMISKINAN(1.0.0),X,A,3673,POV_P0,20x4,5.1,PT,0,A,x\n"
    file.write_text(file.read_text("utf-8") + unknown, "utf-8")
    table = tmp_path / "faults.csv"

    done = run("load", str(file), "--home", str(home), "--report", str(table))

    assert done.returncode == 1
    told = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert [(each["code"], each["row"], each["value"]) for each in told] == [
        ("row-length", "2", "11"),
        ("unknown-code", "3", "9999"),
        ("malformed-number", "4", "abc"),
        ("unknown-action", "5", "X"),
        ("malformed-period", "5", "20x4"),
    ]


def test_faults_are_told_beside_a_structure_that_is_not_held(home, tmp_path):
    file = message(tmp_path, "3673,POV_P0,2023,5.9,PT,0,A")
    other = f"dataflow,{AGENCY}:DF_NONE(1.0.0),M,A,3673,POV_P0,2024,5.1,PT,0,A,x\n"
    file.write_text(file.read_text("utf-8") + other, "utf-8")

    done = run("load", str(file), "--home", str(home))

    assert done.returncode == 1
    assert "DF_NONE(1.0.0), which is not held here" in done.stderr
    assert "row 2: The row has 11 cells" in done.stderr


def test_a_good_file_beside_a_faulty_one_is_not_stored_either(home, tmp_path):
    before = exported(home, "DF_KEMISKINAN")
    good = message(tmp_path, "3673,POV_P0,2023,5.9,PT,0,A,correct").rename(tmp_path / "good.csv")
    faulty = message(tmp_path, "3673,POV_P0,2023,abc,PT,0,A,x")

    done = run("load", str(good), str(faulty), "--home", str(home), "--language", "en")

    assert done.returncode == 1
    assert "kiriman.csv" in done.stderr
    assert "baris" not in done.stderr
    assert exported(home, "DF_KEMISKINAN") == before


def test_a_good_file_is_stored_once_it_is_loaded_and_not_by_a_check(home, tmp_path):
    before = exported(home, "DF_KEMISKINAN").splitlines()
    file = message(tmp_path, "3673,POV_P0,2023,5.9,PT,0,A,correct")

    checked = run("load", str(file), "--home", str(home), "--check-only")
    after_check = exported(home, "DF_KEMISKINAN").splitlines()
    loaded = run("load", str(file), "--home", str(home))
    after_load = exported(home, "DF_KEMISKINAN").splitlines()

    assert (checked.returncode, loaded.returncode) == (0, 0)
    assert after_check == before
    assert f"{AGENCY}:DF_KEMISKINAN(1.0.0): version 2, 11 series, 21 observations" in loaded.stdout
    (new,) = set(after_load) - set(before)
    assert "2023,5.9," in new


def test_a_check_refuses_an_instant_that_no_publication_may_bear(home, tmp_path):
    file = message(tmp_path, "3673,POV_P0,2023,5.9,PT,0,A,correct")
    instant = ("--published", "2099-01-01T00:00:00Z")

    done = CliRunner().invoke(
        main, ["load", str(file), "--home", str(home), "--check-only", *instant]
    )

    assert done.exit_code == 1
    assert "2099-01-01T00:00:00Z is still to come" in done.stderr


@pytest.mark.parametrize("format_", ["csv", "json", "xml", "xml21", "csv20"])
def test_what_is_exported_can_be_loaded(home, tmp_path, format_):
    file = tmp_path / f"ipm.{format_}"
    file.write_text(exported(home, "DF_IPM", format_), "utf-8")
    before = exported(home, "DF_IPM")

    done = run("load", str(file), "--home", str(home))

    assert done.returncode == 0, done.stderr
    assert exported(home, "DF_IPM") == before


def test_a_file_that_is_no_data_message_is_refused(home, tmp_path):
    file = tmp_path / "letter.csv"
    file.write_text("Yth. Kepala Dinas\n", "utf-8")

    done = run("load", str(file), "--home", str(home))

    assert done.returncode == 1
    assert "letter.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dataflow_is_exported_in_any_format(published):
    expected = sorted(figure.value for figure in figures("DF_IPM"))

    rows = csv.DictReader(io.StringIO(exported(published, "DF_IPM")))
    assert in_order([figure_of("DF_IPM", row) for row in rows]) == figures("DF_IPM")
    json_message = exported(published, "DF_IPM", "json").encode()
    validate_json(json_message, "data", "2.1.0")
    assert sorted(str(each.measures["OBS_VALUE"]) for each in decode_json(json_message)) == expected
    generic = exported(published, "DF_IPM", "xml21-generic").encode()
    validate_data(generic, (), "2.1")
    assert sorted(row["OBS_VALUE"] for row in rows_of(generic)) == expected


def test_a_dataflow_that_is_not_there_is_named(published):
    done = run("export", "DF_NONE", "--home", str(published))

    assert done.returncode == 1
    assert "DF_NONE" in done.stderr
    assert done.stdout == ""


def test_the_structures_are_sound():
    done = run("structures", "check")

    assert done.returncode == 0, done.stderr
    assert "The structures are sound." in done.stdout


@pytest.mark.parametrize(
    ("format_", "version"),
    [
        ("json", "2.1.0"),
        ("json10", "1.0.0"),
        ("xml", "3.1.0"),
        ("xml30", "3.0.0"),
        ("xml21", "2.1"),
    ],
)
def test_the_structures_are_exported_as_one_valid_message(tmp_path, format_, version):
    file = tmp_path / "structures"

    done = CliRunner().invoke(main, ["structures", "export", "--format", format_, "-o", str(file)])

    assert done.exit_code == 0
    content = file.read_bytes()
    assert b"DSD_IPM" in content
    if format_.startswith("xml"):
        validate_data(content, (), version)
    else:
        validate_json(content, "structure", version)


def test_structures_with_a_mistake_are_told_by_file_and_line(tmp_path):
    content = Path(shutil.copytree(Path("structures/content").resolve(), tmp_path / "content"))
    codelist = content / "codelists" / "CL_STAGE.csv"
    codelist.write_text(codelist.read_text("utf-8") + "NOT AN ID,,,\n", "utf-8")

    done = run("structures", "check", "--content", str(content))

    assert done.returncode == 1
    assert "CL_STAGE.csv:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_can_be_laid_out_again_and_again(tmp_path):
    home = str(tmp_path / "var")

    assert [run("init", "--home", home).returncode for _ in range(2)] == [0, 0]
