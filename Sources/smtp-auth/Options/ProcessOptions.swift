import ArgumentParser

/// Who speaks with the network.
struct ProcessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The user that speaks with the network, where smtp-auth is started as root. (default: nobody)", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("The folder that is its root directory.", valueName: "folder"))
    var chroot: String?

    /// How the parent says to itself, executed again, that it is the network process.
    @Flag(help: .hidden)
    var networkProcess = false

    func validate() throws {
        guard chroot.map({ $0.hasPrefix("/") }) ?? true else {
            throw ValidationError("--chroot needs an absolute path.")
        }
    }
}
