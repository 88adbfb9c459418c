import Foundation
import JSON
import Platform
import Testing
import Workflows

/// A folder that is removed with its last reference.
private final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
        path = "\(FileManager.default.temporaryDirectory.path)/project-\(UUID().uuidString)"
        for (name, text) in files {
            let url = URL(filePath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func flow(_ name: String = "") throws -> Flow {
        try FlowReader(kinds: DeclaredKind.kinds).read("\(path)/\(name)")
    }

    func faults() -> [String] {
        do {
            _ = try flow()
            return []
        } catch {
            return (error as? any AnyCodedError)?.general.details ?? ["\(error)"]
        }
    }
}

extension Flow {
    /// An input of a task, resolved with the defaults.
    fileprivate func input(
        _ name: String,
        of task: String,
        _ texts: [String: String] = [:]
    ) throws -> JSONValue? {
        let scope = FlowScope(try parameterValues(texts).mapValues { FlowValue($0) })
        let input = tasks.first { $0.name == task }?.inputs.first { $0.name == name }
        return try input?.value.resolved(in: scope, syntax: name == "command" ? .command : .value)
            .value
    }
}

@Suite struct MLProjectTests {
    private let text = """
        name: My Project
        python_env: python_env.yaml
        entry_points:
          main:
            parameters:
              data_file: path
              regularization: {type: float, default: 1}
              max-iter: {type: int, default: "10"}
              note: {type: string, default: "it's ${x}"}
            command: "python train.py -r {regularization} --n '{max-iter}' {data_file} {note} $HOME ${{X}} {{}}"
          validate:
            command: "python validate.py"
        """

    @Test func anEntryPointIsATask() throws {
        let flow = try Folder(["MLproject": text]).flow()
        #expect(flow.name == "My Project")
        #expect(flow.parameters.map(\.name) == ["data_file", "regularization", "max_iter", "note"])
        #expect(flow.parameters.map(\.type) == [.text, .number, .integer, .text])
        #expect(flow.tasks.map(\.name) == ["main"])
        #expect(flow.source.contains("python_env.yaml is not made"))
        let command = try flow.input(
            "command",
            of: "main",
            ["data_file": "a b.csv", "regularization": "0.5"]
        )
        #expect(
            command == #"python train.py -r 0.5 --n 10 'a b.csv' 'it'\''s ${x}' $HOME ${X} {}"#
        )
    }

    @Test(arguments: [
        ("float", "abc", "a number"), ("int", "2.5", "a whole number"), ("float", "1e-3", nil),
        ("int", "7", nil), ("string", "1.50", nil), ("path", "[1]", nil),
    ])
    func aRequiredParameterHasItsType(_ type: String, _ text: String, _ fault: String?) throws {
        let flow = try Folder([
            "MLproject":
                "entry_points: {main: {parameters: {need: \(type)}, command: \"x {need}\"}}"
        ]).flow()
        guard let fault else {
            let command = try flow.input("command", of: "main", ["need": text])
            let word = type == "path" ? "'[1]'" : type == "float" ? "0.001" : text
            #expect(command == .string("x \(word)"))
            return
        }
        let error = #expect(throws: FlowError.self) { try flow.parameterValues(["need": text]) }
        #expect(error?.message == "The parameter need must be \(fault), not `\(text)`.")
        #expect(throws: FlowError.self) { try flow.parameterValues([:]) }
    }

    @Test func theTextThatIsKeptIsTheSameFlow() throws {
        let flow = try Folder(["MLproject": text]).flow("MLproject")
        let again = try FlowReader(kinds: DeclaredKind.kinds).parse(flow.source, path: flow.path)
        #expect(again.parameters == flow.parameters)
        #expect(again.source == flow.source)
    }

    @Test func anotherEntryPointIsNamedInThePath() throws {
        let folder = try Folder(["MLproject": text])
        let flow = try folder.flow("#validate")
        #expect(try flow.input("command", of: "validate") == "python validate.py")
        #expect(flow.path == "\(folder.path)/MLproject#validate")
        #expect(flow.folder == folder.path)
        let error = #expect(throws: FlowError.self) { try folder.flow("MLproject#validat") }
        #expect(error?.message.contains("Did you mean `validate`?") == true)
    }

    @Test(arguments: [
        ("name: x", "no entry points"),
        ("entry_points: {a: {command: x}, b: {command: y}}", "Which entry point? There are: a, b."),
        ("entry_points: {main: {command: \"x {y}\"}}", "{y}, which is no parameter"),
        (
            "entry_points: {main: {parameters: {y: int}, command: \"x 'a {y}'\"}}",
            "cannot stand in quotes"
        ),
        (
            "entry_points: {main: {parameters: {y: {type: int, default: a}}, command: x}}",
            "`a` is no int"
        ),
        (
            "entry_points: {main: {parameters: {y: number}, command: x}}",
            "one of string, float, int, path, uri"
        ),
        ("entry_points: {main: {}}", "`command` is missing"),
        ("entry_point: {}", "Did you mean `entry_points`?"), ("- a", "An MLproject has"),
    ])
    func faultsHaveALine(text: String, line: String) throws {
        let faults = try Folder(["MLproject": text]).faults()
        #expect(faults.contains { $0.contains(line) }, "\(faults)")
    }
}

