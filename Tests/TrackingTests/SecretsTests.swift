import Database
import Testing
import TestStores
import Tracking

@Suite struct SecretsTests {
    @Test(arguments: [
        ("https://ann:secret@host.example/x.git", "https://host.example/x.git"),
        ("https://ann:p@ss@host/x", "https://host/x"),
        ("https://ghp_abc@github.com/a/b", "https://github.com/a/b"),
        (
            "see postgres://u:p@db:5432/x and http://a:b@c.",
            "see postgres://db:5432/x and http://c."
        ),
        ("ssh://git@host/x", "ssh://git@host/x"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("mail ann@host.example", "mail ann@host.example"),
        ("https://host/a@b:c", "https://host/a@b:c"),
        ("{\"url\": \"https://u:p@h\"}", "{\"url\": \"https://h\"}"), ("://:@", "://"), ("", ""),
    ])
    func passwordsInURLsAreRemoved(text: String, expected: String) {
        #expect(Secrets.redacted(text) == expected)
    }

    @Test func paramsAndTagsAreKeptWithoutThem() throws {
        let folder = TemporaryFolder()
        let store = try folder.open()
        let url = "https://ann:secret@host/x"
        var new = NewRun()
        new.tags = [Tag("mlflow.source.git.repoURL", url)]
        let run = try store.createRun(new)
        try store.log(Batch(params: [Param("data", url)]), run: run.id)
        // The same value again is no change.
        try store.log(Batch(params: [Param("data", url)]), run: run.id)
        let experiment = try store.createExperiment(named: "e", tags: [Tag("remote", url)])
        let found = try store.run(run.id)
        #expect(found.params["data"] == "https://host/x")
        #expect(found.tags["mlflow.source.git.repoURL"] == "https://host/x")
        #expect(experiment.tags["remote"] == "https://host/x")
    }
}
