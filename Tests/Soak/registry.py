"""Ninety-six registry commands at once: each succeeds or says why not, and none is lost."""

from soak import Home, Tally, share, tail, trapped


def commands(model, count, tally):
    """The commands on a model; the first six registrations exist already."""
    choices = [
        lambda: ("register", "one", model, "--note", "soak"),
        lambda: ("promote", model, tally.random.randrange(1, 7), "--reason", "soak"),
        lambda: ("stage", model, tally.random.randrange(1, 7), tally.random.choice(
            ["Staging", "Production", "Archived", "None"])),
        lambda: ("alias", model, tally.random.choice(["champion", "rival"]), tally.random.randrange(1, 7)),
        lambda: ("rollback", model),
        lambda: ("undo",),
        lambda: ("gate", model, "--require", "loss < 100"),
        lambda: ("show", model),
    ]
    return [choices[number % len(choices)]() for number in range(count)]


with Tally("concurrent registry commands", seconds=600) as tally:
    home = Home()
    home.must(*home.train("one", 2))
    models = ["faq", "other"]
    for model in models:
        for _ in range(6):
            home.must("registry", "register", "one", model)
    count = share(96, least=16)
    lists = [commands(model, count // len(models), tally) for model in models]
    mixed = [command for pair in zip(*lists) for command in pair]
    started = [(command, home.start("registry", *command)) for command in mixed]
    registered = {model: 6 for model in models}
    undone = 0
    for command, process in started:
        process.stdout, process.stderr = process.communicate(timeout=300)
        words = " ".join(map(str, command))
        tally.check(not trapped(process) and process.returncode in (0, 1, 3)
                    and (process.returncode == 0 or process.stderr.startswith(b"workbench:"))
                    and b"locked" not in process.stderr and b"busy" not in process.stderr,
                    f"registry {words}: {process.returncode} {tail(process)}")
        if process.returncode == 0 and command[0] == "register":
            registered[command[2]] += 1
        undone += command[0] == "undo" and process.returncode == 0
    for model in models:
        versions = home.json("registry", "show", model)["versions"]
        numbers = sorted(version["number"] for version in versions)
        lost = registered[model] - len(numbers)
        tally.check(len(set(numbers)) == len(numbers) and 0 <= lost <= undone,
                    f"{model} has {len(numbers)} versions, {registered[model]} were registered")
        deployed = [version for version in versions if "production" in version["aliases"]]
        tally.check(len(deployed) <= 1, f"{len(deployed)} versions of {model} are deployed")
    tally.check(home.integrity() == "ok", "the database is damaged")
    tally.check(home.is_sound(), "`workspace check` finds something")
