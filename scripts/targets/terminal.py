"""terminal.py SECONDS [TEXT=KEYS]... -- PROGRAM [ARGUMENT]...

Runs a program on a terminal of its own and types for whom there is nobody: when TEXT has been
written since the last keys, these are typed; \\r in them is the Enter key. A pair without TEXT is
typed when the program has been silent for a moment. What it writes goes to the standard output.
Ends with the program, and with its status; a program that takes longer is ended.
"""

import os
import pty
import select
import signal
import sys
import time

SILENCE = 0.3


def start(command):
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    return pid, terminal


def run(terminal, pairs, end):
    written = b""
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], SILENCE)
        if ready:
            try:
                octets = os.read(terminal, 65536)
            except OSError:
                return
            if not octets:
                return
            os.write(1, octets)
            written += octets
        if pairs and (pairs[0][0] in written if pairs[0][0] else not ready):
            os.write(terminal, pairs.pop(0)[1])
            written = b""


def finish(pid, end):
    """Waits for it, or ends it."""
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return 1


def main(seconds, *arguments):
    at = arguments.index("--")
    pairs = [pair.replace("\\r", "\r").encode().split(b"=", 1) for pair in arguments[:at]]
    end = time.monotonic() + float(seconds)
    pid, terminal = start(arguments[at + 1 :])
    run(terminal, pairs, end)
    os.close(terminal)
    sys.exit(abs(finish(pid, max(end, time.monotonic() + 1))))


main(*sys.argv[1:])
