import Foundation
import JSON
import Platform
import Testing
import Workflows

@Suite struct SampleFlowTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private static let folder = "\(root)/sample-data/flows"

    private func flow(_ name: String) throws -> (Flow, FlowGraph) {
        let flow = try FlowReader(kinds: DeclaredKind.kinds).read("\(Self.folder)/\(name).yaml")
        return (flow, try FlowGraph(flow, parameters: try flow.parameterValues([:])))
    }

    @Test func theKoreanPipelineGoesFromTextToADeployedModel() throws {
        let (flow, graph) = try flow("korean-assistant")
        #expect(flow.name == "korean-assistant")
        #expect(
            graph.instances.map(\.id)
                == [
                    "clean", "cpt", "sft[seed=1]", "sft[seed=2]", "check", "register", "gate",
                    "promote",
                ]
        )
        #expect(graph.downstream(of: 1).count == 7)
    }

    @Test func theTutorialLoadsTrainsAndDeploys() throws {
        let (flow, graph) = try flow("train-and-deploy")
        #expect(graph.instances.map(\.id) == ["load", "train", "deploy", "promote"])
        #expect(flow.tasks[0].cacheExpiration == 86_400)
        #expect(flow.tasks[1].retries == 3)
        #expect(flow.tasks[1].timeout == 1_800)
    }

    @Test func theRecipeHasTheStepsOfMLflow() throws {
        let (flow, graph) = try flow("csv-recipe")
        #expect(
            graph.instances.map(\.id) == [
                "ingest", "split", "transform", "train", "evaluate", "register",
            ]
        )
        let table = try #require(flow.parameters.first { $0.name == "table" })
        #expect(FilePaths.isFile("\(flow.folder)/\(table.defaultValue.text ?? "")"))
    }

    @Test func theFlowOfTheDocumentationIsValid() throws {
        let text = try String(contentsOfFile: "\(Self.root)/docs/flows.md", encoding: .utf8)
        let block = try #require(text.components(separatedBy: "```yaml\n").dropFirst().first)
        let source = try #require(block.components(separatedBy: "```").first)
        #expect(DeclaredKind.faults(source) == [])
    }

    @Test func eachFlowThatShipsIsTested() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(
            names.filter { $0.hasSuffix(".yaml") }.sorted()
                == ["csv-recipe.yaml", "korean-assistant.yaml", "train-and-deploy.yaml"]
        )
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }
}
