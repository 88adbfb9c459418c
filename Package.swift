// swift-tools-version: 6.2
import PackageDescription

// Swift's runtime and Foundation are linked into the executable, so that the
// release binary runs on a machine without a toolchain. They are named here,
// and not by `--static-swift-stdlib`, because that flag would apply to the
// test bundle as well, for which no static library exists.
let staticRuntime: LinkerSetting = .unsafeFlags(
    [
        "-static-stdlib", "-use-ld=lld",
        "-lFoundation", "-lFoundationInternationalization", "-lFoundationEssentials",
        "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections",
        "-lswiftSynchronization", "-lstdc++",
        // Nothing looks symbols up in the program, so unused code can go.
        "-Xlinker", "--no-export-dynamic",
    ],
    .when(platforms: [.linux], configuration: .release)
)

// The archives of system libraries, and what scripts/link-inputs has made; see docs/decisions/0026.
// Without it the shared libraries are linked.
let preparedInputs: [LinkerSetting] =
    Context.environment["WORKBENCH_LINK"].map { folder in
        [
            .unsafeFlags(
                [
                    "-L", folder, "\(folder)/glibc.o", "\(folder)/locale-data.o",
                    "-Xclang-linker", "-static-libgcc",
                ],
                .when(platforms: [.linux], configuration: .release)
            )
        ]
    } ?? []

// Kernels are optimized in debug builds too: tests on them crawl otherwise.
let optimizedC: [CSetting] = [
    .unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Werror", "-Wno-psabi"])
]

