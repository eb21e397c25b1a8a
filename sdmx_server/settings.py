"""Settings: defaults, one TOML file, the environment, and flags, each over the one before.

Keys are the same everywhere: ``port`` in the file is ``SDMX_SERVER_PORT`` in the
environment and ``--port`` on the command line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from marshmallow import Schema, ValidationError, fields, validate

from sdmx_server.storage.database import parse_url

PREFIX = "SDMX_SERVER_"
FILE = "sdmx-server.toml"
_LANGUAGE = validate.Regexp(
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$", error="{input!r} is no language tag."
)
_AGENCY = validate.Regexp(
    r"^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$", error="{input!r} is no agency id."
)
_DATAFLOW = validate.Regexp(
    r"^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*:[\w@$-]+$",
    error="{input!r} is no dataflow as AGENCY:ID.",
)
_WEB_ADDRESS = validate.Regexp(
    r"^(https?://[^/\s?#@]+(/[^\s?#]*)?)?$",
    error="{input!r} is no address; it begins with http:// or https://.",
)
_PASSWORD = re.compile(r"(//[^/:@]*:).*@")
_SECRET = re.compile("pass|pwd|secret|token|key", re.IGNORECASE)
_HIDDEN = "***"
_LISTS = ("languages", "restricted")
_LOG_LEVELS = ("debug", "info", "warning", "error", "critical")


class SettingsError(Exception):
    """A setting has a value that it cannot have; the text names the setting and the value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set.

    Attributes:
        home: folder for the embedded database.
        database_url: SQLAlchemy URL; empty for the embedded database in ``home``.
        host: address to listen on.
        port: port to listen on.
        workers: processes that answer requests.
        threads: threads a process.
        public_url: where clients find the server, if a proxy stands before it; empty for where
            they asked.
        sender: id of the organisation that sends the messages.
        languages: languages of the content, the default first.
        max_url: the longest URL that is read, in characters.
        max_observations: the largest answer, in observations; 0 for no limit.
        max_bytes: the largest answer, in bytes as estimated before compression; 0 for no limit.
        max_jobs: how many answers that clients fetch later are made at once; 0 for none ever.
        async_above: from how many bytes on, estimated before compression, answers are only made
            to be fetched later; 0 for never.
        jobs_bytes: how many bytes answers that wait to be fetched may take together.
        jobs_hours: how long they wait.
        anonymous_read: whether data may be read without a token.
        restricted: dataflows as ``AGENCY:ID`` whose data only administrators, stewards and
            reviewers may read.
        history: whether history, earlier states and changes are shown.
        self_check: whether each new version of the server checks itself once, when it starts.
        log_level: ``debug``, ``info``, ``warning``, ``error`` or ``critical``.
    """

    home: str = "var"
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 4
    public_url: str = ""
    sender: str = "ID_KOTASERANG"
    languages: tuple[str, ...] = ("id", "en")
    max_url: int = 16_384
    max_observations: int = 0
    max_bytes: int = 0
    max_jobs: int = 1
    async_above: int = 0
    jobs_bytes: int = 5_000_000_000
    jobs_hours: int = 24
    anonymous_read: bool = True
    restricted: tuple[str, ...] = ()
    history: bool = True
    self_check: bool = True
    log_level: str = "info"

    @property
    def jobs(self) -> Path:
        """The folder of the answers that wait to be fetched."""
        return Path(self.home).resolve() / "jobs"

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{Path(self.home).resolve() / 'sdmx-server.sqlite'}"


def _whole_number(least: int, most: int | None = None) -> fields.Integer:
    """Return a field whose errors name the value."""
    allowed = f"at least {least}" if most is None else f"from {least} to {most}"
    text = "{input!r} is no whole number " + allowed + "."
    return fields.Integer(
        validate=validate.Range(least, most, error=text), error_messages={"invalid": text}
    )


def _yes_or_no() -> fields.Boolean:
    return fields.Boolean(error_messages={"invalid": "{input!r}; allowed is true or false."})


class _SettingsSchema(Schema):
    home = fields.String(validate=validate.Length(min=1))
    database_url = fields.String()
    host = fields.String(validate=validate.Length(min=1))
    port = _whole_number(1, 65535)
    workers = _whole_number(1, 256)
    threads = _whole_number(1, 256)
    public_url = fields.String(validate=_WEB_ADDRESS)
    sender = fields.String(validate=_AGENCY)
    languages = fields.List(fields.String(validate=_LANGUAGE), validate=validate.Length(min=1))
    max_url = _whole_number(1024, 1_000_000)
    max_observations = _whole_number(0)
    max_bytes = _whole_number(0)
    max_jobs = _whole_number(0, 64)
    async_above = _whole_number(0)
    jobs_bytes = _whole_number(1_000_000)
    jobs_hours = _whole_number(1, 8_784)
    anonymous_read = _yes_or_no()
    restricted = fields.List(fields.String(validate=_DATAFLOW))
    history = _yes_or_no()
    self_check = _yes_or_no()
    log_level = fields.String(
        validate=validate.OneOf(_LOG_LEVELS, error="{input!r}; allowed is one of {choices}.")
    )


def load_settings(
    flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None
) -> Settings:
    """Return the settings in force.

    Args:
        flags: values given on the command line; None where a flag was left out.
        environment: the environment; only ``SDMX_SERVER_...`` is read.
        file: the TOML file; by default the one named in ``SDMX_SERVER_CONFIG``, else
            ``sdmx-server.toml`` in the working folder if there is one.

    Raises:
        SettingsError: if the file cannot be read, or a value cannot be.
    """
    given = _from_file(file, environment) | _from_environment(environment)
    given |= {name: value for name, value in flags.items() if value is not None}
    try:
        values = _SettingsSchema().load(given)
    except ValidationError as error:
        raise SettingsError(_words(error.messages)) from None
    values |= {name: tuple(values[name]) for name in _LISTS if name in values}
    _check_url(values.get("database_url", ""))
    return Settings(**values)


def described(settings: Settings) -> dict[str, str]:
    """Return the settings as text by name, without the passwords of the database."""
    shown = {name: getattr(settings, name) for name in Settings.__slots__}
    shown["database_url"] = _without_secrets(settings.database)
    return {name: _text(value) for name, value in shown.items()}


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment variables that mean these settings."""
    return {
        f"{PREFIX}{name.upper()}": _text(getattr(settings, name)) for name in Settings.__slots__
    }


