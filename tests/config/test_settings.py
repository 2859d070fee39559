"""Reading the environment: what is not understood stops the start and is named; a secret is never shown."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.common.links import absolute
from config.common.management.commands.up import lead_links_to
from config.settings import base
from config.settings.env import env_bool, env_int, env_list, env_secret, env_str

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("text", "meant"), [("yes", True), ("1", True), ("On", True), ("false", False), ("", False)])
def test_yes_and_no_are_read_in_their_usual_spellings(monkeypatch: Any, text: str, meant: bool) -> None:
    monkeypatch.setenv("SOME_SWITCH", text)

    assert env_bool("SOME_SWITCH", default=not meant) is meant


def test_a_switch_that_is_neither_yes_nor_no_is_named(monkeypatch: Any) -> None:
    monkeypatch.setenv("SOME_SWITCH", "maybe")

    with pytest.raises(ImproperlyConfigured, match="SOME_SWITCH must be yes or no, not 'maybe'"):
        env_bool("SOME_SWITCH", default=True)


def test_a_number_that_is_none_is_named(monkeypatch: Any) -> None:
    monkeypatch.setenv("SOME_NUMBER", "ten")

    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER must be a whole number"):
        env_int("SOME_NUMBER", 1)


def test_what_is_not_set_has_its_default(monkeypatch: Any) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)

    assert (env_str("NOT_SET", "a"), env_bool("NOT_SET", True), env_int("NOT_SET", 7)) == ("a", True, 7)
    assert env_list("NOT_SET", "a, b,,c ") == ["a", "b", "c"]


def test_a_secret_can_stand_in_a_file(monkeypatch: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden\n")
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "secret"))

    assert env_secret("SOME_SECRET") == "hidden"


def test_a_secret_file_that_is_not_there_is_named_by_its_variable(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "absent"))

    with pytest.raises(ImproperlyConfigured, match="SOME_SECRET_FILE cannot be read"):
        env_secret("SOME_SECRET")


def test_a_missing_secret_says_how_to_give_it(monkeypatch: Any) -> None:
    monkeypatch.delenv("SOME_SECRET", raising=False)

    with pytest.raises(ImproperlyConfigured, match=r"SOME_SECRET is not set\. Set it, or SOME_SECRET_FILE"):
        env_secret("SOME_SECRET")


def test_sqlite_takes_its_write_lock_when_a_transaction_begins() -> None:
    options = base.database("sqlite:////tmp/x.sqlite3")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_postgresql_connections_come_from_a_pool_and_are_tried_before_use() -> None:
    database = base.database("postgres://tandem@127.0.0.1:5432/tandem")

    assert database["OPTIONS"]["pool"]["max_size"] > 1
    assert database["CONN_HEALTH_CHECKS"] is True


def settings_of(kind: str, name: str, **environment: str) -> str:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
    asked = f"from django.conf import settings; print(settings.{name})"
    return subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": f"config.settings.{kind}"} | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_without_a_mail_server_a_developers_messages_become_files() -> None:
    assert settings_of("dev", "EMAIL_BACKEND").endswith("filebased.EmailBackend")
    assert settings_of("dev", "EMAIL_BACKEND", EMAIL_HOST="mail.example").endswith("smtp.EmailBackend")


def test_a_link_begins_with_the_address_that_people_use(settings: Any) -> None:
    settings.SITE_URL = "https://tandem.example"

    assert absolute("/admin/") == absolute("admin/") == "https://tandem.example/admin/"


def test_up_leads_links_to_where_it_answers_unless_told_otherwise(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    lead_links_to("http://127.0.0.1:8123/")
    assert absolute("/admin/") == "http://127.0.0.1:8123/admin/"

    monkeypatch.setenv("SITE_URL", "https://tandem.example")
    lead_links_to("http://127.0.0.1:9999/")
    assert absolute("/admin/") == "http://127.0.0.1:8123/admin/"