let package = Package(
    name: "workbench",
    products: [.executable(name: "workbench", targets: ["workbench"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            from: "2.28.1",
            traits: []
        ),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // Foreign code, and ours in C.
        .target(name: "CKernels", cSettings: optimizedC),
        .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CMapping"),
        .target(
            name: "CNcurses",
            dependencies: ["CMapping"],
            linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]
        ),

        // What all of them stand on.
        .target(
            name: "Platform",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")]
        ),

        // What both the engine and the operations read and write.
        .target(name: "JSON"),

        // The engine.
        .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS", "Platform"]),
        .target(
            name: "Tokenizers",
            dependencies: [
                "JSON", "Platform",
                .product(name: "HeapModule", package: "swift-collections"),
            ]
        ),
        .target(
            name: "Transfers",
            dependencies: [
                "Platform",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .target(name: "ChatTemplates", dependencies: ["JSON", "Platform", "Tokenizers"]),
        .target(
            name: "ModelFiles",
            dependencies: [
                "CMapping", "ChatTemplates", "JSON", "Platform", "Tensors", "Tokenizers",
                "Transfers",
            ]
        ),
        .target(
            name: "Transformer",
            dependencies: ["CKernels", "Tensors", "ModelFiles", "Platform"]
        ),
        .target(
            name: "Datasets",
            dependencies: [
                "ChatTemplates", "JSON", "Platform", "Tokenizers",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "Training",
            dependencies: [
                "Transformer", "Datasets", "Tensors", "ModelFiles", "Tokenizers", "JSON",
                "Platform",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "Inference",
            dependencies: [
                "Transformer", "ChatTemplates", "Tokenizers", "ModelFiles", "Tensors", "Platform",
            ]
        ),

        // The operations.
        .target(
            name: "Database",
            dependencies: [
                "Platform", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Tracking",
            dependencies: [
                "Database", "JSON", "Platform", .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Registry",
            dependencies: [
                "Database", "JSON", "Platform", "Tracking",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "MLflowExchange",
            dependencies: [
                "Database", "Platform", "Tracking", "Registry",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        .target(
            name: "Workflows",
            dependencies: [
                "Database", "JSON", "Platform",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        // The workspace joins the two.
        .target(name: "EventBus"),
        .target(name: "Machine", dependencies: ["CKernels", "EventBus", "Platform"]),
        .target(
            name: "Runs",
            dependencies: [
                "ChatTemplates", "Training", "Inference", "Transformer", "ModelFiles", "Datasets",
                "Tokenizers", "Tensors", "Database", "Tracking", "EventBus", "JSON", "Machine",
                "Platform",
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "FlowTasks",
            dependencies: [
                "Workflows", "Runs", "Registry", "Tracking", "Datasets", "EventBus", "ModelFiles",
                "Training",
                "Transfers", "JSON", "Platform",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "Workspace",
            dependencies: [
                "ChatTemplates", "FlowTasks", "Workflows",
                "Training", "Inference", "Transformer", "ModelFiles", "Datasets", "Tokenizers",
                "Tensors", "Database", "Tracking", "Registry", "MLflowExchange", "EventBus", "JSON",
                "Machine", "Platform", "Runs", "Transfers",
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),

        // HTTP.
        .target(
            name: "HTTPServer",
            dependencies: [
                "Platform", "JSON",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "MLflowAPI",
            dependencies: [
                "Database", "HTTPServer", "Workspace", "Tracking", "Registry", "JSON", "Machine",
                "Platform",
            ]
        ),

        // What screen and command line both say.
        .target(
            name: "Presentation",
            dependencies: [
                "Workspace", "Datasets", "JSON", "Registry", "Runs", "Machine", "Platform",
                "Tracking", "Training", "Workflows",
            ]
        ),

        // The terminal.
        .target(
            name: "TerminalUI",
            dependencies: ["Platform", .product(name: "Yams", package: "Yams")]
        ),
        .target(name: "TerminalNcurses", dependencies: ["TerminalUI", "CNcurses", "Platform"]),
        .target(
            name: "Screens",
            dependencies: [
                "Datasets", "JSON", "Workflows",
                "ChatTemplates",
                "Workspace", "Presentation", "TerminalUI", "EventBus", "Machine", "Platform",
                "Registry", "Runs", "Tracking", "Training",
            ]
        ),

        .executableTarget(
            name: "workbench",
            dependencies: [
                "Datasets", "ChatTemplates", "Workspace", "HTTPServer", "MLflowAPI", "Presentation",
                "Screens",
                "TerminalNcurses", "TerminalUI", "JSON", "Platform", "EventBus", "Machine",
                "Registry", "Runs", "Tracking", "Training", "Workflows",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            linkerSettings: [staticRuntime] + preparedInputs
        ),

        // Tiny models and foreign libraries that tests make for themselves.
        .target(
            name: "TestModels",
            dependencies: ["ModelFiles", "Tensors", "Tokenizers"],
            path: "Tests/TestModels"
        ),
        .target(name: "TestClient", path: "Tests/TestClient"),
        .target(
            name: "TestStores",
            dependencies: ["Database", "Platform", "Tracking", "Registry"],
            path: "Tests/TestStores"
        ),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels"]),
        .testTarget(
            name: "ChatTemplatesTests",
            dependencies: ["ChatTemplates", "Tokenizers", "ModelFiles", "JSON", "TestModels"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "TokenizersTests",
            dependencies: ["Tokenizers", "ModelFiles", "JSON", "TestModels"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "ModelFilesTests",
            dependencies: [
                "ChatTemplates",
                "ModelFiles", "Tensors", "Tokenizers", "Transfers", "TestModels",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .testTarget(
            name: "TransformerTests",
            dependencies: ["Transformer", "ModelFiles", "Tensors", "Tokenizers", "TestModels"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "DatasetsTests",
            dependencies: [
                "ChatTemplates",
                "Datasets", "Tokenizers", .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Transformer", "Datasets", "ModelFiles", "Tensors", "Tokenizers",
                "TestModels",
            ]
        ),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "ChatTemplates",
                "Inference", "ModelFiles", "Tokenizers", "Tensors", "Transformer", "TestModels",
            ]
        ),
        .testTarget(
            name: "TrackingTests",
            dependencies: [
                "Database", "Tracking", "Registry", "TestStores",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "MLflowExchangeTests",
            dependencies: [
                "Database", "MLflowExchange", "Tracking", "Registry", "TestStores",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "RegistryTests",
            dependencies: [
                "Database", "Registry", "Tracking",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "WorkflowsTests",
            dependencies: [
                "Database", "JSON", "Platform", "Workflows",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "FlowTasksTests",
            dependencies: [
                "Database", "FlowTasks", "JSON", "Platform", "Registry", "Runs", "TestModels",
                "Tracking", "Workflows", "Workspace",
            ]
        ),
        .testTarget(name: "EventBusTests", dependencies: ["EventBus"]),
        .testTarget(
            name: "RunsTests",
            dependencies: [
                "Database", "Machine", "Platform", "Registry", "Runs", "Tensors", "TestModels",
                "Tracking", "Training", "Transformer",
            ]
        ),
        .testTarget(
            name: "WorkspaceTests",
            dependencies: [
                "ChatTemplates", "Database",
                "Workspace", "Inference", "EventBus", "Machine", "Tracking", "Registry", "Platform",
                "JSON", "Runs", "TestModels", "Training", "Datasets", "Workflows",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "MachineTests",
            dependencies: ["EventBus", "Machine", "Platform", "TestModels"]
        ),
        .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestModels"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "HTTPServer", "JSON", "Platform", "TestClient",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "MLflowAPITests",
            dependencies: [
                "MLflowAPI", "HTTPServer", "Registry", "Tracking", "Workspace", "JSON", "Platform",
                "TestClient",
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "PresentationTests",
            dependencies: ["JSON", "Presentation", "Runs", "Workspace", "Training", "Workflows"]
        ),
        .testTarget(name: "TerminalUITests", dependencies: ["TerminalUI", "Platform"]),
        .testTarget(
            name: "ScreensTests",
            dependencies: [
                "ChatTemplates",
                "Screens", "Presentation", "Runs", "Workspace", "TerminalUI", "EventBus", "Machine",
                "JSON", "Registry", "Tracking", "Training", "Datasets", "Transformer", "Workflows",
            ]
        ),
        .testTarget(name: "CommandLineTests", dependencies: ["Training", "TestModels"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ]
}
