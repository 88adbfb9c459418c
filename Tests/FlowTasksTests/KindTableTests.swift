import FlowTasks
import JSON
import Platform
import Testing
import Workflows

@Suite("The table of kinds")
struct KindTableTests {
    private let kinds = TaskKinds.standard(TestServices("/tmp"))

    @Test("docs/flow-tasks.md is made from the declarations")
    func page() throws {
        let root = FilePaths.parent(FilePaths.parent(FilePaths.parent(#filePath)))
        let page = KindTable.markdown(kinds)
        let isCurrent = try Files.text("\(root)/docs/flow-tasks.md") == page
        if !isCurrent { try Files.write(page.utf8, to: "/tmp/flow-tasks.md") }
        #expect(isCurrent, "The page as it should be is written to /tmp/flow-tasks.md.")
    }

    @Test("Names of kinds, inputs and outputs are unique and can be written in expressions")
    func names() {
        #expect(Set(kinds.all.map(\.name)).count == kinds.all.count)
        for kind in kinds.all {
            let names = [kind.inputs.map(\.name), kind.outputs.map(\.name)]
            for names in names {
                #expect(Set(names).count == names.count)
                #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z_][a-z0-9_]*/) != nil })
            }
        }
    }

    @Test("What changes the store is done once, and used again within its flow run only")
    func effects() {
        for kind in kinds.all {
            #expect((kind.effect == .once) == kind.name.hasPrefix("registry."))
            if kind.effect == .once { #expect(kind.reuse(of: .init()) == .sameFlowRun) }
        }
    }

    @Test("A sweep is refused by name")
    func sweep() throws {
        let sweep = try #require(kinds["sweep"])
        let faults = sweep.faults(in: .init(), folder: "/")
        #expect(faults.first?.fault.contains("comes with sweeps") == true)
    }
}
