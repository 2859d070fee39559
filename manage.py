#!/usr/bin/env python3
"""Starts everything, in an environment of its own: ``up``, ``test``, and every command of Django."""

import os
import sys

# Written so that an older Python can read it, and say so.
if sys.version_info < (3, 11):  # noqa: UP036
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    sys.exit("Tandem needs Python 3.11 or newer, and this is " + version + ": start it with a newer one.")
if os.name != "posix":
    sys.exit("Tandem runs on Linux and macOS: on Windows, start it inside WSL.")

if __name__ == "__main__":
    from config.bootstrap import enter_environment

    enter_environment(sys.argv)

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
