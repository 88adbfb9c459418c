"""kill -9 while a run is moved to the background: it continues there or can be resumed, and only once."""

import time

from soak import Home, Tally, share, skip, wait_for
from terminal import AVAILABLE, Terminal, kill

LIVE = ("running", "paused", "starting")


def status(home, name):
    return home.json("runs", "show", name)["summary"]["status"]


def leave(home, name, delay):
    """Starts a run on the screen, leaves it in the background and kills the screen a moment later."""
    terminal = Terminal(home)
    try:
        if not terminal.shows("t trains a model") and not terminal.shows("t train"):
            raise TimeoutError("the screen did not open")
        terminal.train(run_name=name, steps=100_000)
        if not wait_for(lambda: home.steps(name) > 3, 180):
            raise TimeoutError("the run took no step")
        terminal.press("q")
        screen = terminal.screen()
        terminal.answer(f"Leave while {name} is running?", "Background")
        time.sleep(delay)
        kill(screen)
        return home.steps(name)
    finally:
        terminal.close()


def is_dead(home, name):
    """Whether no process executes the run, nor is about to: for three seconds it is not live."""
    return not wait_for(lambda: status(home, name) in LIVE, 3, every=0.2)


def goes_on(home, name, had):
    """The fault of the run afterwards; none if it continues, or was resumed."""
    if not wait_for(lambda: home.steps(name) > had + 3 or is_dead(home, name), 180):
        return f"{status(home, name)}, and takes no step"
    if status(home, name) in LIVE:
        home.must("runs", "stop", name)
    else:
        resumed = home.start("train", "--resume", name)
        if not wait_for(lambda: home.steps(name) > had + 3 or resumed.poll() is not None, 180):
            return "resumed, it takes no step"
        if resumed.poll() is not None:
            return f"cannot be resumed: {resumed.stderr.read()[-200:]}"
        home.must("runs", "stop", name)
        resumed.communicate(timeout=60)
    if not wait_for(lambda: status(home, name) not in LIVE, 60):
        return "does not stop"
    summary = home.json("runs", "show", name)["summary"]
    if summary["resumable_step"] != summary["steps_done"]:
        return f"stopped without its checkpoint: {summary}"
    return "steps are stored twice" if home.doubled_steps() else ""


if not AVAILABLE:
    skip("kill -9 at leaving in the background", "there is no tmux")

with Tally("kill -9 at leaving in the background", seconds=1500) as tally:
    home = Home()
    moments = [number * 0.05 for number in range(20)]
    for number in sorted(tally.random.sample(range(20), share(20, least=2))):
        name = f"left{number}"
        had = leave(home, name, moments[number])
        wrong = goes_on(home, name, had)
        tally.check(not wrong, f"{moments[number]:.2f} s after the answer: {wrong}")
    tally.check(home.is_sound(), "`workspace check` finds something")
