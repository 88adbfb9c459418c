/// A proof that an option is not ignored.
enum Trial {
    /// With these words the command ends with an error that contains this text.
    case refused([String], String)
    /// With these words its output or status differs from that with those.
    case differs([String], [String])
    /// Where it is tested, and why not here.
    case elsewhere(String)
}

/// A trial for every option of every command, by the command's words and the option's name.
///
/// The words follow the command's. `{data}`, `{run}` and the like are created by
/// ``OptionWalkTests``; `{new}` is a path where nothing exists, a different one each time.
enum OptionTable {
    static let trials: [String: [String: Trial]] = [
        "screen": [
            "--theme": .refused(["--theme", "nope"], "nope"),
            "--readonly": .differs(
                ["--plain", "--readonly", "--workspace", "{new}"],
                ["--plain", "--workspace", "{new}"]
            ),
            "--plain": .elsewhere("ScreenWalkTests: it needs a terminal to be without"),
        ],
        "model tokenize": [
            "--text": .differs(["tiny", "--text", "a"], ["tiny", "--text", "b"]),
            "--texts": .refused(["tiny", "--texts", "{new}"], "{new}"),
        ],
        "model score": [
            "--text": .differs(["tiny", "--text", "ab"], ["tiny", "--text", "abc"]),
            "--ids": .differs(["tiny", "--ids", "1,2"], ["tiny", "--ids", "1,3"]),
            "--adapter": .refused(["tiny", "--ids", "1,2", "--adapter", "{new}"], "{new}"),
            "--precision": .differs(
                ["tiny", "--ids", "5,6,7,8", "--precision", "exact", "--json"],
                ["tiny", "--ids", "5,6,7,8", "--json"]
            ),
        ],
        "model template": [
            "--messages": .refused(["tiny", "--messages", "{new}"], "{new}"),
            "--tools": .refused(["tiny", "--messages", "{messages}", "--tools", "{new}"], "{new}"),
            "--template": .refused(
                ["tiny", "--messages", "{messages}", "--template", "{new}"],
                "{new}"
            ),
            "--add-generation-prompt": .differs(
                ["tiny", "--messages", "{messages}", "--add-generation-prompt"],
                ["tiny", "--messages", "{messages}"]
            ),
            "--spans": .differs(
                ["tiny", "--messages", "{messages}", "--spans"],
                ["tiny", "--messages", "{messages}"]
            ),
            "--tokens": .differs(
                ["tiny", "--messages", "{messages}", "--tokens", "--json"],
                ["tiny", "--messages", "{messages}", "--json"]
            ),
        ],
        "model quantize": [
            "--to": .refused(["tiny", "--to", "Q9", "--output", "{new}.gguf"], "Q9"),
            "--again": .differs(
                ["{quantized}", "--to", "Q8_0", "--no-compare", "--output", "{new}.gguf"],
                [
                    "{quantized}", "--to", "Q8_0", "--no-compare", "--output", "{new}.gguf",
                    "--again",
                ]
            ),
            "--output": .refused(["tiny", "--to", "F16", "--output", "{file}"], "{file} exists"),
            "--force": .differs(
                ["tiny", "--to", "F16", "--no-compare", "--output", "{file}", "--force"],
                ["tiny", "--to", "F16", "--no-compare", "--output", "{file}"]
            ),
            "--no-compare": .differs(
                ["tiny", "--to", "F16", "--output", "{new}.gguf", "--no-compare"],
                ["tiny", "--to", "F16", "--output", "{new}.gguf"]
            ),
            "--max-divergence": .refused(
                ["tiny", "--to", "F16", "--output", "{new}.gguf", "--max-divergence=-1"],
                "divergence"
            ),
        ],
        "model convert": [
            "--to": .refused(["tiny", "--to", "Q9", "--output", "{new}.gguf"], "Q9"),
            "--base": .refused(["tiny", "--base", "tiny", "--output", "{new}.gguf"], "--base"),
            "--format": .differs(
                ["tiny", "--no-compare", "--output", "{new}", "--format", "gguf"],
                ["tiny", "--no-compare", "--output", "{new}"]
            ),
            "--output": .refused(["tiny", "--to", "F16", "--output", "{file}"], "{file}"),
            "--force": .differs(
                ["tiny", "--format", "gguf", "--no-compare", "--output", "{file}", "--force"],
                ["tiny", "--format", "gguf", "--no-compare", "--output", "{file}"]
            ),
            "--no-compare": .differs(
                ["tiny", "--output", "{new}.gguf", "--no-compare"],
                ["tiny", "--output", "{new}.gguf"]
            ),
            "--max-divergence": .refused(
                ["tiny", "--output", "{new}.gguf", "--max-divergence=-1"],
                "divergence"
            ),
        ],
        "model merge": [
            "--adapter": .refused(["tiny", "--adapter", "{new}"], "{new}"),
            "--to": .refused(["tiny", "--adapter", "{adapter}", "--to", "Q9"], "Q9"),
            "--format": .differs(
                [
                    "tiny", "--adapter", "{adapter}", "--no-compare", "--output", "{new}",
                    "--format", "gguf",
                ],
                ["tiny", "--adapter", "{adapter}", "--no-compare", "--output", "{new}"]
            ),
            "--output": .refused(
                ["tiny", "--adapter", "{adapter}", "--format", "gguf", "--output", "{file}"],
                "{file} exists"
            ),
            "--force": .differs(
                [
                    "tiny", "--adapter", "{adapter}", "--format", "gguf", "--no-compare",
                    "--output", "{file}", "--force",
                ],
                [
                    "tiny", "--adapter", "{adapter}", "--format", "gguf", "--no-compare",
                    "--output", "{file}",
                ]
            ),
            "--no-compare": .differs(
                ["tiny", "--adapter", "{adapter}", "--output", "{new}.gguf", "--no-compare"],
                ["tiny", "--adapter", "{adapter}", "--output", "{new}.gguf"]
            ),
            "--max-divergence": .refused(
                [
                    "tiny", "--adapter", "{adapter}", "--output", "{new}.gguf",
                    "--max-divergence=-1",
                ],
                "divergence"
            ),
        ],
        "model new": [
            "--data": .refused(["{new}.gguf", "--data", "nothing-of-this-name"], "nothing-of"),
            "--vocabulary": .refused(tiny(["{new}.gguf", "--vocabulary", "3"]), "vocabulary"),
            "--width": small("--width", "64"),
            "--layers": small("--layers", "2"),
            "--heads": .refused(
                ["{new}.gguf", "--data", "{data}", "--width", "32", "--heads", "5"],
                "heads"
            ),
            "--kv-heads": .refused(
                ["{new}.gguf", "--data", "{data}", "--kv-heads", "5"],
                "heads"
            ),
            "--feed-forward": small("--feed-forward", "64"),
            "--context": .refused(["{new}.gguf", "--data", "{data}", "--context", "0"], "context"),
            "--to": .refused(["{new}.gguf", "--data", "{data}", "--to", "Q9"], "Q9"),
            "--seed": .elsewhere("ScratchModelTests: the weights of two seeds"),
            "--force": .differs(
                tiny(["{file}", "--force"]),
                tiny(["{file}"])
            ),
        ],
        "data add": [
            "--map": .refused(["{plain}", "--map", "nope"], "map"),
            "--format": .refused(["{plain}", "--format", "nope"], "nope"),
            "--clean": .refused(["{plain}", "--clean", "nope"], "nope"),
            "--deduplicate": .differs(
                ["{twice}", "--deduplicate"],
                ["{twice}", "--name", "twice-too"]
            ),
            "--by": .refused(["{plain}", "--by", "question"], "--by"),
            "--skip-broken": .differs(["{broken}", "--skip-broken"], ["{broken}"]),
            "--name": .differs(["{plain}", "--name", "named"], ["{plain}"]),
        ],
        "data show": [
            "--offset": .differs(["{data}", "--offset", "2"], ["{data}"]),
            "--count": .differs(["{data}", "--count", "1"], ["{data}"]),
            "--model": .refused(["{data}", "--model", "nope"], "nope"),
            "--sequence-length": .differs(["{data}", "--sequence-length", "4"], ["{data}"]),
            "--held-out": .differs(["split", "--held-out"], ["split"]),
            "--packed": .differs(["{data}", "--packed"], ["{data}"]),
            "--history": .differs(["split", "--history"], ["split"]),
        ],
        "data lint": [
            "--model": .refused(["{data}", "--model", "nope"], "nope"),
            "--eval-data": .refused(["{data}", "--eval-data", "{new}"], "{new}"),
            "--sequence-length": .differs(["{data}", "--sequence-length", "4"], ["{data}"]),
            "--over-length": .refused(["{data}", "--over-length", "nope"], "nope"),
            "--allow": .refused(["{data}", "--allow", "nope"], "nope"),
        ],
        "data convert": [
            "--map": .refused(["{data}", "--map", "nope"], "map"),
            "--format": .refused(["{data}", "--format", "nope"], "nope"),
            "--clean": .refused(["{data}", "--clean", "nope"], "nope"),
            "--deduplicate": .differs(
                ["{twice}", "--deduplicate", "--name", "once"],
                ["{twice}", "--name", "once"]
            ),
            "--by": .refused(["{data}", "--by", "question"], "--by"),
            "--skip-broken": .differs(
                ["{broken}", "--skip-broken", "--name", "mended"],
                ["{broken}", "--name", "mended"]
            ),
            "--name": .differs(
                ["{twice}", "--deduplicate", "--name", "here"],
                ["{twice}", "--deduplicate", "--name", "there"]
            ),
        ],
        "data split": [
            "--eval": .differs(
                ["{data}", "--eval", "0.5", "--name", "half"],
                ["{data}", "--eval", "0.1", "--name", "half"]
            ),
            "--by": .refused(["{data}", "--eval", "0.5", "--by", "nope"], "nope"),
            "--salt": .differs(
                ["{data}", "--eval", "0.5", "--salt", "a", "--name", "salted"],
                ["{data}", "--eval", "0.5", "--salt", "b", "--name", "salted"]
            ),
            "--name": .differs(
                ["{data}", "--eval", "0.5", "--name", "here"],
                ["{data}", "--eval", "0.5", "--name", "there"]
            ),
        ],
        "train": train,
        "runs list": [
            "--all": .differs(["--all"], []),
            "--filter": .differs(["--filter", "attributes.run_name = 'first'"], []),
        ],
        "runs export": [
            "--mlflow": .refused(["--mlflow", "{file}"], "{file} exists"),
            "--format": .differs(["--format", "markdown"], []),
            "--filter": .differs(["--filter", "attributes.run_name = 'first'"], []),
            "--output": .refused(["--output", "{file}"], "{file} exists"),
            "--force": .differs(["--output", "{file}", "--force"], ["--output", "{file}"]),
        ],
        "registry register": [
            "--note": .elsewhere("OptionWalkTests.notesAreShown")
        ],
        "registry alias": [
            "--remove": .refused(["faq", "nobody", "--remove"], "nobody")
        ],
        "registry gate": [
            "--require": .differs(["faq", "--require", "eval_loss < 99"], ["faq", "--remove"]),
            "--approval": .differs(["faq", "--approval"], ["faq", "--remove"]),
            "--approver": .differs(["faq", "--approver", "kim"], ["faq", "--approval"]),
            "--remove": .differs(["faq", "--remove"], ["faq", "--approval"]),
            "--check": .refused(["faq", "--check", "77"], "77"),
            "--reason": .refused(["faq", "--reason", "why"], "--reason"),
        ],
        "registry approve": ["--reason": .elsewhere("OptionWalkTests.notesAreShown")],
        "registry promote": ["--reason": .elsewhere("OptionWalkTests.notesAreShown")],
        "chat": answering([]).merging([
            "--system": .elsewhere("GenerateCommandTests: the same option; chat reads its input")
        ]) { $1 },
        "generate": answering(["--prompt", "a"]).merging([
            "--prompt": .differs(["--prompt", "a", "--max-tokens", "2", "--json"], answer),
            "--system": .differs(answer + ["--system", "x y z"], answer),
            "--raw": .differs(answer + ["--raw"], answer),
            "--precision": .refused(answer + ["--precision", "nope"], "nope"),
        ]) { $1 },
        "serve run": [
            "--host": .refused(["--host", "no.such.host.invalid", "--port", "0"], "no.such.host"),
            "--port": .refused(["--port", "70000"], "--port"),
            "--require-token": .elsewhere("ServerTests: a server that runs"),
            "--rate": .refused(["--rate", "0"], "--rate"),
        ],
        "serve tokens add": [
            "--role": .differs(["ann", "--role", "write"], ["ann", "--role", "admin"])
        ],
        "bench decode": [
            "--model": .refused(["--model", "nope"], "nope"),
            "--threads": .refused(["--threads", "0"], "--threads"),
            "--tokens": .refused(["--tokens", "999999"], "exceed"),
            "--context": .refused(["--context", "999999"], "context"),
            "--batch-size": .refused(["--batch-size", "0"], "batch"),
        ],
        "doctor": [
            "--kernels": .differs(["--kernels"], [])
        ],
        "bench prefill": [
            "--model": .refused(["--model", "nope"], "nope"),
            "--threads": .refused(["--threads", "0"], "--threads"),
            "--tokens": .refused(["--tokens", "999999"], "exceed"),
        ],
        "bench train": [
            "--model": .refused(["--model", "nope"], "nope"),
            "--threads": .refused(["--threads", "0"], "--threads"),
            "--method": .refused(["--method", "full"], "lora"),
            "--batch-size": .refused(["--batch-size", "0"], "batch"),
            "--sequence-length": .refused(["--sequence-length", "999999"], "sequence"),
            "--rank": .refused(["--rank", "999999"], "rank"),
            "--steps": .refused(["--steps", "2"], "--steps"),
        ],
        "workspace check": [
            "--recover": .differs(["--recover"], [])
        ],
        "workspace backup": [
            "--force": .differs(["{file}", "--force"], ["{file}"])
        ],
        "workspace gc": [
            "--older-than": .differs(
                ["--dry-run", "--older-than", "0s"],
                ["--dry-run", "--older-than", "9d"]
            ),
            "--dry-run": .differs(["--dry-run", "--older-than", "9d"], ["--older-than", "9d"]),
        ],
    ].merging(flows) { $1 }

