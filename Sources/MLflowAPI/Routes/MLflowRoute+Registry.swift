import HTTPServer
import JSON
import Platform
import Registry
import Tracking
import Workspace

extension MLflowRoute {
    static let registeredModels: [MLflowRoute] = [
        .post("registered-models/create") { request, services in
            let model = try services.registry.createModel(
                request.text("name"),
                description: request.optionalText("description"),
                tags: request.tags(),
                by: services.author
            )
            return ["registered_model": WireReply.registeredModel(model)]
        },
        .post("registered-models/rename") { request, services in
            let model = try services.registry.rename(
                request.text("name"),
                to: request.text("new_name"),
                by: services.author
            )
            return ["registered_model": WireReply.registeredModel(model)]
        },
        .patch("registered-models/update") { request, services in
            let name = try request.text("name")
            try services.registry.describe(
                name,
                as: request.optionalText("description") ?? "",
                by: services.author
            )
            return [
                "registered_model": WireReply.registeredModel(try services.registry.model(name))
            ]
        },
        .delete("registered-models/delete") { request, services in
            try services.registry.deleteModel(request.text("name"), by: services.author)
            return WireReply.empty
        },
        .get("registered-models/get") { request, services in
            let model = try services.registry.model(request.text("name"))
            return ["registered_model": WireReply.registeredModel(model)]
        },
        .get("registered-models/search") { request, services in
            let found = try services.registry.searchModels(
                request.question(limit: 100)
            )
            return WireReply.page("registered_models", found, WireReply.registeredModel)
        },
        .search("registered-models/get-latest-versions", latestVersions),
        .get("registered-models/get-latest-versions", latestVersions),
        .post("registered-models/set-tag") { request, services in
            let name = try request.text("name")
            try services.registry.setTag(request.tag(), of: name, by: services.author)
            return WireReply.empty
        },
        .delete("registered-models/delete-tag") { request, services in
            let name = try request.text("name")
            try services.registry.deleteTag(request.tagKey(), of: name, by: services.author)
            return WireReply.empty
        },
        .post("registered-models/alias") { request, services in
            let (name, alias) = (try request.text("name"), try request.text("alias"))
            try services.registry.setAlias(
                alias,
                of: name,
                to: request.version(),
                by: services.author
            )
            return WireReply.empty
        },
        .delete("registered-models/alias") { request, services in
            let name = try request.text("name")
            try services.registry.deleteAlias(
                request.text("alias"),
                of: name,
                mustExist: false,
                by: services.author
            )
            return WireReply.empty
        },
        .get("registered-models/alias") { request, services in
            let (name, alias) = (try request.text("name"), try request.text("alias"))
            let model = try services.registry.model(name)
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
        services in
        let model = try services.registry.model(request.text("name"))
        let stages = try request.texts("stages").map { try Stage(named: $0) }
        return [
            "model_versions": .array(
                WireReply.latest(of: model, in: stages).map(WireReply.version)
            )
        ]
    }

    static let modelVersions: [MLflowRoute] = [
        .post("model-versions/create") { request, services in
            let name = try request.text("name")
            let source = try VersionSource(request, services)
            var new = NewVersion(source: source.source, run: source.run)
            new.storageLocation = source.storageLocation
            new.runLink = try request.name("run_link")
            new.description = try request.optionalText("description")
            new.tags = try request.tags()
            let version = try services.registry.createVersion(
                new,
                of: name,
                copying: source.original,
                loggedModel: source.model,
                by: services.author
            )
            return ["model_version": WireReply.version(version)]
        },
        .patch("model-versions/update") { request, services in
            let (name, version) = (try request.text("name"), try request.version())
            try services.registry.describe(
                name,
                version: version,
                as: request.optionalText("description") ?? "",
                by: services.author
            )
            return [
                "model_version": WireReply.version(try services.registry.version(version, of: name))
            ]
        },
        .post("model-versions/transition-stage") { request, services in
            let (name, number) = (try request.text("name"), try request.version())
            let version = try services.registry.transition(
                name,
                version: number,
                to: Stage(named: request.text("stage")),
                archivingOthers: request.boolean("archive_existing_versions"),
                by: services.author
            )
            return ["model_version": WireReply.version(version)]
        },
        .delete("model-versions/delete") { request, services in
            let name = try request.text("name")
            try services.registry.deleteVersion(request.version(), of: name, by: services.author)
            return WireReply.empty
        },
        .get("model-versions/get") { request, services in
            let name = try request.text("name")
            let version = try services.registry.version(request.version(), of: name)
            return ["model_version": WireReply.version(version)]
        },
        .get("model-versions/search") { request, services in
            let found = try services.registry.searchVersions(
                request.question(limit: 10_000)
            )
            return WireReply.page("model_versions", found) {
                WireReply.version($0, withAliases: false)
            }
        },
        .get("model-versions/get-download-uri") { request, services in
            let name = try request.text("name")
            let version = try services.registry.version(request.version(), of: name)
            return ["artifact_uri": .string(ArtifactLocation.wire(version.storageLocation))]
        },
        .post("model-versions/set-tag") { request, services in
            let (name, version) = (try request.text("name"), try request.version())
            try services.registry.setTag(
                request.tag(),
                of: name,
                version: version,
                by: services.author
            )
            return WireReply.empty
        },
        .delete("model-versions/delete-tag") { request, services in
            let (name, version) = (try request.text("name"), try request.version())
            try services.registry.deleteTag(
                request.tagKey(),
                of: name,
                version: version,
                by: services.author
            )
            return WireReply.empty
        },
    ]
}
