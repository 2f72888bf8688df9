import ArgumentParser
import ByteStrings
import CPlatform
import SecretStore
import Verdicts

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create an empty store and its key, mode 0600.")

    @OptionGroup var options: StoreOptions

    func run() throws {
        try failing { () throws(Failure) in
            try SecretStore.create(at: options.path, key: options.keyPath)
        }
    }
}

struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give a login a secret, in place of the one it may have.",
        discussion: "Asks for it twice on the terminal, without echo.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var login: LoginArgument
    @OptionGroup var source: SecretSource

    func run() throws {
        try failing { () throws(Failure) in
            let ring = try KeyRing(at: options.keyPath)
            let secret = try source.read(twice: true)
            try SecretStore(at: options.path).set(secret, of: login.name, now: UInt64(time(nil)), with: ring)
        }
    }
}

struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a login's secret away.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var login: LoginArgument

    func run() throws {
        try failing { () throws(Failure) in
            guard try SecretStore(at: options.path).delete(login.name) else {
                throw .rejected(Cause("login has no secret", about: login.name.bytes))
            }
        }
    }
}

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print every login that has a secret, one a line.")

    @OptionGroup var options: StoreOptions

    func run() throws {
        try failing { () throws(Failure) in
            for login in try SecretStore(at: options.path).logins() { try Output.write(login.bytes) }
        }
    }
}