@Suite struct DVCPipelineTests {
    @Test func stagesAreTasksThatComeAfterTheirDependencies() throws {
        let flow = try Folder([
            "dvc.yaml": """
            vars: [{base: data}, extra.json]
            stages:
              train:
                cmd: python train.py --lr ${train.lr} ${opts}
                deps: [train.py, "${base}/features/x.csv", raw.csv]
                params: [train.lr, other.yaml: [a]]
                outs: [model.bin: {persist: true}]
                metrics: [metrics.json: {cache: false}]
              features:
                wdir: sub dir
                cmd: [mkdir x, "python ../f.py # it's ${extra}"]
                deps: [../f.py]
                outs: [../data/features]
              fetch: {cmd: "echo \\\\${A} $B > raw.csv", outs: [raw.csv]}
              old: {cmd: x, deps: [model.bin], frozen: true}
              report: {cmd: cat, deps: [metrics.json], always_changed: true}
            """,
            "params.yaml":
                "train: {lr: 1.0e-3}\nopts: {a: 1, flag: true, off: false, list: [x, 'y z'], in: {q: 2.0}}\n",
            "extra.json": "{\"extra\": \"q\"}", "other.yaml": "a: 1",
        ]).flow()
        #expect(flow.tasks.map(\.name) == ["train", "features", "fetch", "report"])
        let needs = Dictionary(uniqueKeysWithValues: flow.tasks.map { ($0.name, $0.needs) })
        #expect(
            needs == [
                "train": ["features", "fetch"], "features": [], "fetch": [], "report": ["train"],
            ]
        )
        #expect(
            try flow.input("command", of: "train")
                == "python train.py --lr 0.001 --a 1 --flag --list x 'y z' --in.q 2.0"
        )
        #expect(
            try flow.input("inputs", of: "train") == [
                "train.py", "data/features/x.csv", "raw.csv", "params.yaml", "other.yaml",
            ]
        )
        #expect(try flow.input("outputs", of: "train") == ["model.bin", "metrics.json"])
        #expect(
            try flow.input("command", of: "features")
                == "cd 'sub dir' || exit\n(\nmkdir x\n) || exit\n(\npython ../f.py # it's q\n) || exit"
        )
        #expect(try flow.input("inputs", of: "features") == ["f.py"])
        #expect(try flow.input("outputs", of: "features") == ["data/features"])
        #expect(try flow.input("command", of: "fetch") == "echo ${A} $B > raw.csv")
        #expect(flow.tasks.map(\.cacheExpiration) == [nil, nil, 0, 0])
        #expect(flow.source.contains("The stage old is frozen"))
    }

    @Test func loopsAndMatricesAreSeveralStages() throws {
        let flow = try Folder([
            "dvc.yaml": """
            stages:
              build:
                foreach: ${langs}
                do: {cmd: "make ${item}", deps: [Makefile], outs: ["out/${item}"]}
              fit:
                foreach: {us: {e: 3}, uk: {e: 10}}
                do: {cmd: "fit ${key} ${item.e}", deps: ["out/ko"], outs: ["m-${key}"]}
              grid:
                matrix: {model: [a, b], size: [1, 2.0]}
                cmd: grid ${item.model} ${item.size} ${key}
                deps: [m-us]
            """,
            "params.yaml": "langs: [ko, true]",
        ]).flow()
        #expect(
            flow.tasks.map(\.name) == [
                "build_ko", "build_true", "fit_us", "fit_uk", "grid_a_1", "grid_a_2_0", "grid_b_1",
                "grid_b_2_0",
            ]
        )
        #expect(try flow.input("command", of: "build_true") == "make true")
        #expect(flow.source.contains("# The stage build@True."))
        #expect(try flow.input("command", of: "fit_uk") == "fit uk 10")
        #expect(try flow.input("command", of: "grid_b_2_0") == "grid b 2.0 b-2.0")
        #expect(flow.tasks.first { $0.name == "fit_us" }?.needs == ["build_ko"])
    }

    @Test(arguments: [
        ("{}", "`stages` is missing"), ("stages: {}", "no stages"),
        ("stages: {a: {}}", "`cmd` is missing"),
        ("stages: {a: {cmd: x, dep: [y]}}", "Did you mean `deps`?"),
        ("stages: {a: {cmd: \"${y}\"}}", "1:19: There is no variable `y`."),
        ("stages: {a: {cmd: x, deps: [s3://b/c]}}", "not on this machine"),
        ("vars: [no.yaml]\nstages: {a: {cmd: x}}", "There is no file"),
        ("vars: [no.toml]\nstages: {a: {cmd: x}}", "YAML and JSON"),
        ("vars: [{a: 1}, {a: 2}]\nstages: {a: {cmd: x}}", "has two values"),
        ("stages: {a: {foreach: 3, do: {cmd: x}}}", "needs a list"),
        ("stages: {a: {cmd: x, outs: [q]}, b: {cmd: x, outs: [q]}}", "both make `q`"),
        (
            "stages: {a: {cmd: x, deps: [q], outs: [p]}, b: {cmd: x, deps: [p], outs: [q]}}",
            "in a circle: a → b → a"
        ),
        ("stages: {a: {cmd: x, matrix: {k: []}}}", "a list with values"),
        ("stages: {a: {cmd: x, outs: [../q]}}", "1:29: ../q is not below the folder"),
        ("stages: {a: {cmd: x, outs: [{/q: {cache: false}}]}}", "/q is not below"),
        ("stages: {a: 5}", "A stage has names with values"),
        (
            "vars: [{o: {a: 1}}]\nstages: {a: {cmd: x, deps: [\"${o}\"]}}",
            "cannot be part of a text"
        ), ("stages: {a: {cmd: \"x ${y\"}}", "closing }"),
    ])
    func faultsHaveALine(text: String, line: String) throws {
        let faults = try Folder(["dvc.yaml": text]).faults()
        #expect(faults.contains { $0.contains(line) }, "\(faults)")
    }

    @Test func aFolderWithoutAProjectIsNotFound() throws {
        let error = #expect(throws: FlowError.self) { try Folder(["x": ""]).flow() }
        #expect(error?.code == .notFound)
        let both = #expect(throws: FlowError.self) {
            try Folder(["MLproject": "", "dvc.yaml": ""]).flow()
        }
        #expect(both?.code == .ambiguous)
    }
}
