import Foundation
import Testing

/// The files that `make install` puts under a prefix are all that the program needs.
@Suite struct InstallationTests {
    @Test func theInstalledProgramFindsItsThemesSampleDataAndModel() throws {
        let program = try Program(hasModel: false)
        let prefix = "\(program.folder)/prefix"
        let manager = FileManager.default
        for folder in ["bin", "share/workbench"] {
            try manager.createDirectory(
                atPath: "\(prefix)/\(folder)",
                withIntermediateDirectories: true
            )
        }
        let binary = URL(fileURLWithPath: Program.binary).resolvingSymlinksInPath().path
        try manager.copyItem(atPath: binary, toPath: "\(prefix)/bin/workbench")
        for folder in ["themes", "sample-data"] {
            try manager.copyItem(
                atPath: Program.root.appendingPathComponent(folder).path,
                toPath: "\(prefix)/share/workbench/\(folder)"
            )
        }
        // Names that only the installed files have.
        let installed = "\(prefix)/share/workbench"
        try manager.moveItem(
            atPath: "\(installed)/sample-data/message-routing.jsonl",
            toPath: "\(installed)/sample-data/installed-routing.jsonl"
        )
        try manager.moveItem(
            atPath: "\(installed)/themes/high-contrast.yaml",
            toPath: "\(installed)/themes/installed-contrast.yaml"
        )
        let path = "PATH=\(prefix)/bin:/usr/bin:/bin"
        let data = try program.shell("\(path) workbench data list")
        #expect(data.text.contains("installed-routing"), "\(data)")
        #expect(data.text.contains("company-faq"), "\(data)")
        #expect(!data.text.contains("message-routing"), "\(data)")
        let model = try program.shell("\(path) workbench model show moru-tiny --json")
        #expect(model.text.replacing("\\/", with: "/").contains("\"\(prefix)/"), "\(model)")
        let terminal = try Tmux(
            program,
            "exec \(prefix)/bin/workbench --theme installed-contrast"
        )
        try terminal.wait(for: "No run yet")
        try terminal.press("T")
        try terminal.wait(for: "Theme dark")
    }
}
