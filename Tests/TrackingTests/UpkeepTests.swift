import Database
import FoundationEssentials
import Glibc
import GRDB
import Registry
import Testing
import TestStores
import Tracking

@Suite struct UpkeepTests {
    let folder = TemporaryFolder()

    @Test func aCopyContainsEverythingAndIsReadableByItsOwnerOnly() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun())
        let copy = folder.path + "/copy.db"
        try store.backUp(to: copy)
        try store.deleteRun(run.id)

        var status = stat()
        #expect(stat(copy, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let restored = try TrackingStore(path: copy)
        #expect(try restored.run(run.id) == run)
        #expect(try restored.check() == DatabaseCheck())
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!files.contains { $0.hasSuffix(".part") })
    }

    @Test func aReadOnlyStoreCanBeCopied() throws {
        let run = try folder.open().createRun(NewRun())
        let copy = folder.path + "/copy.db"
        try folder.open { $0.isReadOnly = true }.backUp(to: copy)
        #expect(try TrackingStore(path: copy).run(run.id) == run)
    }

    @Test func nothingIsReplaced() throws {
        let store = try folder.open()
        let taken = folder.path + "/taken"
        try "mine".write(toFile: taken, atomically: false, encoding: .utf8)
        symlink("taken", folder.path + "/link")
        for path in [taken, folder.path + "/link", folder.database] {
            #expect(trackingCode { try store.backUp(to: path) } == .alreadyExists)
        }
        #expect(trackingCode { try store.backUp(to: folder.path) } == .cannotOpen)
        #expect(try String(contentsOfFile: taken, encoding: .utf8) == "mine")
        #expect(
            trackingCode { try store.backUp(to: folder.path + "/none/copy.db") } == .cannotOpen
        )
    }

    @Test func aSoundStoreHasNoFindings() throws {
        let store = try folder.open()
        try store.createRun(NewRun())
        #expect(try store.check() == DatabaseCheck())
        let counts = try store.counts()
        #expect((counts.experiments, counts.runs, counts.trashed) == (1, 1, 0))
        #expect(counts.schema == "workbench-\(Migration.all.count)")
    }

    @Test func aReferenceToNothingIsFound() throws {
        let store = try folder.open()
        try store.outsideTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: "INSERT INTO params VALUES ('rank', '8', 'gone')")
            try db.execute(sql: "PRAGMA foreign_keys = ON")
        }
        let found = try store.check()
        #expect(found.damages.isEmpty)
        #expect(found.brokenReferences == ["params, row 1, refers to runs"])
    }

    @Test func damageIsFound() throws {
        let store = try folder.open()
        for _ in 0..<200 { try store.createRun(NewRun()) }
        try store.close()
        // The last page of the file is overwritten: opening does not read it.
        let file = try #require(fopen(folder.database, "r+b"))
        fseek(file, 0, SEEK_END)
        fseek(file, ftell(file) - 4096, SEEK_SET)
        var garbage = [UInt8](repeating: 0x5A, count: 4096)
        fwrite(&garbage, 1, garbage.count, file)
        fclose(file)
        #expect(try !folder.open().check().damages.isEmpty)
    }
}
