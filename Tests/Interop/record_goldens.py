"""Records the calls of MLflow's client to `workbench serve`, and the replies.

Each scenario becomes a file in Tests/MLflowAPITests/Fixtures, which GoldenTests replays without Python.
Look at what changed before you commit it:

    WORKBENCH=.build/release/workbench ~/.cache/workbench/interop/bin/python Tests/Interop/record_goldens.py [NAME…]

Ids and times differ from run to run. What a client chose is replaced by a fixed value of the same form,
what the server chose by a placeholder: `{id1}` and `{user}` are the same text wherever they stand,
`{time}` and `{any}` stand for any value.
"""
import http.client
import http.server
import json
import os
import pathlib
import re
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

os.environ["USER"] = os.environ["LOGNAME"] = "ada"
os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
os.environ["MLFLOW_GENAI_EVAL_MAX_WORKERS"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
sys.argv, NAMES = ["train.py"], sys.argv[1:]

import test_mlflow as tests

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "MLflowAPITests" / "Fixtures"
TOKEN = re.compile(
    r"(?P<hex>(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f]))"
    r"|(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<ms>(?<![\w.])1[0-9]{12}(?![\w.]))"
    r"|(?P<iso>20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?)"
    r"|(?P<name>(?<=\")[a-z]+-[a-z]+-\d{1,3}(?=\"))"
)


class Recording:
    """The calls of one scenario, in the fixture's form."""

    def __init__(self, tokens):
        self.calls, self.known, self.files, self.counts = [], {}, {}, {}
        self.tokens, self.lock = tokens, threading.Lock()

    def count(self, kind):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.counts[kind]

    def replaced(self, text, isReply):
        def one(match):
            token, kind = match[0], match.lastgroup
            if kind == "ms" and abs(int(token) / 1000 - time.time()) > 86_400:
                return token
            if token not in self.known:
                if isReply:
                    self.known[token] = "{time}" if kind in ("ms", "iso") else "{id%d}" % self.count("id")
                else:
                    number = self.count(kind)
                    self.known[token] = {
                        "hex": f"{number:032x}", "uuid": f"00000000-0000-4000-8000-{number:012x}",
                        "ms": str(1_700_000_000_000 + number), "name": token,
                        "iso": f"2026-01-01T00:{number // 60:02}:{number % 60:02}.000Z",
                    }[kind]
            known = self.known[token]
            isBare = kind == "ms" and known == "{time}" and text[match.start() - 1] != '"'
            return f'"{known}"' if isBare else known
        return TOKEN.sub(one, text)

    def content(self, data, method, path, isReply):
        """A body: a JSON value, or a text."""
        text = data.decode(errors="replace")
        place = re.sub(r".*/mlflow-artifacts/artifacts/", "", path)
        isFile = (place != path and (method == "GET") == isReply) or (not isReply and "upload-artifact" in path)
        if isFile and not isReply and (len(data) > 200 or "\ufffd" in text):
            self.files[place] = f"content of {place.split('/')[-1]}"
        if isFile:
            return None, self.files.get(place) or self.replaced(text, isReply)
        text = self.replaced(text, isReply)
        if isReply:
            text = re.sub(r'("user_id": ?)"[^"@]+@[^"]+"', r'\1"{user}"', text)
        try:
            value = json.loads(text)
            if not isinstance(value, dict) or "NaN" in text or "Infinity" in text:
                return None, text
            return self.sized(value), None
        except ValueError:
            return None, text

    def sized(self, value):
        """The value without the sizes of files whose content is not recorded."""
        if isinstance(value, dict):
            return {k: "{any}" if k == "file_size" and v > 200 else self.sized(v) for k, v in value.items()}
        return [self.sized(v) for v in value] if isinstance(value, list) else value

    def add(self, method, path, headers, body, status, reply):
        with self.lock:
            entry = {"call": f"{method} {self.replaced(path, False)}"}
            token = headers.get("Authorization", "").removeprefix("Bearer ")
            if token:
                entry["token"] = self.tokens.get(token, "unknown")
            if body:
                value, text = self.content(body, method, path, False)
                entry |= {"text": text} if value is None else {"body": value}
            entry["status"] = status
            isPage = path in ("/", "/metrics")
            value, text = (None, "{any}") if isPage else self.content(reply, method, path, True)
            if value is not None:
                entry["reply"] = value
            elif text:
                entry["text_reply"] = text
            self.calls.append(entry)

    def write(self, path):
        def line(entry):
            parts = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in entry.items()]
            return "{" + ",\n ".join(parts) + "}"
        path.write_text("[\n" + ",\n".join(map(line, self.calls)) + "\n]\n")


