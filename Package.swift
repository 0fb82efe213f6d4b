// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

/// A target of ours: the arrows of docs/ARCHITECTURE.md, one line each.
func floor(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "interposer",
    products: [.executable(name: "interposer", targets: ["CLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLinux", path: "Modules/CLinux", providers: [.apt(["libc6-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD",
            path: "Modules/CMicroHTTPD",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]
        ),
        .systemLibrary(
            name: "CCurl",
            path: "Modules/CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),

        .systemLibrary(
            name: "CSQLite",
            path: "Modules/CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            path: "Modules/COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),

        floor("Metrics", []),
        floor("EventLoop", ["Metrics", "CLinux", heap]),
        floor("HTTPServer", ["EventLoop", "CLinux", "CMicroHTTPD", "COpenSSL", httpTypes]),
        floor("HTTPClient", ["EventLoop", "CLinux", "CCurl", httpTypes, deque]),
        floor("Secrets", ["COpenSSL"]),
        floor("Journal", ["EventLoop", "CLinux", "CSQLite"]),
        floor("JSONText", []),
        floor("OpenAI", ["JSONText"]),
        floor(
            "Prompting",
            [],
            resources: [
                .embedInCode("Resources/chat-formats.json"), .embedInCode("Resources/model-names.json"),
                .embedInCode("Resources/token-weights.json"),
            ]
        ),
        floor("Answers", ["Prompting"]),
        floor("Tools", ["OpenAI", "JSONText", "Prompting"]),
        floor("OpenCode", ["OpenAI", "JSONText"]),
        floor("Horde", ["HTTPClient", "JSONText", "Journal", "Secrets", "Metrics", "EventLoop", httpTypes, deque]),
        floor(
            "Gateway",
            [
                "Horde", "OpenAI", "JSONText", "Prompting", "Answers", "Tools", "OpenCode", "HTTPServer", "HTTPClient",
                "Journal", "Secrets", "Metrics", "EventLoop",
                httpTypes,
                logging,
            ],
            resources: [.embedInCode("Resources/openapi.json")]
        ),
        floor("Bench", ["HTTPClient", "EventLoop", "JSONText", httpTypes]),
        floor("HordeSimulator", ["HTTPServer", "EventLoop", "JSONText", httpTypes]),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Gateway", "Bench", "HordeSimulator", "Horde", "HTTPClient", "HTTPServer", "OpenAI", "JSONText",
                "OpenCode", "Prompting", "Secrets", "EventLoop",
                argumentParser, httpTypes, logging, configuration, system, yams,
            ],
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            dependencies: ["EventLoop", "CLinux"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        tests("EventLoopTests", ["EventLoop", "CLinux", "TestSupport"]),
        tests("HTTPServerTests", ["HTTPServer", "EventLoop", "TestSupport", httpTypes]),
        tests("HTTPClientTests", ["HTTPClient", "HTTPServer", "EventLoop", "CLinux", "TestSupport", httpTypes]),
        tests(
            "HordeTests",
            [
                "Horde", "HordeSimulator", "HTTPClient", "HTTPServer", "Journal", "Secrets", "Metrics", "EventLoop",
                "TestSupport",
                httpTypes,
            ],
            exclude: ["Recordings"]
        ),
        tests(
            "GatewayTests",
            [
                "Gateway", "Horde", "HTTPServer", "OpenAI", "JSONText", "OpenCode", "Prompting", "Secrets", "Tools",
                "EventLoop",
                httpTypes,
            ]
        ),
        tests(
            "BenchTests",
            ["Bench", "HTTPServer", "EventLoop", "OpenAI", "JSONText", "TestSupport", httpTypes]
        ),
        tests("CLITests", ["CLI", "Gateway", "Horde"]),
        tests("MetricsTests", ["Metrics"]),
        tests("SecretsTests", ["Secrets"]),
        tests("JournalTests", ["Journal", "EventLoop", "TestSupport"]),
        tests("TidyTests", []),
        tests("JSONTextTests", ["JSONText"]),
        tests("OpenAITests", ["OpenAI", "JSONText"]),
        tests("PromptingTests", ["Prompting", "TestSupport"], exclude: ["Snapshots", "Data"]),
        tests("OpenCodeTests", ["OpenCode", "OpenAI", "JSONText"], exclude: ["Golden"]),
        tests("AnswersTests", ["Answers", "Prompting"], exclude: ["Data"]),
        tests("ToolsTests", ["Tools", "OpenAI", "JSONText", "Prompting"], exclude: ["Snapshots", "Data"]),
        tests(
            "HordeSimulatorTests",
            ["HordeSimulator", "HTTPServer", "EventLoop", "JSONText", httpTypes],
            exclude: ["Recordings"]
        ),
    ],
    swiftLanguageModes: [.v6]
)
