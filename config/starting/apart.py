"""Runs something in a process of its own: what it loads and starts, such as threads of a library, ends with it.

A process that forks others must not have used a library with threads before: in its children those threads are gone,
and who waits for one waits for ever. Standard library only.
"""

import os
import sys
import traceback
from collections.abc import Callable


def run_apart(act: Callable[[], object]) -> int:
    """Call a function in a forked process, wait for it, and return how it ended: 0 for well.

    What it raises is printed there. Open connections must be closed before: they can't be shared.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        act()
        status = 0
    except KeyboardInterrupt:
        # The parent heard it too, and says what there is to say.
        status = 130
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