class Proxy(http.server.BaseHTTPRequestHandler):
    """Forwards calls to the server, and records them."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
        connection.request(self.command, self.path, body or None, headers | {"Host": "localhost"})
        response = connection.getresponse()
        reply = response.read()
        self.server.recording.add(self.command, self.path, self.headers, body, response.status, reply)
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


class ProxyServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def raw(uri, method, path, body=None, token=None, data=None):
    """A call that the client does not make in these scenarios."""
    connection = http.client.HTTPConnection(uri.removeprefix("http://"))
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else data
    path = path if path.startswith("/") else f"/api/2.0/mlflow/{path}"
    connection.request(method, path, data, headers)
    response = connection.getresponse()
    reply = response.read()
    try:
        return json.loads(reply)
    except ValueError:
        return reply


# MARK: scenarios


def pages(client, uri, folder):
    """The calls of MLflow's pages and of Prometheus."""
    for path in ["/", "/health", "/version", "/metrics", "/api/3.0/mlflow/server-info", "/nowhere"]:
        raw(uri, "GET", path)
    raw(uri, "POST", "/v1/traces", {})
    experiment = client.create_experiment("pages")
    client.set_experiment_tag(experiment, "k", "v")
    raw(uri, "POST", "experiments/delete-experiment-tag", {"experiment_id": experiment, "key": "k"})
    raw(uri, "POST", "experiments/delete-experiment-tag", {"experiment_id": experiment, "key": "k"})
    client.rename_experiment(experiment, "pages 2")
    raw(uri, "GET", "experiments/search?max_results=1&filter=name%3D'pages%202'")
    raw(uri, "POST", "experiments/search-datasets", {"experiment_ids": [experiment]})
    raw(uri, "POST", "experiments/search-datasets", {})
    runs = [client.create_run(experiment, run_name=f"run {i}", start_time=1000 + i).info.run_id for i in range(2)]
    for run in runs:
        for step in range(4):
            client.log_metric(run, "loss", step / 2, timestamp=step, step=step)
    bulk = f"/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id={runs[0]}&run_id={runs[0]}"
    raw(uri, "GET", f"{bulk}&metric_key=loss&max_results=3")
    raw(uri, "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=loss")
    interval = f"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={runs[0]}&metric_key=loss"
    raw(uri, "GET", f"{interval}&max_results=2")
    raw(uri, "GET", f"{interval}&start_step=3&end_step=1")
    upload = f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={runs[0]}"
    raw(uri, "POST", f"{upload}&path=notes/a.json", {"a": 1})
    raw(uri, "POST", f"{upload}&path=../a.json", {"a": 1})
    raw(uri, "POST", upload, {"a": 1})
    for place in ["", "/ajax-api/2.0/mlflow"]:
        raw(uri, "GET", f"{place}/get-artifact?run_uuid={runs[0]}&path=notes/a.json")
    raw(uri, "GET", f"/get-artifact?run_uuid={runs[0]}&path=absent")
    raw(uri, "GET", f"artifacts/list?run_id={runs[0]}&path=notes")
    files = "/api/2.0/mlflow-artifacts"
    raw(uri, "DELETE", f"{files}/artifacts/{experiment}/{runs[0]}/artifacts/notes/a.json")
    raw(uri, "DELETE", f"{files}/artifacts/{experiment}/{runs[0]}")
    raw(uri, "PUT", f"{files}/artifacts/%2e%2e/a", data=b"x")
    for step in ["create", "complete", "abort"]:
        raw(uri, "POST", f"{files}/mpu/{step}/0/run/artifacts/a", {})
    raw(uri, "GET", f"{files}/presigned/0/run/artifacts/a")
    raw(uri, "POST", "runs/log-model", {"run_id": runs[0], "model_json": "no JSON"})
    description = {"artifact_path": "m", "utc_time_created": "2020-01-01", "run_id": runs[0], "flavors": {}}
    raw(uri, "POST", "runs/log-model", {"run_id": runs[0], "model_json": json.dumps(description)})
    raw(uri, "POST", "runs/log-model", {"run_id": runs[0], "model_json": json.dumps(description)})
    client.delete_run(runs[1])
    raw(uri, "GET", f"runs/get?run_id={runs[0]}")


