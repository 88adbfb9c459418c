internal import FoundationEssentials
internal import Glibc
internal import JSON
public import Platform

extension AdapterFile {
    /// The name of the configuration file.
    static let configurationName = "adapter_config.json"
    /// The name of the file with the matrices.
    static let tensorsName = "adapter_model.safetensors"
    /// Files that trackers add to an adapter; they are moved with it.
    static let companions = ["MLmodel", "input_example.json"]
    private static let ownNames = [configurationName, tensorsName] + companions

    /// Reads the adapter in `folder`; F16 and BF16 matrices are widened.
    public static func read(folder: String) throws(ModelFileError) -> AdapterFile {
        let path = "\(folder)/\(tensorsName)"
        let given = try configurationJSON(in: folder)
        let file = try tensorsFile(in: folder)
        let (json, areEven) = try withPlainTargets(given, in: folder) { Array(file.tensors.keys) }
        let uneven = try AdapterPatterns.take(from: json, always: !areEven)
        let configuration = try decode(uneven?.rest ?? json, in: folder)
        var tensors: [AdapterTensor] = []
        tensors.reserveCapacity(file.tensors.count)
        for (name, tensor) in file.tensors {
            guard tensor.shape.count == 2 else {
                throw ModelFileError(
                    .unsupportedAdapter,
                    "\(path) has \(name) of shape \(tensor.shape), which is not a matrix.",
                    hint: "save it as a plain LoRA on the projections of each layer"
                )
            }
            let values = try file.floats(named: name)
            guard values.allSatisfy(\.isFinite) else {
                throw ModelFileError(
                    .corrupt,
                    "\(path) has numbers in \(name) that are not finite.",
                    hint: "the adapter's training went wrong; use an earlier one"
                )
            }
            tensors.append(
                AdapterTensor(
                    name: name,
                    rows: tensor.shape[0],
                    columns: tensor.shape[1],
                    values: values
                )
            )
        }
        guard let patterns = uneven?.patterns else {
            return try AdapterFile(configuration: configuration, tensors: tensors, origin: path)
        }
        let even = try patterns.evenedOut(configuration, tensors)
        var adapter = try AdapterFile(
            configuration: even.configuration,
            tensors: even.tensors,
            origin: path
        )
        adapter.isEvened = true
        return adapter
    }

    /// Reads only the configuration of the adapter in `folder`, from which training can continue:
    /// one with uniform matrices.
    public static func configuration(
        in folder: String
    ) throws(ModelFileError) -> AdapterConfiguration {
        let given = try configurationJSON(in: folder)
        let (json, areEven) = try withPlainTargets(given, in: folder) {
            () throws(ModelFileError) in
            try Array(tensorsFile(in: folder).tensors.keys)
        }
        guard areEven else {
            throw AdapterConfiguration.refusal("its layers are changed unlike each other")
        }
        return try decode(json, in: folder)
    }

    private static func tensorsFile(in folder: String) throws(ModelFileError) -> SafetensorsFile {
        let path = "\(folder)/\(tensorsName)"
        guard FileStamp(path: path) != nil else {
            throw FolderContent(folder).withoutAdapter(lacking: tensorsName)
        }
        return try SafetensorsFile(path: path)
    }

    /// The configuration with a list of projections instead of another rule for the targets.
    private static func withPlainTargets(
        _ json: [UInt8],
        in folder: String,
        names: () throws(ModelFileError) -> [String]
    ) throws(ModelFileError) -> (json: [UInt8], areEven: Bool) {
        guard case .object(let object)? = try? JSONParser.parse(json) else { return (json, true) }
        let targets: AdapterTargets?
        do {
            targets = try AdapterTargets.read(object, names: names)
        } catch {
            throw ModelFileError(
                error.code,
                "\(folder)/\(configurationName): \(error.message)",
                hint: error.hint
            )
        }
        guard let targets else { return (json, true) }
        var plain = JSONObject()
        for member in object.members {
            let isRule = member.name.text == "target_modules"
            let value = JSONValue.array(targets.modules.map { .string($0) })
            _ = plain.insert(isRule ? value : member.value, named: member.name)
        }
        return (JSONValue.object(plain).bytes, targets.areEven)
    }

