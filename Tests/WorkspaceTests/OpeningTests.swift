import Database
import Glibc
import Platform
import Registry
import Runs
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct OpeningTests {
    @Test func theFolderIsTheFlagsElseTheEnvironmentsElseTheUsers() {
        let home = ["HOME": "/home/kim"]
        #expect(Workspace.folder(nil, environment: home) == "/home/kim/.local/share/workbench")
        let both = ["HOME": "/home/kim", "WORKBENCH_HOME": "/data/wb/"]
        #expect(Workspace.folder(nil, environment: both) == "/data/wb")
        #expect(Workspace.folder("~/mine", environment: both) == "/home/kim/mine")
        #expect(Workspace.folder("", environment: both) == "/data/wb")
    }

    @Test func aNewWorkspaceIsReadableByItsOwnerOnly() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                #expect(workspace.access == .full)
                let layout = workspace.layout
                for folder in [layout.folder, layout.locks, layout.datasets, layout.logs] {
                    var status = stat()
                    #expect(stat(folder, &status) == 0)
                    #expect(status.st_mode & 0o777 == 0o700, "\(folder)")
                }
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
                let registry = try workspace.registry.list()
                #expect(registry.isEmpty)
                #expect(!workspace.isLive)
            }
        }
    }

    @Test(arguments: ["nfs4", "cifs", "fuse.sshfs", "9p"])
    func aNetworkFileSystemIsRefusedBeforeAnythingIsCreated(type: String) throws {
        try TestWorkspace.with { test in
            let error = #expect(throws: WorkspaceError.self) {
                try test.opened({ $0.fileSystemType = { _ in type } }) { _ in }
            }
            #expect(error?.code == .networkFileSystem)
            #expect(error?.message.contains(type) == true)
            #expect(error?.hint?.contains("--workspace") == true)
            #expect(access(test.home, F_OK) != 0)
        }
    }

    @Test(arguments: ["ext4", "overlay", "fuse.ntfs-3g", "tmpfs"])
    func aLocalFileSystemIsNot(type: String) throws {
        try TestWorkspace.with { test in
            try test.opened({ $0.fileSystemType = { _ in type } }) { #expect($0.access == .full) }
        }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try TestWorkspace.with { test in
            let error = #expect(throws: WorkspaceError.self) {
                try test.opened({ $0.folder = "/proc/workbench" }) { _ in }
            }
            #expect(error?.code == .inaccessible)
            #expect(error?.message.contains("/proc/workbench") == true)
        }
    }

    @Test func aFileInPlaceOfTheFolderIsNamed() throws {
        try TestWorkspace.with { test in
            let error = #expect(throws: WorkspaceError.self) {
                try test.opened({ $0.folder = test.data }) { _ in }
            }
            #expect(error?.code == .inaccessible)
            #expect(error?.message.contains("facts.jsonl") == true)
        }
    }

    @Test func aReadOnlyWorkspaceRefusesChanges() throws {
        try TestWorkspace.with { test in
            try test.opened { _ in }
            try test.opened({ $0.isReadOnly = true }) { workspace in
                guard case .readOnly = workspace.access else {
                    Issue.record("it is open for writing")
                    return
                }
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(test.request())
                }
                #expect(error?.code == .readOnly)
                #expect(throws: WorkspaceError.self) {
                    try workspace.datasets.add(path: test.data)
                }
            }
        }
    }

    @Test func aMissingWorkspaceIsNotCreatedForReading() throws {
        try TestWorkspace.with { test in
            #expect(throws: WorkspaceError.self) {
                try test.opened({ $0.isReadOnly = true }) { _ in }
            }
            #expect(access(test.home, F_OK) != 0)
        }
    }

    @Test func aNewerDatabaseOpensReadOnlyAndSaysWhy() throws {
        try TestWorkspace.with { test in
            try test.opened { _ in }
            _ = try TrackingStore(
                path: "\(test.home)/workbench.db",
                configuration: .init(),
                migrations: Migration.all + [Migration { _ in }]
            )
            try test.opened { workspace in
                guard case .readOnly(let reason) = workspace.access else {
                    Issue.record("it is open for writing")
                    return
                }
                #expect(reason.contains("newer"))
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
            }
        }
    }
}
