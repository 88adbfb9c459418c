"""Sixty clients that do the same at the same moment: one succeeds, the others get an error."""

import threading

from soak import ARTIFACTS, Home, Tally, share

WAYS = 60


def at_once(server, work):
    """The results of `work` in sixty threads that start together, each with a connection."""
    barrier, answers = threading.Barrier(WAYS), [None] * WAYS

    def one(number):
        connection = server.connect()
        try:
            connection.connect()
            barrier.wait(60)
            answers[number] = work(number, connection)
        except Exception as error:  # It is an answer, too: the check names it.
            answers[number] = (0, {"error": repr(error)})
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(WAYS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def statuses(answers):
    """The number of replies with each status."""
    counts = {}
    for status, _ in answers:
        counts[status] = counts.get(status, 0) + 1
    return counts


def one_gets_it(tally, what, answers):
    code = {answer.get("error_code") for status, answer in answers if status != 200}
    tally.check(statuses(answers) == {200: 1, 400: WAYS - 1} and code == {"RESOURCE_ALREADY_EXISTS"},
                f"{what}: {statuses(answers)} {code}")


def race(server, tally, number):
    """One round of every race, on separate things."""
    experiment, model = f"e{number}", f"m{number}"
    one_gets_it(tally, "experiments/create", at_once(server, lambda _, c: server.post(
        "experiments/create", {"name": experiment}, connection=c)))
    one_gets_it(tally, "registered-models/create", at_once(server, lambda _, c: server.post(
        "registered-models/create", {"name": model}, connection=c)))
    run = server.must("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]

    answers = at_once(server, lambda n, c: server.post(
        "model-versions/create", {"name": model, "source": f"runs:/{run}/m", "run_id": run,
                                  "description": str(n)}, connection=c))
    numbers = sorted(int(a["model_version"]["version"]) for status, a in answers if status == 200)
    tally.check(numbers == list(range(1, WAYS + 1)), f"versions: {statuses(answers)} {numbers}")

    answers = at_once(server, lambda n, c: server.post(
        "model-versions/transition-stage", {"name": model, "version": str(n + 1), "stage": "Production",
                                            "archive_existing_versions": True}, connection=c))
    found = server.must(f"model-versions/search?filter=name%3D%27{model}%27", None, "GET")
    deployed = [v["version"] for v in found["model_versions"] if v["current_stage"] == "Production"]
    tally.check(statuses(answers) == {200: WAYS} and len(deployed) == 1,
                f"stages: {statuses(answers)}, in production {deployed}")

    answers = at_once(server, lambda n, c: server.post(
        "registered-models/alias", {"name": model, "version": str(n + 1), "alias": "one"}, connection=c))
    found = server.must(f"registered-models/get?name={model}", None, "GET")["registered_model"]
    tally.check(statuses(answers) == {200: WAYS} and len(found["aliases"]) == 1 + len(
        [a for a in found["aliases"] if a["alias"] != "one"]), f"aliases: {statuses(answers)}")

    answers = at_once(server, lambda n, c: server.post(
        "runs/log-parameter", {"run_id": run, "key": "rate", "value": str(n)}, connection=c))
    kept = server.must(f"runs/get?run_id={run}", None, "GET")["run"]["data"]["params"][0]["value"]
    tally.check(statuses(answers) == {200: 1, 400: WAYS - 1} and answers[int(kept)][0] == 200,
                f"parameters: {statuses(answers)}")

    answers = at_once(server, lambda n, c: server.post(
        "runs/log-metric", {"run_id": run, "key": "loss", "value": n, "timestamp": n, "step": n},
        connection=c))
    history = server.must(f"metrics/get-history?run_id={run}&metric_key=loss", None, "GET")["metrics"]
    tally.check(statuses(answers) == {200: WAYS} and sorted(m["value"] for m in history) == list(range(WAYS)),
                f"metrics: {statuses(answers)}, {len(history)} kept")

    answers = at_once(server, lambda n, c: server.post(
        "runs/set-tag", {"run_id": run, "key": f"t{n}", "value": str(n)}, connection=c))
    tags = server.must(f"runs/get?run_id={run}", None, "GET")["run"]["data"]["tags"]
    tally.check(statuses(answers) == {200: WAYS} and {f"t{n}" for n in range(WAYS)} <= {t["key"] for t in tags},
                f"tags: {statuses(answers)}")

    place = f"{ARTIFACTS}0/{run}/artifacts/shared.bin"
    bodies = [bytes([n]) * (10_000 + n) for n in range(WAYS)]
    answers = at_once(server, lambda n, c: (server.call("PUT", place, bodies[n], connection=c)[0], {}))
    tally.check(statuses(answers) == {200: WAYS} and server.call("GET", place)[1] in bodies,
                f"uploads to one place: {statuses(answers)}")

    answers = at_once(server, lambda n, c: server.post(
        "runs/delete" if n % 2 else "runs/restore", {"run_id": run}, connection=c))
    stage = server.must(f"runs/get?run_id={run}", None, "GET")["run"]["info"]["lifecycle_stage"]
    tally.check(set(statuses(answers)) <= {200, 400} and stage in ("active", "deleted"),
                f"bin and back: {statuses(answers)}, {stage}")

    answers = at_once(server, lambda _, c: server.post(
        "registered-models/delete", {"name": model}, "DELETE", connection=c))
    tally.check(statuses(answers) == {200: 1, 404: WAYS - 1}, f"deletions: {statuses(answers)}")


with Tally("60-way races", seconds=900) as tally:
    home = Home()
    server = home.serve()
    for number in range(share(10)):
        race(server, tally, number)
    tally.check(server.is_alive, "the server does not answer any more")
    server.stop()
    tally.check(home.integrity() == "ok", "the database is damaged")
    tally.check(home.is_sound(), "`workspace check` finds something")
