import ArgumentParser
import ByteStrings
import Credentials
import SecretStore
import StoreKeeping
import Verdicts

struct ListSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print every login that has a secret, one a line: login, created, changed, last used.",
        discussion: """
            Tabs are between them. A login was last used by CRAM-MD5 or APOP, as far back as the replay cache remembers: \
            for as long as a challenge is good.
            """)

    @OptionGroup var options: StoreOptions

    @Option(help: "The folder of pam-checkpwd's replay cache.")
    var replayCache = String(describing: ReplayCache.defaultFolder)

    @Flag(help: "Print the logins alone.")
    var names = false

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        if names, json { throw ValidationError("--names and --json exclude each other.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            let entries = try options.keeper.entries()
            let uses = names ? [:] : try ReplayCache(in: [UInt8](replayCache.utf8)).lastUses()
            for entry in entries {
                let used = uses[entry.login.bytes]
                if names {
                    try Output.write(entry.login.bytes)
                } else if json {
                    try Output.write(
                        JSON.object([
                            ("login", .bytes(entry.login.bytes)), ("created", .time(entry.created)),
                            ("changed", .time(entry.changed)), ("used", .time(used)),
                        ]))
                } else {
                    let times = [entry.created, entry.changed, used].map { "\t" + Timestamp.text($0) }
                    try Output.write(entry.login.bytes + [UInt8](times.joined().utf8))
                }
            }
        }
    }
}