def _text(value: object) -> str:
    """Write a value as it stands in the environment."""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _without_secrets(url: str) -> str:
    """Hide the password of a URL, wherever in it, and options that are named like one."""
    place, mark, options = _PASSWORD.sub(rf"\1{_HIDDEN}@", url).partition("?")
    return place + mark + "&".join(map(_without_secret, options.split("&")))


def _without_secret(option: str) -> str:
    name, equals, _ = option.partition("=")
    return f"{name}{equals}{_HIDDEN}" if _SECRET.search(unquote_plus(name)) else option


def _from_file(file: Path | None, environment: Mapping[str, str]) -> dict[str, Any]:
    named = file or (
        Path(environment[f"{PREFIX}CONFIG"]) if f"{PREFIX}CONFIG" in environment else None
    )
    path = named or Path(FILE)
    if named is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != f"{PREFIX}CONFIG"
    }
    for name in _LISTS:
        if name in given:
            given[name] = [part.strip() for part in given[name].split(",")] if given[name] else []
    return given


def _check_url(url: str) -> None:
    if not url:
        return
    try:
        parse_url(url)
    except ValueError as reason:
        raise SettingsError(f"database_url {reason}") from None


def _words(messages: object) -> str:
    found = []
    by_name = messages if isinstance(messages, dict) else {}
    for name, texts in by_name.items():
        known = name in Settings.__slots__
        reason = " ".join(map(str, texts)) if isinstance(texts, list) else str(texts)
        found.append(f"{name}: {reason}" if known else f"{name}: there is no such setting.")
    return "; ".join(found) + f" Settings are {', '.join(Settings.__slots__)}."
