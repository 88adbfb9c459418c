import Glibc
import Testing
import TestModels
import Workspace

@Suite struct SettingsTests {
    @Test func missingSettingsAreTheDefaults() throws {
        try TemporaryFolder.with { folder in
            let read = Settings.read(folder: folder)
            #expect(read.settings == Settings())
            #expect(read.problems.isEmpty)
        }
    }

    @Test func writtenSettingsAreRead() throws {
        try TemporaryFolder.with { folder in
            let settings = Settings(
                theme: "it's dark",
                defaultModel: "smollm2: 135m",
                experiment: "한국어",
                bell: false
            )
            try settings.write(folder: folder)
            let read = Settings.read(folder: folder)
            #expect(read.settings == settings)
            #expect(read.problems.isEmpty)
        }
    }

    @Test func unknownKeysAreReportedAndTheOthersHold() throws {
        try TemporaryFolder.with { folder in
            try TestWorkspace.write(
                "thme: dark\nbell: false\ntheme: light\n",
                to: "\(folder)/config.yaml"
            )
            let read = Settings.read(folder: folder)
            #expect(read.settings == Settings(theme: "light", bell: false))
            #expect(read.problems.count == 1)
            #expect(
                read.problems.first?.hasPrefix("\(folder)/config.yaml:1: thme is not a setting")
                    == true
            )
        }
    }

    @Test func aPipeInPlaceOfTheFileDoesNotBlock() throws {
        try TemporaryFolder.with { folder in
            #expect(mkfifo("\(folder)/config.yaml", 0o600) == 0)
            let read = Settings.read(folder: folder)
            #expect(read.settings == Settings())
            #expect(read.problems.count == 1)
            #expect(read.problems.first?.contains("config.yaml is not a regular file") == true)
        }
    }

    @Test(arguments: ["bell: loud", "theme: [a, b]", "- a list", "a: b: c"])
    func invalidSettingsAreNotFatal(text: String) throws {
        try TemporaryFolder.with { folder in
            try TestWorkspace.write(text, to: "\(folder)/config.yaml")
            let read = Settings.read(folder: folder)
            #expect(read.settings == Settings())
            #expect(read.problems.count == 1)
        }
    }
}
