"""Measurements beside their floors. The figures are there to be read; only work of another order fails."""

from collections.abc import Iterable

import pytest

# A guard against work of another order (a query a row), far from what noise on a busy machine does to a ratio.
FAR_TOO_MUCH = 10


def show(config: pytest.Config, lines: Iterable[object]) -> None:
    """Print figures so that they are seen when all is well, too."""
    capturing = config.pluginmanager.getplugin("capturemanager")
    with capturing.global_and_fixture_disabled():
        print("", *lines, sep="\n")
