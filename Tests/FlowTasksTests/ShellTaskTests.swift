import FlowTasks
import Glibc
import JSON
import Platform
import TestModels
import Testing
import Workflows

@Suite("Tasks that start programs")
struct ShellTaskTests {
    private func with(
        _ kind: String = "shell",
        _ body: (TestCall, TestServices) throws -> Void
    ) throws {
        try TemporaryFolder.with { folder in
            let services = TestServices(folder)
            try body(try TestCall(kind, services, in: folder), services)
        }
    }

    @Test("Lines of the outputs file become outputs of their types")
    func outputs() throws {
        try with { call, _ in
            let result = try call.run([
                "command": """
                echo 'loss=0.5' >> "$WORKBENCH_OUTPUTS"
                echo '{"steps": 12, "ids": [1, 2]}' >> "$WORKBENCH_OUTPUTS"
                printf 'name=a b\\nflag=true\\nname=second\\n' >> "$WORKBENCH_OUTPUTS"
                """
            ])
            #expect(result["loss"] == .number(0.5) && result["steps"] == .integer(12))
            #expect(result["ids"] == [1, 2] && result["name"] == "second")
            #expect(result["flag"] == true)
        }
    }

    @Test(
        "Outputs that cannot be read name their line",
        arguments: ["just words", "{\"a\": ", "files=1", "a b=1", "1a=2"]
    )
    func wrongOutputs(line: String) throws {
        try with { call, _ in
            let error = flowError {
                _ = try call.run([
                    "command": [
                        "sh", "-c", "printf 'ok=1\\n%s\\n' \"$1\" > \"$WORKBENCH_OUTPUTS\"", "-",
                        .string(line),
                    ]
                ])
            }
            #expect(error?.code == .invalid && error?.message.contains("line 2") == true)
        }
    }

