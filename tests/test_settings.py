"""Settings come from four places, and say what is wrong with them."""

from __future__ import annotations

import pytest

from sdmx_server.settings import (
    Settings,
    SettingsError,
    described,
    environment_of,
    load_settings,
)


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('port = 1001\nhost = "0.0.0.0"\nlanguages = ["en"]\n')
    environment = {"SDMX_SERVER_PORT": "1002", "SDMX_SERVER_SENDER": "ID_BPS", "PATH": "/bin"}
    settings = load_settings({"port": 1003, "home": None}, environment, file)
    assert (settings.port, settings.host, settings.sender) == (1003, "0.0.0.0", "ID_BPS")
    assert settings.languages == ("en",)
    assert load_settings({}, environment, file).port == 1002


def test_the_file_may_be_named_in_the_environment(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("port = 1001\n")
    assert load_settings({}, {"SDMX_SERVER_CONFIG": str(file)}).port == 1001


def test_without_settings_the_database_is_a_file_at_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings({}, {})
    assert settings == Settings()
    assert settings.database == f"sqlite:///{tmp_path / 'var' / 'sdmx-server.sqlite'}"


@pytest.mark.parametrize(
    ("flags", "environment", "words"),
    [
        ({"port": 0}, {}, ("port", "65535")),
        ({}, {"SDMX_SERVER_PORT": "eighty"}, ("port", "'eighty'", "whole number")),
        ({}, {"SDMX_SERVER_PROT": "80"}, ("prot", "no such setting")),
        ({}, {"SDMX_SERVER_LANGUAGES": "id,!"}, ("languages", "'!'")),
        ({"log_level": "loud"}, {}, ("log_level", "debug")),
        ({"database_url": "mysql://u:secret@h/d"}, {}, ("database_url", "postgresql")),
        ({"database_url": "secret"}, {}, ("database_url", "sqlite:///file")),
        ({"database_url": "postgresql://u:secret@h:x/d"}, {}, ("database_url", "port")),
        ({"database_url": "postgresql+asyncpg://u:secret@h/d"}, {}, ("asyncpg", "psycopg")),
        ({"database_url": "postgresql://u:s@secret@h/d"}, {}, ("database_url", "%40")),
        ({"database_url": "sqlite://"}, {}, ("database_url", "sqlite:///file")),
        ({"database_url": "sqlite://secret/d"}, {}, ("database_url", "sqlite:///file")),
        ({"public_url": "sdmx.example"}, {}, ("public_url", "'sdmx.example'", "https://")),
        ({"sender": "1ST"}, {}, ("sender", "'1ST'")),
        ({}, {"SDMX_SERVER_HISTORY": "perhaps"}, ("history", "'perhaps'", "true or false")),
        ({}, {"SDMX_SERVER_ANONYMOUS_READ": ""}, ("anonymous_read", "true or false")),
        ({}, {"SDMX_SERVER_RESTRICTED": "DF_IPM"}, ("restricted", "'DF_IPM'", "AGENCY:ID")),
        ({"restricted": ["A:DF(1.0.0)"]}, {}, ("restricted", "'A:DF(1.0.0)'")),
    ],
)
def test_a_value_that_cannot_be_is_named_with_what_can(flags, environment, words):
    with pytest.raises(SettingsError) as refusal:
        load_settings(flags, environment)
    assert all(word in str(refusal.value) for word in words)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="broken.toml"):
        load_settings({}, {}, file)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://u:s%40cret@h/d", "postgresql+psycopg://u:***@h/d"),
        ("postgresql+psycopg://u:s?c&r=t@h/d", "postgresql+psycopg://u:***@h/d"),
        ("postgresql://h/d?user=u&password=secret", "postgresql://h/d?user=u&password=***"),
        ("postgresql://h/d?p%61ssword=secret&x=1", "postgresql://h/d?p%61ssword=***&x=1"),
        ("postgresql://h/d?sslpassword=secret", "postgresql://h/d?sslpassword=***"),
        ("postgresql://u@/d?host=/run/pg", "postgresql://u@/d?host=/run/pg"),
        ("sqlite:///a file", "sqlite:///a file"),
    ],
)
def test_a_password_is_never_shown(url, shown):
    assert described(load_settings({"database_url": url}, {}))["database_url"] == shown


def test_a_password_is_hidden_even_where_it_was_not_written_as_it_must_be():
    url = "postgresql://u:s@cret@h/d"
    assert described(Settings(database_url=url))["database_url"] == "postgresql://u:***@h/d"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(
            home="/srv/sdmx",
            workers=3,
            languages=("en",),
            anonymous_read=False,
            restricted=("ID_KOTASERANG:DF_IPM", "ID.BPS:DF@1"),
            history=False,
        ),
    ],
)
def test_the_environment_says_the_same_as_the_settings(settings):
    assert load_settings({}, environment_of(settings)) == settings


def test_lists_and_answers_to_yes_or_no_are_written_in_a_file_as_they_are(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('anonymous_read = false\nhistory = true\nrestricted = ["A:DF_1", "A.B:DF_2"]\n')
    settings = load_settings({}, {}, file)
    assert (settings.anonymous_read, settings.history) == (False, True)
    assert settings.restricted == ("A:DF_1", "A.B:DF_2")
    assert described(settings)["restricted"] == "A:DF_1,A.B:DF_2"