def models_raw(client, uri, folder):
    """Calls on logged and registered models that the other scenarios lack."""
    experiment = client.create_experiment("models")
    model = client.create_logged_model(experiment, name="m", model_type="adapter").model_id
    path = f"logged-models/{model}"
    raw(uri, "POST", f"{path}/params", {"params": [{"key": "rank", "value": "8"}]})
    raw(uri, "PATCH", f"{path}/tags", {"tags": [{"key": "a/b", "value": "1"}]})
    raw(uri, "DELETE", f"{path}/tags/{urllib.parse.quote('a/b', safe='')}")
    raw(uri, "DELETE", f"{path}/tags/absent")
    place = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/models/{model}/artifacts"
    raw(uri, "PUT", f"{place}/MLmodel", data=b"flavors:")
    raw(uri, "GET", f"/api/2.0/mlflow-artifacts/artifacts?path={experiment}/models/{model}/artifacts")
    raw(uri, "GET", f"{path}/artifacts/directories")
    raw(uri, "GET", f"{path}/artifacts/files?artifact_file_path=MLmodel")
    raw(uri, "GET", f"{path}/artifacts/files")
    raw(uri, "PATCH", path, {"status": "DONE"})
    raw(uri, "PATCH", path, {"status": "LOGGED_MODEL_UPLOAD_FAILED"})
    client.create_registered_model("faq")
    client.set_registered_model_tag("faq", "team", "a")
    client.delete_registered_model_tag("faq", "team")
    client.update_registered_model("faq", "answers")
    client.create_model_version("faq", f"models:/{model}", model_id=model)
    client.set_model_version_tag("faq", "1", "k", "v")
    client.delete_model_version_tag("faq", "1", "k")
    raw(uri, "POST", "model-versions/set-tag", {"name": "faq", "version": "1", "key": "workbench.base_model", "value": "x"})
    raw(uri, "POST", "model-versions/create", {"name": "faq", "source": "/etc"})
    for place in ["", "/ajax-api/2.0/mlflow"]:
        raw(uri, "GET", f"{place}/model-versions/get-artifact?name=faq&version=1&path=MLmodel")
    raw(uri, "GET", "registered-models/get-latest-versions?name=faq&stages=None")
    raw(uri, "POST", "model-versions/transition-stage",
        {"name": "faq", "version": "1", "stage": "Archived", "archive_existing_versions": True})
    raw(uri, "DELETE", path)
    raw(uri, "GET", path)


