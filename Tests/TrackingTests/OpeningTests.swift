import Database
import FoundationEssentials
import Glibc
import GRDB
import Platform
import Registry
import Testing
import TestStores
import Tracking

@Suite struct OpeningTests {
    let folder = TemporaryFolder()

    @Test func aNewFileIsReadableByItsOwnerOnlyAndHasTheDefaultExperiment() throws {
        let store = try folder.open()
        try store.createRun(NewRun())
        for suffix in ["", "-wal", "-shm"] { #expect(mode(folder.database + suffix) == 0o600) }
        let experiments = try store.experiments()
        #expect(experiments.map(\.id) == [0])
        #expect(experiments.first?.name == "Default")
        #expect(experiments.first?.artifactLocation == "artifacts/0")
        #expect(!store.isReadOnly)
    }

    @Test func commitsWaitForTheDiskOnlyWhereAsked() throws {
        let store = try folder.open()
        let normal = try store.write { db, _ in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        let full = try store.write(.full) { db, _ in try Int.fetchOne(db, sql: "PRAGMA synchronous")
        }
        let after = try store.write { db, _ in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect([normal, full, after] == [1, 2, 1])
        #expect(try store.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        #expect(try store.read { try Bool.fetchOne($0, sql: "PRAGMA foreign_keys") } == true)
    }

    @Test func aSecondStoreSeesWhatTheFirstWrote() throws {
        let (first, second) = (try folder.open(), try folder.open())
        let run = try first.createRun(NewRun())
        #expect(try second.run(run.id) == run)
    }

    @Test func anEmptyFileIsTreatedAsNew() throws {
        try Data().write(to: URL(filePath: folder.database))
        #expect(try folder.open().experiments().count == 1)
    }

    @Test(arguments: ["just some text that is no database at all, and more of it", "x"])
    func aFileThatIsNoDatabaseIsRefusedAndNotChanged(content: String) throws {
        let bytes = Data(content.utf8) + Data(repeating: 65, count: 4096)
        try bytes.write(to: URL(filePath: folder.database))
        #expect(trackingCode { _ = try folder.open() } == .notADatabase)
        #expect(try Data(contentsOf: URL(filePath: folder.database)) == bytes)
    }

    @Test(arguments: [50, 5_000, 100_000])
    func aTruncatedFileIsReported(length: Int) throws {
        let store = try folder.open()
        try store.createRun(NewRun())
        try store.close()
        truncate(folder.database, length)
        let error = #expect(throws: TrackingError.self) { try folder.open().experiments() }
        #expect(error?.code == .corrupt)
        #expect(error?.hint != nil)
        #expect(error?.message.contains(folder.database) == true)
    }

    @Test func mlflowsOwnDatabaseIsRefusedAndNotChanged() throws {
        try DatabaseQueue(path: folder.database).write { db in
            try db.execute(sql: "CREATE TABLE alembic_version (version_num TEXT)")
            try db.execute(sql: "INSERT INTO alembic_version VALUES ('bda7b8c39065')")
        }
        let before = try Data(contentsOf: URL(filePath: folder.database))
        let error = #expect(throws: TrackingError.self) { try folder.open() }
        #expect(error?.code == .foreignDatabase)
        #expect(error?.message.contains("bda7b8c39065") == true)
        #expect(try Data(contentsOf: URL(filePath: folder.database)) == before)
    }

    @Test func anotherProgramsDatabaseIsRefused() throws {
        try DatabaseQueue(path: folder.database).write { try $0.execute(sql: "CREATE TABLE t (x)") }
        #expect(trackingCode { _ = try folder.open() } == .foreignDatabase)
    }

    @Test func aMissingOrReadOnlyFolderIsReported() throws {
        for path in [folder.path + "/missing/workbench.db", "/proc/workbench.db"] {
            let error = #expect(throws: TrackingError.self) { try TrackingStore(path: path) }
            #expect(error?.code == .cannotOpen)
            #expect(error?.hint != nil)
        }
    }

    @Test func aStoreOpenedForReadingRefusesWrites() throws {
        let run = try folder.open().createRun(NewRun())
        let reader = try folder.open { $0.isReadOnly = true }
        #expect(try reader.run(run.id) == run)
        #expect(trackingCode { try reader.createRun(NewRun()) } == .readOnly)
        #expect(reader.notice == nil)
    }

    @Test func aMissingStoreIsNotCreatedForReading() {
        #expect(trackingCode { _ = try folder.open { $0.isReadOnly = true } } == .cannotOpen)
        #expect(mode(folder.database) == nil)
    }

    @Test func aNewerFileOpensForReadingWithANotice() throws {
        let run = try folder.open().createRun(NewRun())
        _ = try TrackingStore(path: folder.database, configuration: .init(), migrations: newer)
        let store = try folder.open()
        #expect(store.isReadOnly)
        #expect(store.notice?.contains("newer version") == true)
        #expect(try store.run(run.id).name == run.name)
        let error = #expect(throws: TrackingError.self) { try store.createRun(NewRun()) }
        #expect(error?.code == .readOnly)
        #expect(error?.message == store.notice)
    }

    @Test func beforeAMigrationTheFileIsCopied() throws {
        let run = try folder.open().createRun(NewRun())
        let migrated = try TrackingStore(
            path: folder.database,
            configuration: .init(),
            migrations: newer
        )
        #expect(try migrated.read { try $0.tableExists("wb_later") })
        #expect(try migrated.run(run.id).id == run.id)

        let copy = folder.database + ".workbench-\(Migration.all.count)"
        #expect(mode(copy) == 0o600)
        let old = try TrackingStore(path: copy)
        #expect(!old.isReadOnly)
        #expect(try old.run(run.id) == run)
        #expect(try !old.read { try $0.tableExists("wb_later") })
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(
            files.filter {
                $0.hasPrefix("workbench.db.") && !$0.contains("-\(Migration.all.count)-")
            }.count == 1
        )
    }

    @Test func aFileOfTheFirstVersionIsMigratedWithAllThatIsInIt() throws {
        let first = try TrackingStore(
            path: folder.database,
            configuration: .init(),
            migrations: Array(Migration.all.prefix(1))
        )
        // Earlier programs had no feed, which this one requires for writing.
        try first.outsideTransaction { try $0.execute(sql: changeTable) }
        let run = try first.createRun(NewRun())
        try first.log(
            Batch(
                metrics: [Metric("loss", 1.5, timestamp: 1, step: 1)],
                params: [Param("rank", "8")],
                tags: [Tag("team", "blue")]
            ),
            run: run.id
        )
        let before = try first.run(run.id)
        #expect(try !first.read { try $0.tableExists("wb_gates") })
        try first.outsideTransaction { try $0.execute(sql: "DROP TABLE wb_changes") }
        try first.close()

        let store = try folder.open()
        #expect(try store.run(run.id) == before)
        #expect(try store.read { try $0.tableExists("wb_gates") })
        #expect(try store.read { try $0.tableExists("wb_approvals") })
        let problems = try store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(problems == ["ok"])
        #expect(mode(folder.database + ".workbench-1") == 0o600)
        // A second opening has nothing to do.
        #expect(try folder.open().run(run.id) == before)
    }

    @Test func aMigrationThatFailsLeavesTheFileAsItWas() throws {
        let run = try folder.open().createRun(NewRun())
        let failing = newer + [Migration { try $0.execute(sql: "CREATE TABLE wb_later (x)") }]
        #expect(
            trackingCode {
                _ = try TrackingStore(
                    path: folder.database,
                    configuration: .init(),
                    migrations: failing
                )
            } == .storage
        )
        let store = try folder.open()
        #expect(!store.isReadOnly)
        #expect(try store.run(run.id) == run)
        #expect(try !store.read { try $0.tableExists("wb_later") })
    }

    @Test func aFullDiskIsReportedAndNothingIsLost() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun())
        let pages = try store.outsideTransaction { try Int.fetchOne($0, sql: "PRAGMA page_count") }
        try store.outsideTransaction {
            try $0.execute(sql: "PRAGMA max_page_count = \(pages ?? 0)")
        }
        let large = Batch(
            tags: (0..<100).map { Tag(TrackingKey("t\($0)"), String(repeating: "x", count: 5_000)) }
        )
        #expect(trackingCode { try store.log(large, run: run.id) } == .diskFull)
        #expect(try store.run(run.id) == run)
        try store.outsideTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try store.log(large, run: run.id)
        #expect(try store.run(run.id).tags.count == run.tags.count + 100)
    }

    private let newer =
        Migration.all + [
            Migration { try $0.execute(sql: "CREATE TABLE wb_later (x)") }
        ]

    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }
}
