"""Runs of the program for the scripts here that measure: on a quiet machine, and how quiet it stayed."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
WORKBENCH = os.environ.get("WORKBENCH", str(ROOT / ".build/release/workbench"))


def busy():
    """Seconds that all processors worked, since the machine started."""
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def await_quiet(limit=600):
    """Waits until others leave nine tenths of the machine alone for three seconds."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before = busy()
        time.sleep(3)
        if busy() - before < 0.1 * 3 * os.cpu_count():
            return
    print("note: the machine is not quiet", file=sys.stderr)


def timed(command):
    """Runs a training on a quiet machine.

    Returns its events, each with the seconds since the start at which it came, and the share of the machine that
    others took meanwhile.
    """
    await_quiet()
    worked, spent = busy(), resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    events = []
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("{"):
                events.append(json.loads(line) | {"at": time.monotonic() - start})
        errors = process.stderr.read()
    assert process.returncode == 0, errors
    wall = time.monotonic() - start
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime
    return events, round(max(0.0, busy() - worked - own) / wall / os.cpu_count(), 3)


def workbench(*arguments):
    """The objects that a command prints."""
    done = subprocess.run([WORKBENCH, *map(str, arguments), "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