    /// The bytes of the configuration file.
    private static func configurationJSON(in folder: String) throws(ModelFileError) -> [UInt8] {
        let path = "\(folder)/\(configurationName)"
        guard FileStamp(path: path) != nil else {
            throw FolderContent(folder).withoutAdapter(lacking: configurationName)
        }
        let json = try MappedFile.read(path)
        try ForeignFile.refuse([.gitPointer, .webPage], json, path, isNo: "JSON file")
        // mlx_lm's settings have the same file name.
        if case .object(let object)? = try? JSONParser.parse(json), object["peft_type"] == nil,
            ["lora_parameters", "fine_tune_type", "lora_layers"].contains(where: {
                object[$0] != nil
            })
        {
            throw FolderContent.isOfMLX(path)
        }
        return json
    }

    private static func decode(
        _ json: [UInt8],
        in folder: String
    ) throws(ModelFileError) -> AdapterConfiguration {
        let path = "\(folder)/\(configurationName)"
        do {
            return try decodeJSON(AdapterConfiguration.self, from: json)
        } catch let error as ModelFileError {
            throw ModelFileError(error.code, "\(path): \(error.message)", hint: error.hint)
        } catch let error as DecodingError {
            throw ModelFileError(
                .corrupt,
                "\(path) is not an adapter's configuration: \(reason(error)).",
                hint: "the adapter is damaged; copy it again"
            )
        } catch {
            throw ModelFileError(.corrupt, "\(path) is not an adapter's configuration: \(error)")
        }
    }

    /// Writes the adapter to `folder`, all or nothing, flushed to the disk.
    ///
    /// An existing adapter is moved aside and removed once the new one is in place, with what a
    /// killed process left unfinished in it. A folder with anything else is refused with an error. `metadata` is stored in the header of the
    /// safetensors file.
    public func write(folder: String, metadata: [String: String] = [:]) throws(ModelFileError) {
        let aside = FilePaths.temporary(beside: folder)
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.makeNewFolder(aside, as: folder, mode: 0o755)
        }
        do throws(ModelFileError) {
            try writeFiles(to: aside, as: folder, metadata: metadata)
            try ModelFileError.writing { () throws(PlatformError) in
                try Files.synchronize(folder: aside)
            }
            do throws(PlatformError) {
                try Files.rename(aside, to: folder)
            } catch {
                guard error.code == .exists else { throw ModelFileError(error) }
                try Self.replace(folder, by: aside)
            }
        } catch {
            Self.removeAdapter(aside)
            throw error
        }
    }

    private func writeFiles(
        to folder: String,
        as name: String,
        metadata: [String: String]
    ) throws(ModelFileError) {
        let plan = SafetensorsPlan(
            tensors.values.map { .init(name: $0.name, type: .f32, shape: [$0.rows, $0.columns]) },
            metadata: metadata.merging(["format": "pt"]) { given, _ in given }
        )
        // From memory: an adapter may be large compared with the remaining memory.
        try ModelFileError.writing { () throws(PlatformError) in
            let file = try NewFile(
                "\(folder)/\(Self.tensorsName)",
                as: "\(name)/\(Self.tensorsName)",
                mode: 0o644
            )
            try file.append(plan.header)
            for tensor in plan.tensors.compactMap({ tensors[$0.name] }) {
                try tensor.values.span.bytes.withUnsafeBytes { (bytes) throws(PlatformError) in
                    try file.append(bytes)
                }
            }
            try file.finish()
        }
        let json: Data
        do {
            json = try configuration.json()
        } catch {
            throw ModelFileError(.unwritable, "Could not write \(Self.configurationName): \(error)")
        }
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.writeNew(
                json,
                to: "\(folder)/\(Self.configurationName)",
                as: "\(name)/\(Self.configurationName)",
                mode: 0o644
            )
        }
    }

    /// Replaces the adapter in `folder` by `aside`.
    private static func replace(_ folder: String, by aside: String) throws(ModelFileError) {
        let others = Set(Files.names(in: folder)).subtracting(parts(in: folder))
        if let other = others.min() {
            throw ModelFileError(
                .unwritable,
                "\(folder) holds \(other), which is no part of an adapter.",
                hint: "move it away, or name another folder"
            )
        }
        let former = FilePaths.temporary(beside: folder)
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.rename(folder, to: former)
            do throws(PlatformError) {
                try Files.rename(aside, to: folder)
            } catch {
                try? Files.rename(former, to: folder)
                throw error
            }
        }
        removeAdapter(former)
    }

    private static func removeAdapter(_ folder: String) {
        Files.removeFolder(folder, ifItHoldsOnly: parts(in: folder))
    }

    /// The names of an adapter's files in a folder, and of those that a killed process has not finished.
    private static func parts(in folder: String) -> [String] {
        ownNames + FilePaths.temporaries(of: ownNames, in: folder)
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "it lacks \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "\(error)"
        }
    }
}
