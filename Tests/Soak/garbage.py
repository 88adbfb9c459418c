"""Garbage is collected repeatedly beside trainings: they lose nothing, and the trash becomes empty."""

import os
import signal

from soak import Home, Tally, share, tail, trapped, wait_for


def begin(home, tally, resumes):
    """The long run, started or resumed; waits until it has taken steps."""
    words = ("train", "--resume", "long") if resumes else home.train("long", 100_000, "--checkpoint-every", 3)
    had = home.steps("long")
    process = home.start(*words)
    tally.check(wait_for(lambda: home.steps("long") > had + 2 or process.poll() is not None, 120)
                and process.poll() is None, f"the long run does not go on: {process.poll()}")
    return process


with Tally("gc beside trainings", seconds=1500) as tally:
    home = Home()
    home.must(*home.train("kept", 2))
    home.must("registry", "register", "kept", "faq")
    home.must("runs", "delete", "kept")
    long, short, names = begin(home, tally, False), None, 0
    rounds = share(204, least=6)
    for number in range(rounds):
        if short is None or short.poll() is not None:
            if short is not None:
                tally.check(short.returncode == 0 and os.path.exists(home.adapter(f"short{names}")),
                            f"short{names} ended with {short.returncode}")
                home.must("runs", "delete", f"short{names}")
            names += 1
            short = home.start(*home.train(f"short{names}", 6, "--checkpoint-every", 2))
        done = home.run("workspace", "gc", "--older-than", "0s")
        tally.check(done.returncode == 0 and not trapped(done), f"gc: {done.returncode} {tail(done)}")
        if number % 34 == 5:
            long.send_signal(signal.SIGTERM)
            long.communicate(timeout=60)
            tally.check(long.returncode == 143, f"the long run was stopped and ended with {long.returncode}")
            home.must("workspace", "gc", "--older-than", "0s")
            long = begin(home, tally, True)
        tally.check(long.poll() is None, f"the long run ended with {long.poll()}")
    if short.poll() is None:
        short.communicate(timeout=120)
    tally.check(short.returncode == 0, f"short{names} ended with {short.returncode}")
    long.send_signal(signal.SIGTERM)
    long.communicate(timeout=60)
    summary = home.json("runs", "show", "long")["summary"]
    tally.check(summary["resumable_step"] == summary["steps_done"], f"the last checkpoint is not there: {summary}")
    tally.check(not home.doubled_steps(), "steps are stored twice")
    home.must("workspace", "gc", "--older-than", "0s")
    left = [home.run_id(f"short{number}") for number in range(1, names)]
    tally.check(left == [None] * len(left), "a run is left in the bin")
    tally.check(os.path.exists(home.adapter("kept")), "what a version refers to was removed")
    tally.check(home.is_sound(), "`workspace check` finds something")
