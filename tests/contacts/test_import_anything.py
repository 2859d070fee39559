"""Whatever is uploaded, an import answers with rows, problems or one sentence, and never with a fault."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.imports.errors import ImportRefused
from contacts.imports.kinds import all_kinds
from tests.factories.imports import checked

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "2024-01-31",
            "03/04/2024",
            "1.234",
            "1,5",
            "Acme",
            "a@b.example",
            "won",
            "open",
            "ID",
            "+628123456789",
            '"',
            "\x00",
            "=1+1",
        ]
    ),
    st.integers().map(str),
    st.floats().map(str),
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])


class AnyFile(TestCase):
    """Files that nobody would make on purpose."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        content=st.binary(max_size=400), code=st.sampled_from(["users", "companies", "contacts", "products", "deals"])
    )
    def test_any_bytes_are_rows_problems_or_a_sentence(self, content: bytes, code: str) -> None:
        check(code, content)

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        data=st.data(),
        code=st.sampled_from(["users", "companies", "contacts", "products", "deals"]),
        encoding=ENCODINGS,
    )
    def test_any_cells_under_known_headers_are_rows_or_problems(self, data: Any, code: str, encoding: str) -> None:
        kind = next(kind for kind in all_kinds() if kind.code == code)
        names = data.draw(
            st.lists(st.sampled_from([field.name for field in kind.fields]), min_size=1, max_size=8, unique=True)
        )
        rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), min_size=1, max_size=5))
        lines = [";".join(names), *(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]

        check(code, "\n".join(lines).encode(encoding, "replace"))


def check(code: str, content: bytes) -> None:
    with suppress(ImportRefused):
        run = checked(code, content)
        assert run.status in ("ready", "draft", "failed")
        assert "unexpected fault" not in run.message


pytestmark = pytest.mark.django_db
