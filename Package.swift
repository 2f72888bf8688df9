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
let tests: [SwiftSetting] = house + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// C code that stands between libc, PAM and the libraries that are loaded on demand, and Swift.
let shim: [CSetting] = [.define("_GNU_SOURCE")] + (strict ? [.treatAllWarnings(as: .error)] : [])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")

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
        // C shims: no policy and no decisions.
        .target(name: "CLibc", cSettings: shim),
        .target(name: "CGuard", dependencies: ["CLibc"], cSettings: shim),
        .target(
            name: "CPAM", cSettings: shim + [.define("CPAM_INSTALLED", .when(traits: ["Embedded"]))],
            linkerSettings: [.linkedLibrary("pam")]),
        .target(name: "CDynamic", cSettings: shim),
        .target(name: "CSeparation", cSettings: shim),

        // The foundation of every program.
        .target(name: "CheckpwdCore", dependencies: ["CLibc"], swiftSettings: core),

        // The login: what one passes through inside pam-checkpwd.
        .target(name: "Checkpassword", dependencies: ["CheckpwdCore", "CLibc"], swiftSettings: core),
        .target(name: "PAM", dependencies: ["CheckpwdCore", "CPAM", "CLibc"], swiftSettings: core),
        .target(name: "Cryptography", dependencies: ["CheckpwdCore", "CDynamic", "CLibc"], swiftSettings: core),
        .target(
            name: "SecretStore", dependencies: ["CheckpwdCore", "CDynamic", "CLibc", "Cryptography"], swiftSettings: core),
        .target(name: "Accounts", dependencies: ["CheckpwdCore", "CLibc"], swiftSettings: core),
        .target(
            name: "Login",
            dependencies: ["Accounts", "CheckpwdCore", "Checkpassword", "CLibc", "Cryptography", "PAM", "SecretStore"],
            swiftSettings: core),
        .executableTarget(
            name: "pam-checkpwd",
            dependencies: ["Accounts", "CGuard", "CheckpwdCore", "Checkpassword", "CLibc", "Login", "PAM", "SecretStore"],
            swiftSettings: core + [.unsafeFlags(["-parse-as-library"])], linkerSettings: coreLink + guardLink),

        // Administration.
        .target(
            name: "StoreAdministration",
            dependencies: ["CDynamic", "CheckpwdCore", "CLibc", "Cryptography", "SASL", "SecretStore"], swiftSettings: house),
        .target(
            name: "PAMDoctor",
            dependencies: ["Accounts", "CheckpwdCore", "Checkpassword", "CLibc", "Login", "PAM", "SecretStore"], swiftSettings: house),
        .target(
            name: "LoginProbe",
            dependencies: ["CheckpwdCore", "CLibc", "Cryptography", "SASL", "TransportSecurity", nioCore, nioPosix, nioSSL, nioTLS],
            swiftSettings: house),
        .executableTarget(
            name: "checkpwdctl",
            dependencies: [
                "Accounts", "CheckpwdCore", "Checkpassword", "CLibc", "Cryptography", "LoginProbe", "PAM", "PAMDoctor", "SASL",
                "SecretStore", "StoreAdministration", "TransportSecurity", argumentParser,
            ],
            swiftSettings: house),

        // Servers.
        .target(name: "SASL", dependencies: ["CheckpwdCore"], swiftSettings: house),
        .target(name: "SMTP", dependencies: ["CheckpwdCore", "CLibc", "SASL"], swiftSettings: house),
        .target(name: "TransportSecurity", dependencies: ["CheckpwdCore", "CLibc", nioSSL], swiftSettings: house),
        .target(
            name: "ServerSupport", dependencies: ["CheckpwdCore", "CLibc", "SASL", logging, nioCore, nioHTTP1, nioPosix],
            swiftSettings: house),
        .target(
            name: "PrivilegeSeparation", dependencies: ["CheckpwdCore", "CSeparation", "CLibc", logging], swiftSettings: house),
        .target(
            name: "SMTPServer",
            dependencies: [
                "CheckpwdCore", "PrivilegeSeparation", "SASL", "SMTP", "ServerSupport", "TransportSecurity", logging, nioCore, nioPosix,
                nioSSL, nioTLS,
            ],
            swiftSettings: house),
        .executableTarget(
            name: "smtp-auth",
            dependencies: [
                "CheckpwdCore", "CLibc", "PrivilegeSeparation", "SASL", "SMTP", "SMTPServer", "ServerSupport", "TransportSecurity",
                argumentParser, logging, nioCore, nioPosix,
            ],
            swiftSettings: house),

        // The tests: one target per module, and EndToEnd with real PAM, real accounts and real clients.
        .target(
            name: "TestSupport", dependencies: ["CheckpwdCore", "CLibc", "SecretStore", "StoreAdministration"],
            path: "Tests/TestSupport", swiftSettings: house),
        .executableTarget(
            name: "hostile", dependencies: ["CheckpwdCore", "CSeparation", "PrivilegeSeparation", logging], path: "Tests/Hostile",
            swiftSettings: house),
        suite("CheckpwdCore"), suite("CPAM"), suite("Checkpassword"), suite("PAM"), suite("Cryptography"), suite("SecretStore"),
        suite("Login", "Accounts", "Cryptography", "PAM"),
        suite("PamCheckpwd", testing: "pam-checkpwd"),
        suite("Checkpwdctl", testing: "checkpwdctl", "PAM", "PAMDoctor", argumentParser),
        suite("StoreAdministration"), suite("PAMDoctor", "Accounts", "CLibc", "PAM"), suite("LoginProbe"), suite("SASL"), suite("SMTP"),
        suite("TransportSecurity"),
        suite("ServerSupport", logging, nioCore, nioPosix), suite("PrivilegeSeparation", "CLibc", "CSeparation", "hostile"),
        suite(
            "SMTPServer", "CLibc", "CSeparation", "PrivilegeSeparation", "SMTP", "ServerSupport", "TransportSecurity", logging, nioCore,
            nioPosix, nioSSL, nioTLS, .product(name: "NIOConcurrencyHelpers", package: "swift-nio")),
        .testTarget(
            name: "EndToEnd",
            dependencies: ["CheckpwdCore", "CLibc", "Cryptography", "PAMDoctor", "SecretStore", "StoreAdministration", "TestSupport"],
            path: "Tests/EndToEnd", swiftSettings: tests),
        fuzzTarget,
    ],
    swiftLanguageModes: [.v6]
)

/// The tests of one module.
///
/// - Parameter others: what they need besides.
func suite(_ name: String, testing module: String? = nil, _ others: Target.Dependency...) -> Target {
    let needed: Set = ["CPAM", "CheckpwdCore", "Checkpassword", "SASL", "SecretStore", "StoreAdministration", "TestSupport", module ?? name]
    return .testTarget(
        name: name + "Tests", dependencies: needed.sorted().map { .init(stringLiteral: $0) } + others, swiftSettings: tests)
}

/// The targets of `Tests/Fuzz`, as a program or as tests.
var fuzzTarget: Target {
    let needed: [Target.Dependency] = [
        "CheckpwdCore", "Checkpassword", "PAM", "PAMDoctor", "PrivilegeSeparation", "SASL", "SMTP", "SMTPServer", "SecretStore",
        "ServerSupport", "StoreAdministration", "TestSupport",
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
