import ArgumentParser
import CheckpwdCore
import StoreAdministration

struct CheckStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read every record, open its secret, and say what is damaged.",
        discussion: "Exits 0 where nothing is, 1 where records are, 111 where the store cannot be read at all.")

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() throws {
        try failing { () throws(Failure) in
            let findings = try options.keeper.check()
            if json {
                try Output.write(
                    JSON.object([
                        ("records", .number(findings.records)),
                        ("problems", .array(findings.problems.map { .bytes($0.cause.sentence) })),
                    ]))
            } else {
                for problem in findings.problems { try Output.write(problem.cause.sentence) }
                try Output.write(
                    [UInt8](decimal: findings.records) + [UInt8](" records read, ")
                        + [UInt8](decimal: findings.problems.count) + [UInt8](" problems"))
            }
            guard findings.problems.isEmpty else {
                throw .rejected(Cause(.storeDamaged, about: options.place.name, remedy: "store restore brings a backup back"))
            }
        }
    }
}