    /// An answer of two tokens.
    private static let answer = ["--prompt", "q1", "--max-tokens", "2", "--json"]

    private static func answering(_ words: [String]) -> [String: Trial] {
        [
            "--model": .refused(words + ["--model", "nope"], "nope"),
            "--adapter": .refused(words + ["--adapter", "{new}"], "{new}"),
            "--max-tokens": .refused(words + ["--max-tokens", "0"], "--max-tokens"),
            "--temperature": .refused(words + ["--temperature=-1"], "--temperature"),
            "--top-k": .refused(words + ["--top-k=-1"], "--top-k"),
            "--top-p": .refused(words + ["--top-p", "2"], "--top-p"),
            "--min-p": .refused(words + ["--min-p", "2"], "--min-p"),
            "--repetition-penalty": .refused(
                words + ["--repetition-penalty", "0"],
                "--repetition-penalty"
            ),
            "--seed": .refused(words + ["--seed=-1"], "seed"),
            "--stop": .refused(words + ["--stop="], "--stop"),
        ]
    }

    /// A new model with one size different from the others.
    private static func small(_ option: String, _ value: String) -> Trial {
        .differs(tiny(["{new}.gguf", option, value]), tiny(["{new}.gguf"], but: option))
    }

    private static func tiny(_ words: [String], but option: String = "") -> [String] {
        let sizes = [
            ("--vocabulary", "512"), ("--width", "32"), ("--layers", "1"), ("--heads", "2"),
            ("--kv-heads", "1"), ("--feed-forward", "32"), ("--context", "32"),
        ]
        return words + ["--data", "{data}", "--json"]
            + sizes.filter { !words.contains($0.0) }.flatMap { [$0.0, $0.1] }
    }
}
