"""The API describes itself: without warnings, as the snapshot says, and on a page that asks nobody else."""

import os
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

SNAPSHOT = Path(__file__).with_name("openapi.yaml")
UPDATE = "UPDATE_OPENAPI"


@pytest.fixture(scope="module")
def drawn():
    """The schema as the command draws it; a warning is an error."""
    out = StringIO()
    call_command("spectacular", "--api-version", "v1", "--fail-on-warn", "--validate", stdout=out)
    return out.getvalue()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the snapshot holds the number ranges of SQLite")
def test_the_schema_is_the_one_that_was_agreed(drawn):
    if os.environ.get(UPDATE):
        SNAPSHOT.write_text(drawn, encoding="utf-8")
    agreed = SNAPSHOT.read_text(encoding="utf-8")

    assert drawn == agreed, f"The API changed. If that is meant, write the snapshot again with {UPDATE}=1."


def test_every_operation_documents_the_one_error_shape(drawn):
    operations = len(re.findall(r"^      operationId:", drawn, re.M))

    assert operations > 80
    for code in ("401", "403"):
        assert len(re.findall(rf"^        '{code}':", drawn, re.M)) == operations
    assert "  schemas:" in drawn
    assert "    Error:\n" in drawn


def test_every_post_documents_the_key_under_which_it_can_be_repeated(drawn):
    posts = len(re.findall(r"^    post:", drawn, re.M))

    assert posts > 30
    assert len(re.findall(r"name: Idempotency-Key$", drawn, re.M)) == posts
    assert len(re.findall(r"^            Idempotency-Replayed:$", drawn, re.M)) == posts
    assert len(re.findall(r"^        '422':", drawn, re.M)) == posts


def test_the_schema_does_not_speak_of_other_addresses(drawn):
    assert "/admin/" not in drawn
    assert "http://" not in drawn
    assert "https://" not in drawn


@pytest.mark.django_db
def test_schema_and_page_are_for_those_who_are_signed_in(client, rani, admin_as):
    for path in ("/api/schema/", "/api/docs/"):
        assert client.get(path).status_code == 401
        assert admin_as(rani).get(path).status_code == 200


@pytest.mark.django_db
def test_the_page_holds_no_script_of_its_own_and_loads_from_here_alone(rani, admin_as):
    browser = admin_as(rani)
    page = browser.get("/api/docs/").content.decode()

    assert re.findall(r"<script(?![^>]*src)", page) == []
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) >= 4
    for source in sources:
        assert source.startswith("/"), source
        answer = browser.get(source.replace("&amp;", "&"))
        assert answer.status_code == 200, source
    script = browser.get(sources[-1].replace("&amp;", "&"))
    assert script["Content-Type"].startswith("application/javascript")
    assert "SwaggerUIBundle" in script.content.decode()
