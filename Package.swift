// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors where CI builds; elsewhere a newer compiler's new warning must not stop an administrator.
let strict = Context.environment["CI"] != nil

/// `make fuzz` links libFuzzer, whose library has a `main` of its own: there the fuzz targets are a program, elsewhere they
/// are tests that replay the corpus.
let fuzzes = Context.environment["FUZZ"] != nil

/// Every Swift target of the package.
let house: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []

/// What `pam-checkpwd` is made of. With the trait `Embedded` it is compiled as Embedded Swift: one program without
/// Swift's runtime library, since it is started once per login. Without the trait the same sources serve the tests
/// and the other programs.
///
/// Not `enableExperimentalFeature`: SwiftPM links with that whether or not its condition holds, and then leaves out what
/// registers types with Swift's runtime library. A program with the library crashes without it.
let core: [SwiftSetting] =
    house + [
        .unsafeFlags(
            // A section a function: the linker then leaves out those that only checkpwdctl calls.
            ["-enable-experimental-feature", "Embedded", "-wmo", "-Osize", "-Xfrontend", "-function-sections"],
            .when(traits: ["Embedded"]))
    ]
let coreLink: [LinkerSetting] = [
    .unsafeFlags(
        // All symbols are bound at the start, and what points to functions is read-only from then on.
        ["-enable-experimental-feature", "Embedded"]
            + ["--gc-sections", "-z", "relro", "-z", "now"].flatMap { ["-Xlinker", $0] },
        .when(traits: ["Embedded"]))
]

/// The functions of libc that CGuard replaces: without these names in the program's own table of symbols, PAM's modules
/// would find libc's.
let guardLink: [LinkerSetting] = [
    .unsafeFlags(
        [
            "_exit", "_Exit", "daemon", "execve", "execv", "execvp", "execvpe", "fexecve", "execveat", "execl", "execlp", "execle",
        ].flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] })
]

/// Tests are compiled quickly; what they test is optimized.
let tests: [SwiftSetting] =
    house + [.unsafeFlags(["-Onone", "-no-whole-module-optimization", "-enable-batch-mode"], .when(configuration: .release))]

