import HTTPServer
import JSON
import Registry
import Tracking
import Workspace

extension MLflowRoute {
    static let registeredModels: [MLflowRoute] = [
        .post("registered-models/create") { request, tracker in
            let model = try tracker.registry.createModel(
                request.text("name"),
                description: request.optionalText("description"),
                tags: request.tags(),
                by: tracker.author
            )
            return ["registered_model": WireReply.registeredModel(model)]
        },
        .post("registered-models/rename") { request, tracker in
            let model = try tracker.registry.rename(
                request.text("name"),
                to: request.text("new_name"),
                by: tracker.author
            )
            return ["registered_model": WireReply.registeredModel(model)]
        },
        .patch("registered-models/update") { request, tracker in
            let name = try request.text("name")
            try tracker.registry.describe(
                name,
                as: request.optionalText("description") ?? "",
                by: tracker.author
            )
            return ["registered_model": WireReply.registeredModel(try tracker.registry.model(name))]
        },
        .delete("registered-models/delete") { request, tracker in
            try tracker.registry.deleteModel(request.text("name"), by: tracker.author)
            return WireReply.empty
        },
        .get("registered-models/get") { request, tracker in
            let model = try tracker.registry.model(request.text("name"))
            return ["registered_model": WireReply.registeredModel(model)]
        },
        .get("registered-models/search") { request, tracker in
            let found = try tracker.registry.searchModels(
                filter: request.optionalText("filter") ?? "",
                orderBy: request.texts("order_by"),
                limit: request.optionalInteger("max_results") ?? 100,
                pageToken: request.optionalText("page_token")
            )
            return WireReply.page("registered_models", found, WireReply.registeredModel)
        },
        .ask("registered-models/get-latest-versions", latestVersions),
        .get("registered-models/get-latest-versions", latestVersions),
        .post("registered-models/set-tag") { request, tracker in
            let name = try request.text("name")
            try tracker.registry.setTag(request.tag(), of: name, by: tracker.author)
            return WireReply.empty
        },
        .delete("registered-models/delete-tag") { request, tracker in
            let name = try request.text("name")
            try tracker.registry.deleteTag(request.tagKey(), of: name, by: tracker.author)
            return WireReply.empty
        },
        .post("registered-models/alias") { request, tracker in
            let (name, alias) = (try request.text("name"), try request.text("alias"))
            try tracker.registry.setAlias(
                alias,
                of: name,
                to: request.version(),
                by: tracker.author
            )
            return WireReply.empty
        },
        .delete("registered-models/alias") { request, tracker in
            let name = try request.text("name")
            try tracker.registry.deleteAlias(
                request.text("alias"),
                of: name,
                mustExist: false,
                by: tracker.author
            )
            return WireReply.empty
        },
        .get("registered-models/alias") { request, tracker in
            let (name, alias) = (try request.text("name"), try request.text("alias"))
            let model = try tracker.registry.model(name)
            guard let number = model.aliases[TrackingKey(alias)],
                let version = model.versions.first(where: { $0.version == number })
            else {
                throw ServerError(
                    .invalidParameter,
                    "Registered model alias \(alias) not found."
                )
            }
            return ["model_version": WireReply.version(version)]
        },
    ]

    private static let latestVersions: Answer = {
        request,
        tracker in
        let model = try tracker.registry.model(request.text("name"))
        let stages = try request.texts("stages").map { try Stage(named: $0) }
        return [
            "model_versions": .array(
                WireReply.latest(of: model, in: stages).map(WireReply.version)
            )
        ]
    }

    static let modelVersions: [MLflowRoute] = [
        .post("model-versions/create") { request, tracker in
            let name = try request.text("name")
            let source = try VersionSource(request, tracker)
            guard try tracker.registry.hasModel(named: name) else {
                let shown = ArtifactPath.shown(name)
                throw ServerError(.doesNotExist, "Registered Model with name=\(shown) not found")
            }
            var new = NewVersion(source: source.source, run: source.run)
            new.storageLocation = source.storageLocation
            new.runLink = try request.name("run_link")
            new.description = try request.optionalText("description")
            new.tags = try request.tags(copiedFrom: source.original?.tags ?? [:])
            new.files = try tracker.rules.files(of: new, copying: source.original)
            let version = try tracker.registry.register(new, as: name, by: tracker.author)
            if let model = source.model {
                try tracker.store.note(version: version.version, of: name, ofLoggedModel: model)
            }
            return ["model_version": WireReply.version(version)]
        },
        .patch("model-versions/update") { request, tracker in
            let (name, version) = (try request.text("name"), try request.version())
            try tracker.registry.describe(
                name,
                version: version,
                as: request.optionalText("description") ?? "",
                by: tracker.author
            )
            return [
                "model_version": WireReply.version(try tracker.registry.version(version, of: name))
            ]
        },
        .post("model-versions/transition-stage") { request, tracker in
            let (name, number) = (try request.text("name"), try request.version())
            let version = try tracker.registry.transition(
                name,
                version: number,
                to: Stage(named: request.text("stage")),
                archivingOthers: request.boolean("archive_existing_versions"),
                by: tracker.author
            )
            return ["model_version": WireReply.version(version)]
        },
        .delete("model-versions/delete") { request, tracker in
            let name = try request.text("name")
            try tracker.registry.deleteVersion(request.version(), of: name, by: tracker.author)
            return WireReply.empty
        },
        .get("model-versions/get") { request, tracker in
            let name = try request.text("name")
            let version = try tracker.registry.version(request.version(), of: name)
            return ["model_version": WireReply.version(version)]
        },
        .get("model-versions/search") { request, tracker in
            let found = try tracker.registry.searchVersions(
                filter: request.optionalText("filter") ?? "",
                orderBy: request.texts("order_by"),
                limit: request.optionalInteger("max_results") ?? 10_000,
                pageToken: request.optionalText("page_token")
            )
            return WireReply.page("model_versions", found) {
                WireReply.version($0, withAliases: false)
            }
        },
        .get("model-versions/get-download-uri") { request, tracker in
            let name = try request.text("name")
            let version = try tracker.registry.version(request.version(), of: name)
            return ["artifact_uri": .string(ArtifactLocation.wire(version.storageLocation))]
        },
        .post("model-versions/set-tag") { request, tracker in
            let (name, version) = (try request.text("name"), try request.version())
            try tracker.registry.setTag(
                request.tag(),
                of: name,
                version: version,
                by: tracker.author
            )
            return WireReply.empty
        },
        .delete("model-versions/delete-tag") { request, tracker in
            let (name, version) = (try request.text("name"), try request.version())
            try tracker.registry.deleteTag(
                request.tagKey(),
                of: name,
                version: version,
                by: tracker.author
            )
            return WireReply.empty
        },
    ]
}
