"""Calls of the API with members of the wrong type: each is answered, none with 5xx."""

import copy
import itertools
import json
from urllib.parse import urlencode

from soak import API, Home, Tally, share

WRONG = [
    None, True, False, 0, -1, 1.5, 2**63 - 1, 2**63, -(2**63) - 1, 1e308, float("nan"), float("inf"),
    "", " ", "0", "-1", "NaN", "1e999", "a" * 5000, "\u0000", "\u202e\u0085", "../..", "' OR 1=1 --",
    "%", "\ud800", [], [[]], [None], ["a", 1], {}, {"key": {}}, {"": None}, [{"key": "a"}] * 3,
    "2026-01-31T12:00:00Z", "metrics.a < 1", "models:/m/1", "models:/m@a", "FINISHED", "Production",
]


def templates(made):
    """Every route with a valid body; ids are those of `made`."""
    run, experiment, model, logged = made["run"], made["experiment"], made["model"], made["logged"]
    metric = {"key": "a", "value": 1.0, "timestamp": 1, "step": 0}
    pair = {"key": "a", "value": "b"}
    version = {"name": model, "version": "1"}
    many = {"max_results": 5, "page_token": "", "filter": "", "order_by": []}
    trace = {
        "trace_id": "tr-1", "trace_location": {
            "type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}},
        "request_time": "2026-01-31T12:00:00Z", "execution_duration": "1.5s", "state": "OK",
        "request_preview": "q", "response_preview": "a", "trace_metadata": {"a": "b"}, "tags": {"a": "b"},
    }
    judged = {"assessment": {
        "assessment_name": "n", "source": {"source_type": "HUMAN", "source_id": "x"},
        "feedback": {"value": 1}, "rationale": "r", "metadata": {"a": "b"}, "valid": True}}
    return [
        ("POST", "experiments/create", {"name": "x", "artifact_location": "", "tags": [pair]}),
        ("POST", "experiments/search", {**many, "view_type": "ALL"}),
        ("GET", "experiments/get", {"experiment_id": experiment}),
        ("GET", "experiments/get-by-name", {"experiment_name": "Default"}),
        ("POST", "experiments/delete", {"experiment_id": experiment}),
        ("POST", "experiments/restore", {"experiment_id": experiment}),
        ("POST", "experiments/update", {"experiment_id": experiment, "new_name": "y"}),
        ("POST", "experiments/set-experiment-tag", {"experiment_id": experiment, **pair}),
        ("POST", "experiments/delete-experiment-tag", {"experiment_id": experiment, "key": "a"}),
        ("POST", "experiments/search-datasets", {"experiment_ids": [experiment]}),
        ("POST", "runs/create", {"experiment_id": experiment, "run_name": "r", "user_id": "u",
                                 "start_time": 1, "tags": [pair]}),
        ("POST", "runs/update", {"run_id": run, "status": "RUNNING", "end_time": 2, "run_name": "r"}),
        ("POST", "runs/delete", {"run_id": run}),
        ("POST", "runs/restore", {"run_id": run}),
        ("GET", "runs/get", {"run_id": run}),
        ("POST", "runs/search", {**many, "experiment_ids": [experiment], "run_view_type": "ALL"}),
        ("POST", "runs/log-metric", {"run_id": run, **metric, "model_id": logged,
                                     "dataset_name": "d", "dataset_digest": "1"}),
        ("POST", "runs/log-parameter", {"run_id": run, **pair}),
        ("POST", "runs/set-tag", {"run_id": run, **pair}),
        ("POST", "runs/delete-tag", {"run_id": run, "key": "a"}),
        ("POST", "runs/log-batch", {"run_id": run, "metrics": [metric], "params": [pair], "tags": [pair]}),
        ("POST", "runs/log-inputs", {"run_id": run, "models": [{"model_id": logged}], "datasets": [
            {"tags": [pair], "dataset": {"name": "d", "digest": "1", "source_type": "local",
                                         "source": "s", "schema": "{}", "profile": "{}"}}]}),
        ("POST", "runs/outputs", {"run_id": run, "models": [{"model_id": logged, "step": 0}]}),
        ("POST", "runs/log-model", {"run_id": run, "model_json": "{\"run_id\":\"r\",\"flavors\":{}}"}),
        ("GET", "artifacts/list", {"run_id": run, "path": "a"}),
        ("GET", "metrics/get-history", {"run_id": run, "metric_key": "a", "max_results": 5}),
        ("GET", "metrics/get-history-bulk", {"run_id": [run], "metric_key": "a", "max_results": 5}),
        ("GET", "metrics/get-history-bulk-interval", {
            "run_ids": [run], "metric_key": "a", "max_results": 5, "start_step": 0, "end_step": 3}),
        ("POST", "logged-models", {"experiment_id": experiment, "name": "l", "model_type": "t",
                                   "source_run_id": run, "params": [pair], "tags": [pair]}),
        ("POST", "logged-models/search", {
            "experiment_ids": [experiment], "filter": "", "max_results": 5, "page_token": "",
            "datasets": [{"dataset_name": "d", "dataset_digest": "1"}],
            "order_by": [{"field_name": "metrics.a", "ascending": True, "dataset_name": "d"}]}),
        ("GET", f"logged-models/{logged}", {}),
        ("PATCH", f"logged-models/{logged}", {"status": "LOGGED_MODEL_READY"}),
        ("PATCH", f"logged-models/{logged}/tags", {"tags": [pair]}),
        ("POST", f"logged-models/{logged}/params", {"params": [pair]}),
        ("GET", f"logged-models/{logged}/artifacts/directories", {"artifact_directory_path": "a"}),
        ("POST", "registered-models/create", {"name": "z", "description": "d", "tags": [pair]}),
        ("POST", "registered-models/rename", {"name": model, "new_name": model}),
        ("PATCH", "registered-models/update", {"name": model, "description": "d"}),
        ("DELETE", "registered-models/delete", {"name": model}),
        ("GET", "registered-models/get", {"name": model}),
        ("GET", "registered-models/search", many),
        ("POST", "registered-models/get-latest-versions", {"name": model, "stages": ["None"]}),
        ("POST", "registered-models/set-tag", {"name": model, **pair}),
        ("DELETE", "registered-models/delete-tag", {"name": model, "key": "a"}),
        ("POST", "registered-models/alias", {**version, "alias": "a"}),
        ("DELETE", "registered-models/alias", {"name": model, "alias": "a"}),
        ("GET", "registered-models/alias", {"name": model, "alias": "a"}),
        ("POST", "model-versions/create", {"name": model, "source": f"runs:/{run}/m", "run_id": run,
                                           "run_link": "", "description": "d", "tags": [pair]}),
        ("PATCH", "model-versions/update", {**version, "description": "d"}),
        ("POST", "model-versions/transition-stage", {**version, "stage": "Staging",
                                                     "archive_existing_versions": True}),
        ("DELETE", "model-versions/delete", version),
        ("GET", "model-versions/get", version),
        ("GET", "model-versions/search", many),
        ("GET", "model-versions/get-download-uri", version),
        ("POST", "model-versions/set-tag", {**version, **pair}),
        ("DELETE", "model-versions/delete-tag", {**version, "key": "a"}),
        ("POST", "traces", {"trace": {"trace_info": trace}}),
        ("POST", "traces/search", {**many, "locations": [trace["trace_location"]]}),
        ("POST", "traces/delete-traces", {"experiment_id": experiment, "max_timestamp_millis": 1,
                                          "max_traces": 1}),
        ("POST", "traces/link-to-run", {"trace_ids": ["tr-1"], "run_id": run}),
        ("PATCH", "traces/tr-1/tags", pair),
        ("POST", "traces/tr-1/assessments", judged),
    ]


def places(value, place=()):
    """Every path in a body, from the body itself down."""
    yield place
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from places(member, place + (name,))


def changed(body, place, wrong):
    """The body with another value at a path."""
    if not place:
        return wrong
    body = copy.deepcopy(body)
    target = body
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = wrong
    return body


def make(server, number):
    """A run, an experiment, a registered model with a version and a logged model."""
    experiment = server.must("experiments/create", {"name": f"e{number}"})["experiment_id"]
    run = server.must("runs/create", {"experiment_id": experiment})["run"]["info"]["run_id"]
    logged = server.must("logged-models", {"experiment_id": experiment, "name": "l"})
    server.must("registered-models/create", {"name": f"m{number}"})
    server.must("model-versions/create", {"name": f"m{number}", "source": f"runs:/{run}/m", "run_id": run})
    return {"run": run, "experiment": experiment, "model": f"m{number}",
            "logged": logged["model"]["info"]["model_id"]}


def cases(count, tally):
    """Route, path and value: all of them in turn, then two wrong members at once."""
    blank = {"run": "r", "experiment": "0", "model": "m", "logged": "l"}
    single = [(route, [(place, wrong)]) for route, (_, _, body) in enumerate(templates(blank))
              for place in places(body) for wrong in WRONG]
    tally.random.shuffle(single)
    yield from itertools.islice(single, count)
    for _ in range(count - len(single)):
        route, first = tally.random.choice(single)
        body = templates(blank)[route][2]
        inner = [place for place in places(body) if place and place != first[0][0]]
        second = [(tally.random.choice(inner), tally.random.choice(WRONG))] if inner else []
        yield route, second + first


def send(server, connection, method, path, body):
    if method == "GET":
        body = body if isinstance(body, dict) else {"x": body}
        texts = {name: value if isinstance(value, list) else [value] for name, value in body.items()}
        query = urlencode([(name, json.dumps(v) if isinstance(v, dict) else v)
                           for name, values in texts.items() for v in values], errors="surrogatepass")
        return server.call("GET", f"{API}{path}?{query}", connection=connection)
    data = json.dumps(body).encode()
    return server.call(method, API + path, data, {"Content-Type": "application/json"}, connection)


with Tally("type-confused calls", seconds=1500) as tally:
    home = Home()
    server = home.serve()
    made, number, taken = make(server, 0), 0, 0
    connection = server.connect()
    for route, changes in cases(share(58_320), tally):
        method, path, body = templates(made)[route]
        for place, wrong in changes:
            try:
                body = changed(body, place, wrong)
            except (KeyError, IndexError, TypeError):
                pass  # The other change took the place away.
        try:
            status, data = send(server, connection, method, path, body)
        except OSError as error:
            tally.check(False, f"{method} {path} {json.dumps(body)[:300]}: {error!r}")
            connection = server.connect()
            if server.process.poll() is not None:
                raise RuntimeError("the server ended") from None
            continue
        except Exception as error:  # http.client's own
            tally.check(False, f"{method} {path} {json.dumps(body)[:300]}: {error!r}")
            connection = server.connect()
            continue
        is_json = isinstance(json.loads(data), dict) if data else False
        named = status == 200 or (400 <= status < 500 and b"error_code" in data)
        taken += status == 200
        tally.check(is_json and named, f"{method} {path} {json.dumps(body)[:300]}: {status} {data[:200]}")
        if status == 200 and ("delete" in path or path.endswith("rename") or method == "DELETE"):
            number += 1
            made = make(server, number)
    tally.note(f"{taken} calls were valid all the same")
    tally.check(server.is_alive, "the server does not answer any more")
    server.stop()
    tally.check(home.integrity() == "ok", "the database is damaged")
    tally.check(home.is_sound(), "`workspace check` finds something")