def traces_raw(client, uri, folder):
    """Calls on traces that the other scenarios lack."""
    experiment = client.create_experiment("traces")
    info = {
        "trace_id": "tr-1", "trace_location": {"mlflow_experiment": {"experiment_id": experiment}},
        "request_time": "2026-01-31T12:00:00.5Z", "execution_duration": "1.5s", "state": "OK",
        "request_preview": "q", "trace_metadata": {"m": "1"}, "tags": {"t": "1"},
    }
    raw(uri, "POST", "/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
    raw(uri, "POST", "/api/3.0/mlflow/traces", {"trace": {"trace_info": info | {"state": "DONE"}}})
    raw(uri, "POST", "/api/2.0/mlflow/traces", {})
    trace = "/api/3.0/mlflow/traces/tr-1"
    raw(uri, "GET", trace)
    raw(uri, "GET", "/api/3.0/mlflow/traces/tr-2")
    raw(uri, "PATCH", f"{trace}/tags", {"key": "k", "value": "v"})
    raw(uri, "DELETE", f"{trace}/tags", {"key": "k"})
    raw(uri, "DELETE", f"{trace}/tags", {"key": "k"})
    run = client.create_run(experiment, run_name="linked", start_time=5).info.run_id
    raw(uri, "POST", "/api/2.0/mlflow/traces/link-to-run", {"trace_ids": ["tr-1"], "run_id": run})
    raw(uri, "POST", "/api/2.0/mlflow/traces/link-to-run", {"trace_ids": ["tr-2"], "run_id": run})
    feedback = {"assessment_name": "good", "source": {"source_type": "HUMAN", "source_id": "ada"}, "feedback": {"value": True}}
    first = raw(uri, "POST", f"{trace}/assessments", {"assessment": feedback})["assessment"]["assessment_id"]
    second = raw(uri, "POST", f"{trace}/assessments", {"assessment": feedback | {"overrides": first}})
    second = second["assessment"]["assessment_id"]
    raw(uri, "POST", f"{trace}/assessments", {"assessment": {"assessment_name": "bad"}})
    raw(uri, "GET", f"{trace}/assessments/{first}")
    raw(uri, "PATCH", f"{trace}/assessments/{second}",
        {"assessment": {"rationale": "why"}, "update_mask": "rationale"})
    raw(uri, "PATCH", f"{trace}/assessments/{second}", {"assessment": {}, "update_mask": "nothing"})
    raw(uri, "DELETE", f"{trace}/assessments/{second}")
    raw(uri, "GET", f"{trace}/assessments/{second}")
    raw(uri, "POST", "/api/3.0/mlflow/traces/search",
        {"locations": [{"mlflow_experiment": {"experiment_id": experiment}}], "filter": "tags.t = '1'"})
    raw(uri, "POST", "/api/3.0/mlflow/traces/search", {"filter": "nonsense"})
    raw(uri, "POST", "traces/delete-traces", {"experiment_id": experiment})
    raw(uri, "POST", "traces/delete-traces", {"experiment_id": experiment, "max_timestamp_millis": 1_800_000_000_000})


def access(client, uri, folder):
    """The permissions of each role."""
    create = {"name": "made"}
    for token in [None, *folder.tokens, "wb_0"]:
        raw(uri, "GET", "experiments/get?experiment_id=0", token=token)
        raw(uri, "POST", "experiments/create", create, token=token)


SCENARIOS = {
    "fluent-run": lambda client, uri, folder: tests.test_fluent_run_is_recorded(client, folder.path),
    "searches": lambda client, uri, folder: tests.test_searches_filter_order_and_page(client),
    "failures": lambda client, uri, folder: tests.test_failures_have_mlflows_codes(client),
    "models-and-registry": lambda client, uri, folder: tests.test_inputs_models_and_registry(client, folder.path),
    "logged-models": lambda client, uri, folder: tests.test_logged_models_keep_their_points_datasets_and_versions(client),
    "traces": lambda client, uri, folder: tests.test_traces_are_kept_and_scored(client),
    "single-calls": lambda client, uri, folder: tests.replay(uri),
    "pages": pages,
    "more-models": models_raw,
    "more-traces": traces_raw,
    "access": access,
}


class Folder:
    def __init__(self, path):
        self.path, self.tokens = pathlib.Path(path), []

    def add_token(self, role):
        command = [tests.BINARY, "serve", "tokens", "add", role, "--role", role, "--json",
                   "--workspace", str(self.path / "workspace")]
        token = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["token"]
        self.tokens.append(token)
        return token, role


def record(name):
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path)
        tokens = dict(folder.add_token(role) for role in ("read", "write"))
        process, uri = tests.workbench_server(folder.path)
        with ProxyServer(("127.0.0.1", 0), Proxy) as proxy:
            proxy.target, proxy.recording = int(uri.rsplit(":", 1)[1]), Recording(tokens)
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            uri = f"http://127.0.0.1:{proxy.server_address[1]}"
            tests.mlflow.set_tracking_uri(uri)
            try:
                SCENARIOS[name](tests.MlflowClient(uri), uri, folder)
            finally:
                proxy.shutdown()
                process.terminate()
                process.wait(10)
            proxy.recording.write(FIXTURES / f"{name}.json")
            print(f"{name}: {len(proxy.recording.calls)} calls")


def main():
    chance = os.urandom
    # Files whose bytes do not matter are small, and names are the same each time.
    os.urandom = lambda count: b"big" if count > 1000 else chance(count)
    tests.unique = lambda name: name
    FIXTURES.mkdir(exist_ok=True)
    os.chdir(tempfile.gettempdir())
    for name in NAMES or SCENARIOS:
        record(name)


main()