/// C code that stands between libc, PAM and the libraries that are loaded on demand, and Swift.
let shim: [CSetting] = [.define("_GNU_SOURCE")] + (strict ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "pam-checkpwd",
    products: [
        .executable(name: "pam-checkpwd", targets: ["pam-checkpwd"]),
        .executable(name: "checkpwdctl", targets: ["checkpwdctl"]),
        .executable(name: "smtp-auth", targets: ["smtp-auth"]),
    ],
    traits: [
        .trait(name: "Embedded", description: "Build pam-checkpwd as Embedded Swift; its release build.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    ],
    targets: [
        // The ground: C shims.
        .target(name: "CPlatform", cSettings: shim),
        .target(name: "CGuard", dependencies: ["CPlatform"], cSettings: shim),
        .target(name: "CPAM", cSettings: shim, linkerSettings: [.linkedLibrary("pam")]),
        .target(name: "CDynamic", cSettings: shim),

        // The core: what a login passes through inside pam-checkpwd.
        .target(name: "ByteStrings", swiftSettings: core),
        .target(name: "Verdicts", dependencies: ["ByteStrings", "CPlatform"], swiftSettings: core),
        .target(
            name: "ProcessEnvironment", dependencies: ["ByteStrings", "CPlatform", "Verdicts"], swiftSettings: core),
        .target(name: "Credentials", dependencies: ["ByteStrings", "CPlatform"], swiftSettings: core),
        .target(
            name: "Checkpassword",
            dependencies: ["ByteStrings", "Credentials", "CPlatform", "ProcessEnvironment", "Verdicts"],
            swiftSettings: core),
        .target(
            name: "PAM", dependencies: ["ByteStrings", "CPAM", "CPlatform", "Credentials", "Verdicts"],
            swiftSettings: core),
        .target(
            name: "Cryptography", dependencies: ["ByteStrings", "CDynamic", "CPlatform", "Credentials", "Verdicts"],
            swiftSettings: core),
        .target(
            name: "ChallengeResponse", dependencies: ["ByteStrings", "Credentials", "Cryptography", "Verdicts"],
            swiftSettings: core),
        .target(
            name: "PostgreSQL",
            dependencies: ["ByteStrings", "CPlatform", "CDynamic", "ProcessEnvironment", "Verdicts"],
            swiftSettings: core),
        .target(
            name: "SecretStore",
            dependencies: ["ByteStrings", "CDynamic", "CPlatform", "Credentials", "Cryptography", "PostgreSQL", "Verdicts"],
            swiftSettings: core),
        .target(
            name: "Bridge",
            dependencies: [
                "ByteStrings", "ChallengeResponse", "Checkpassword", "CPlatform", "Credentials", "Cryptography", "PAM",
                "SecretStore", "Verdicts",
            ],
            swiftSettings: core),
        .target(
            name: "Privilege",
            dependencies: ["ByteStrings", "CPlatform", "Credentials", "ProcessEnvironment", "Verdicts"],
            swiftSettings: core),
        .executableTarget(
            name: "pam-checkpwd",
            dependencies: [
                "Bridge", "ByteStrings", "CGuard", "Checkpassword", "CPlatform", "Credentials", "PAM", "Privilege",
                "ProcessEnvironment", "SecretStore", "Verdicts",
            ],
            swiftSettings: core + [.unsafeFlags(["-parse-as-library"])], linkerSettings: coreLink + guardLink),

        // The administrator's tool.
        .target(
            name: "StoreKeeping",
            dependencies: [
                "ByteStrings", "CDynamic", "CPlatform", "Credentials", "Cryptography", "PostgreSQL", "SecretStore",
                "Verdicts",
            ],
            swiftSettings: house),
        .target(
            name: "Doctor",
            dependencies: [
                "Bridge", "ByteStrings", "Checkpassword", "CPlatform", "Credentials", "PAM", "SecretStore", "Verdicts",
            ],
            swiftSettings: house),
        .target(
            name: "Interchange",
            dependencies: ["ByteStrings", "CPlatform", "Credentials", "SASL", "SecretStore"], swiftSettings: house),
        .target(
            name: "Precis", dependencies: ["ByteStrings", "CDynamic", "Credentials", "Verdicts"], swiftSettings: house),
        .target(
            name: "Probe",
            dependencies: [
                "ByteStrings", "ChallengeResponse", "CPlatform", "Credentials", "SASL", "TransportSecurity", "Verdicts",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "checkpwdctl",
            dependencies: [
                "ByteStrings", "ChallengeResponse", "Checkpassword", "CPlatform", "Credentials", "Cryptography", "Doctor",
                "Interchange", "PAM", "Precis", "Probe", "SASL", "SecretStore", "StoreKeeping", "TransportSecurity", "Verdicts",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),

        // The SMTP side.
        .target(name: "SASL", dependencies: ["ByteStrings", "Credentials"], swiftSettings: house),
        .target(
            name: "SMTP", dependencies: ["ByteStrings", "CPlatform", "Credentials", "SASL"], swiftSettings: house),
        .target(
            name: "SMTPFront",
            dependencies: [
                "ByteStrings", "CPlatform", "Credentials", "Metrics", "SASL", "SMTP", "Separation", "TransportSecurity", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: house),
        .target(
            name: "TransportSecurity",
            dependencies: [
                "ByteStrings", "CPlatform", "Credentials", "Verdicts",
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: house),
        .target(name: "CSeparation", cSettings: shim),
        .target(
            name: "Separation",
            dependencies: [
                "ByteStrings", "CPlatform", "CSeparation", "Credentials", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .target(
            name: "Metrics",
            dependencies: [
                "ByteStrings", "SASL",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "smtp-auth",
            dependencies: [
                "ByteStrings", "CPlatform", "Credentials", "Metrics", "SASL", "SMTP", "SMTPFront", "Separation", "TransportSecurity", "Verdicts",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house),

        // The tests: one target per module, and EndToEnd with real PAM, real accounts and real clients.
        .target(
            name: "TestSupport",
            dependencies: ["CPlatform", "Credentials", "SecretStore", "StoreKeeping", "Verdicts"], path: "Tests/TestSupport",
            swiftSettings: house),
        .executableTarget(
            name: "hostile",
            dependencies: [
                "CSeparation", "Credentials", "Separation", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Hostile", swiftSettings: house),
        .testTarget(
            name: "SeparationTests",
            dependencies: [
                "ByteStrings", "CPlatform", "CSeparation", "Credentials", "Separation", "TestSupport", "Verdicts",
                "hostile",
            ],
            swiftSettings: tests),
        .testTarget(
            name: "MetricsTests",
            dependencies: [
                "Metrics", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "SMTPFrontTests",
            dependencies: [
                "ByteStrings", "CPlatform", "CSeparation", "Credentials", "Metrics", "SASL", "SMTP", "SMTPFront",
                "Separation", "TestSupport", "TransportSecurity", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: tests),
    ]
        + suite("ByteStrings") + suite("Verdicts") + suite("ProcessEnvironment") + suite("Credentials") + suite("Checkpassword")
        + suite("CPAM") + suite("PAM") + suite("Cryptography") + suite("ChallengeResponse") + suite("PostgreSQL")
        + suite("SecretStore") + suite("StoreKeeping") + suite("Interchange") + suite("Precis") + suite("Probe") + suite("Bridge")
        + suite("Doctor") + suite("SASL") + suite("SMTP") + suite("TransportSecurity") + suite("PamCheckpwd", testing: "pam-checkpwd")
        + [
            .testTarget(
                name: "EndToEnd",
                dependencies: ["ChallengeResponse", "CPlatform", "Credentials", "Doctor", "TestSupport"],
                path: "Tests/EndToEnd", swiftSettings: tests),
            fuzzTarget,
        ],
    swiftLanguageModes: [.v6]
)

/// The tests of one module.
func suite(_ name: String, testing module: String? = nil) -> [Target] {
    let needed: Set = [
        "ByteStrings", "CPAM", "Checkpassword", "Credentials", "SASL", "SecretStore", "StoreKeeping", "TestSupport",
        "Verdicts", module ?? name,
    ]
    return [
        .testTarget(
            name: name + "Tests", dependencies: needed.sorted().map { .init(stringLiteral: $0) }, swiftSettings: tests)
    ]
}

/// The targets of `Tests/Fuzz`, as a program or as tests.
var fuzzTarget: Target {
    let needed: [Target.Dependency] = [
        "Checkpassword", "Credentials", "Doctor", "Interchange", "PAM", "SASL", "SMTP", "SMTPFront", "SecretStore",
        "Separation", "TestSupport", "Verdicts",
    ]
    guard fuzzes else {
        return .testTarget(
            name: "FuzzTests", dependencies: needed, path: "Tests/Fuzz", exclude: ["Corpus", "Main.swift", "run"],
            swiftSettings: tests)
    }
    return .executableTarget(
        name: "fuzz", dependencies: needed, path: "Tests/Fuzz", exclude: ["Corpus", "FuzzTests.swift", "run"],
        swiftSettings: house + [.unsafeFlags(["-parse-as-library"])])
}
