"""Signals: declared in one place of each app, documented, named after the app."""

import ast
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from config.integrations.announcing import EventSignal
from tests.architecture.source import ROOT, modules

DECLARES = {"EventSignal", "Signal", "ModelSignal"}
# The nudge that every event gives, whatever its name.
ALSO_ALLOWED = {Path("config/integrations/announcing.py")}
FILES = [path for path in modules() if path.name == "signals.py"]


def _signals(path: Path) -> dict[str, EventSignal]:
    dotted = ".".join(path.with_suffix("").parts)
    names = [
        target.id
        for node in modules()[path].body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    found = {name: import_string(f"{dotted}.{name}") for name in names}
    return {name: signal for name, signal in found.items() if isinstance(signal, EventSignal)}


SIGNALS = [(path, name, signal) for path in FILES for name, signal in _signals(path).items()]
every_signal = pytest.mark.parametrize(
    ("path", "name", "signal"), SIGNALS, ids=[name for _path, name, _signal in SIGNALS]
)


def test_signals_are_declared_in_signals_py_only() -> None:
    elsewhere = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path not in {*FILES, *ALSO_ALLOWED}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECLARES
    ]

    assert elsewhere == []


@every_signal
def test_a_signal_says_who_sends_it(path: Path, name: str, signal: EventSignal) -> None:
    paragraphs = (ROOT / path).read_text(encoding="utf-8").split("\n\n")
    own = next(paragraph for paragraph in paragraphs if f"\n{name} = " in f"\n{paragraph}")

    assert own.startswith("# Sent by "), own


@every_signal
def test_a_signal_documents_everything_it_carries(path: Path, name: str, signal: EventSignal) -> None:
    assert all(words.strip() for words in signal.provides.values())


@every_signal
def test_a_signal_is_stored_under_the_name_of_its_app(path: Path, name: str, signal: EventSignal) -> None:
    assert signal.name.startswith(f"{path.parts[0]}.")


def test_no_two_signals_have_one_name() -> None:
    names = [signal.name for _path, _name, signal in SIGNALS]

    assert len(names) == len(set(names))