    @Test("A list starts a program without a shell; the environment says what it belongs to")
    func list() throws {
        try with { call, _ in
            let command =
                "echo $WORKBENCH_TASK $WORKBENCH_TASK_KEY $WORKBENCH_FLOW_RUN $MLFLOW_RUN_ID "
                + "$MLFLOW_TRACKING_URI \"$MLFLOW_TRACKING_TOKEN\" $TEAM"
            _ = try call.run(["command": ["echo", "$HOME", "a  b"]])
            _ = try call.run(
                [
                    "command": .string(command), "env": ["TEAM": "search"],
                ],
                run: "r1"
            )
            #expect(
                call.lines == [
                    "$HOME a  b",
                    "the-task the-key the-flow-run r1 http://127.0.0.1:5 token of r1 search",
                ]
            )
            let groups = call.state.withLock { $0.groups }
            #expect(groups.count == 2)
        }
    }

    @Test("Of outputs with one name the last counts; a long or special file is refused")
    func unusualOutputs() throws {
        try with { call, _ in
            let result = try call.run([
                "command": "printf 'a=1\\nb=2\\na=3\\n' > $WORKBENCH_OUTPUTS"
            ])
            #expect(result.outputs.map(\.name) == ["a", "b"])
            #expect(result["a"] == 3)
            let faulty = [
                "head -c 1048577 /dev/zero > $WORKBENCH_OUTPUTS",
                "rm $WORKBENCH_OUTPUTS; mkfifo $WORKBENCH_OUTPUTS",
            ]
            for command in faulty {
                let error = flowError { _ = try call.run(["command": .string(command)]) }
                #expect(error?.code == .invalid, "\(command)")
            }
        }
    }

    @Test("A failure says how, and may be tried again; a missing program is the input's fault")
    func failures() throws {
        try with { call, _ in
            let error = flowError { _ = try call.run(["command": "echo no >&2; exit 3"]) }
            #expect(error?.code == .failed && error?.message.contains("status 3") == true)
            #expect(call.lines == ["no"])
            for command: JSONValue in [["/no/such/program"], ["."], "no-such-program"] {
                #expect(flowError { _ = try call.run(["command": command]) }?.code == .invalid)
            }
            #expect(flowError { _ = try call.run(["command": "  "]) }?.code == .invalid)
            #expect(flowError { _ = try call.run(["command": 3]) }?.code == .invalid)
        }
    }

    @Test("Secrets reach the environment, and nothing else")
    func secrets() throws {
        try with { call, _ in
            try Files.write("from-file\n".utf8, to: "\(call.folder)/secret")
            setenv("WB_TEST_SECRET", "s3cr3t-value", 1)
            let inputs: JSONValue = [
                "command": "echo $A and $B; echo \"out=$A\" > $WORKBENCH_OUTPUTS",
                "secrets": ["A": ["env": "WB_TEST_SECRET"], "B": ["file": "secret"]],
            ]
            let result = try call.run(inputs)
            #expect(call.lines == ["•••• and ••••"])
            #expect(result["out"] == "••••")
            #expect(try call.content(inputs)["secrets"] == .null)
            let missing: JSONValue = ["command": "true", "secrets": ["A": ["env": "WB_NOT_SET"]]]
            let error = flowError { _ = try call.run(missing) }
            #expect(error?.code == .invalid && error?.message.contains("WB_NOT_SET") == true)
            #expect(call.faults(["command": "true", "secrets": ["A": "plain"]]) == ["secrets"])
        }
    }

    @Test("Metrics in the lines go to the run, colours do not go to the log")
    func metrics() throws {
        try with { call, services in
            _ = try call.run(
                [
                    "command":
                        #"printf '\033[32mstep=1 loss=2.5\033[0m\n{"step": 2, "loss": 1.5}\n'"#
                ],
                run: "r1"
            )
            #expect(call.lines == ["step=1 loss=2.5", #"{"step": 2, "loss": 1.5}"#])
            let losses = services.state.withLock { $0.metrics }.filter { $0.name == "loss" }
            #expect(losses == [TaskMetric("loss", 2.5, step: 1), TaskMetric("loss", 1.5, step: 2)])
        }
    }

    @Test("A line of standard output gets the step of the bar on standard error")
    func steps() throws {
        try with { call, services in
            // More than a pipe holds: the first bar is read before the line is printed.
            let command = """
                printf ' 0%%| | 0/9 [00:00<?, ?it/s]\\n' >&2
                head -c 200000 /dev/zero | tr '\\0' ' ' >&2
                printf '\\r   \\r' >&2
                echo "{'loss': 2.5}"
                printf '\\r 44%%|█| 4/9 [00:05<00:22,  2.00it/s]\\n' >&2
                """
            _ = try call.run(["command": .string(command)], run: "r1")
            let losses = services.state.withLock { $0.metrics }.filter { $0.name == "loss" }
            #expect(losses == [TaskMetric("loss", 2.5, step: 4)])
        }
    }

    @Test("Only declared outputs let other flow runs use a result; input files count by content")
    func keys() throws {
        try with { call, _ in
            let inputs: JSONValue = ["command": "x", "inputs": ["a.txt"], "outputs": ["b.txt"]]
            #expect(call.kind.reuse(of: inputs.object) == .anywhere)
            #expect(call.kind.reuse(of: (["command": "x"] as JSONValue).object) == .sameFlowRun)
            #expect(flowError { _ = try call.content(inputs) }?.code == .invalid)
            try Files.write("1".utf8, to: "\(call.folder)/a.txt")
            let first = try call.content(inputs)["inputs"]
            try Files.write("2".utf8, to: "\(call.folder)/a.txt")
            #expect(try call.content(inputs)["inputs"] != first)
            try Files.write("1".utf8, to: "\(call.folder)/a.txt")
            #expect(try call.content(inputs)["inputs"] == first)
            let result = try call.run(["command": "echo x > b.txt", "outputs": "b.txt"])
            #expect(result.files == [.init(name: "b.txt", path: "\(call.folder)/b.txt")])
        }
    }

    @Test("What a failed command has left behind is ended, what a successful one has is not")
    func leftBehind() throws {
        try with { call, _ in
            _ = try call.run(["command": "sleep 60 >/dev/null 2>&1 &"])
            #expect(flowError { _ = try call.run(["command": "sleep 60 & exit 1"]) } != nil)
            let groups = call.state.withLock { $0.groups }
            #expect(groups.map { ProcessGroup.isAlive($0) } == [true, false])
            kill(-groups[0], SIGKILL)
        }
    }

    @Test("A cancelled command ends with its children")
    func cancellation() throws {
        try with { call, _ in
            #expect(throws: CancellationError.self) {
                _ = try call.run(["command": "sleep 60 & echo ready; wait"]) { _ in call.cancel() }
            }
            let group = try #require(call.state.withLock { $0.groups.first })
            #expect(!ProcessGroup.isAlive(group))
        }
    }

    @Test("Faults that are known before it runs")
    func faults() throws {
        try with { call, _ in
            #expect(call.faults(["command": "x", "folder": "nowhere"]) == ["folder"])
            #expect(call.faults(["command": "x", "env": ["A=B": "1"]]) == ["env"])
            for path in ["/tmp/x", "../x", "a/../../x", ".", ""] {
                #expect(call.faults(["command": "x", "outputs": [.string(path)]]) == ["outputs"])
            }
            #expect(call.faults(["command": "x", "outputs": ["a/../x", "..x/y"]]) == [])
            #expect(call.faults(["command": []]) == ["command"])
            #expect(call.faults(["command": "x", "inputs": [["a": 1]]]) == ["inputs"])
        }
    }

    @Test("A script of Python runs with its arguments, and counts by its content")
    func python() throws {
        try with("python") { call, _ in
            let script =
                "import os, sys\nprint('loss=1.5 step=3')\n"
                + "open(os.environ['WORKBENCH_OUTPUTS'], 'w').write('args=' + '|'.join(sys.argv[1:]))\n"
            try Files.write(script.utf8, to: "\(call.folder)/a.py")
            let inputs: JSONValue = ["script": "a.py", "args": ["x y", 3]]
            #expect(try call.run(inputs)["args"] == "x y|3")
            #expect(try call.content(inputs)["script"] == .string(sha256(of: script)))
            #expect(
                call.faults(["script": "b.py", "requirements": "r.txt"]) == [
                    "script", "requirements",
                ]
            )
            #expect(flowError { _ = try call.run(["script": "b.py"]) }?.code == .invalid)
        }
    }

    /// An interpreter that makes empty environments, and notes what it does.
    private func writeInterpreter(to path: String, installs: String) throws {
        let script = """
            #!/bin/sh
            echo "$*" >> "\(path).calls"
            case "$*" in
            -c*) echo 3.11 ;;
            *venv*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
            *pip*) \(installs) ;;
            *) echo "ran in $VIRTUAL_ENV" ;;
            esac
            """
        try Files.writeNew(script.utf8, to: path, mode: 0o755, replaces: true)
    }

    @Test("An environment is made once for the same requirements")
    func environment() throws {
        try with("python") { call, services in
            try writeInterpreter(to: "\(call.folder)/py", installs: "true")
            try Files.write("".utf8, to: "\(call.folder)/a.py")
            let inputs: JSONValue = ["script": "a.py", "requirements": ["x==1"], "python": "./py"]
            _ = try call.run(inputs)
            _ = try call.run(inputs)
            _ = try call.run(["script": "a.py", "requirements": ["x==2"], "python": "./py"])
            let calls = try Files.text("\(call.folder)/./py.calls").split(separator: "\n")
            #expect(calls.count { $0.contains("venv") } == 2)
            let ran = call.lines.filter { $0.hasPrefix("ran in \(services.cacheFolder)/python/") }
            #expect(ran.count == 3 && Set(ran).count == 2)
        }
    }

    @Test("Requirements that cannot be installed are one clear line, and leave nothing behind")
    func requirements() throws {
        try with("python") { call, services in
            let fails = "echo 'ERROR: No matching distribution found for x'; exit 1"
            try writeInterpreter(to: "\(call.folder)/py", installs: fails)
            try Files.write("".utf8, to: "\(call.folder)/a.py")
            let error = flowError {
                _ = try call.run(
                    ["script": "a.py", "requirements": ["x"], "python": "./py"]
                )
            }
            #expect(error?.code == .failed)
            #expect(error?.message.contains("No matching distribution found for x") == true)
            let kept = Files.names(in: "\(services.cacheFolder)/python")
            #expect(kept.allSatisfy { $0.hasSuffix(".lock") })
        }
    }
}
