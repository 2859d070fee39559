"""One `up` in a folder, at an address that is free: everything else is refused in one sentence."""

import socket
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from config.common.management.commands.up import listen
from config.starting.single import AlreadyRunningError, SingleInstance

pytestmark = pytest.mark.enable_socket


def test_a_taken_port_is_refused_with_another_one_to_take() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is taken by another program.*--port \d+"):
            listen("127.0.0.1", port)


def test_a_port_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommandError, match="65536 is no port"):
        listen("127.0.0.1", 65536)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CommandError, match="not an address of this machine"):
        listen("192.0.2.1", 0)


def test_a_second_start_in_the_same_folder_is_told_where_the_first_answers(tmp_path: Path) -> None:
    with SingleInstance(tmp_path / "up.lock") as first:
        first.tell("http://127.0.0.1:8000/")
        with (
            pytest.raises(AlreadyRunningError, match=r"http://127\.0\.0\.1:8000/"),
            SingleInstance(tmp_path / "up.lock"),
        ):
            pass


def test_the_folder_is_free_again_when_the_first_has_ended(tmp_path: Path) -> None:
    with SingleInstance(tmp_path / "up.lock"):
        pass
    with SingleInstance(tmp_path / "up.lock"):
        pass
