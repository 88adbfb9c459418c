"""Alerts that MLflow's own client raises by a tag and by a metric, delivered to a webhook."""
import http.server
import json
import subprocess
import threading
import time

import pytest

from conftest import BINARY
from test_mlflow import MlflowClient, workbench_server


class Webhook(http.server.BaseHTTPRequestHandler):
    """Refuses the first delivery, and keeps what it gets."""

    received = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append((self.headers["Idempotency-Key"], body))
        self.send_response(503 if len(self.received) == 1 else 204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture()
def webhook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()


def alerts(folder):
    command = [BINARY, "alerts", "list", "--json", "--workspace", str(folder / "workspace")]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_a_tag_and_a_rule_raise_alerts_that_are_delivered(tmp_path, webhook):
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "config.yaml").write_text(
        f"alerts:\n  webhook: {webhook}\n  rules:\n    - {{metric: loss, above: 5, level: error}}\n"
    )
    process, uri = workbench_server(tmp_path)
    try:
        client = MlflowClient(uri)
        run = client.create_run("0").info.run_id
        for _ in range(3):
            client.set_tag(run, "workbench.alert", "Out of data\nshard 3 is empty")
        for step, loss in enumerate([1.0, 6.0, 7.0, 2.0]):
            client.log_metric(run, "loss", loss, step=step)
        raised = alerts(tmp_path)
        assert [alert["title"] for alert in raised] == ["loss is 6 at step 1", "Out of data"]
        assert [alert["level"] for alert in raised] == ["error", "warning"]
        assert all(alert["source"]["run"] == run for alert in raised)
        # The refused one is repeated after five seconds.
        deadline = time.monotonic() + 20
        while len(Webhook.received) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        keys = [key for key, _ in Webhook.received]
        assert len(keys) == 3 and keys.count(keys[0]) == 2
        bodies = {body["title"]: body for _, body in Webhook.received}
        assert bodies["Out of data"]["text"] == "Out of data\nshard 3 is empty"
        assert bodies["loss is 6 at step 1"]["run"] == run
        while any(d["state"] != "delivered" for a in alerts(tmp_path) for d in a["deliveries"]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.terminate()
        assert process.wait(10) == 0
