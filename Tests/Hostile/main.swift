// A parent whose network process does what it must not, or what takes long. usage: hostile ACT
import CSeparation
import CheckpwdCore
import Glibc
import Logging
import PrivilegeSeparation

let arguments = CommandLine.arguments.map { Array($0.utf8) }
guard arguments.count >= 2, let act = Act(rawValue: CommandLine.arguments[1]) else { exit(64) }

if arguments.count == 3 {
    act.play()
    exit(0)
}

/// Names its lines, so that a test finds them.
struct PlainLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { StandardError.write(Array(event.message.description.utf8), from: "parent") }
}

var configuration = ParentConfiguration(
    authCommand: ["/bin/sh", "-c", act.authCommand].map { Array($0.utf8) },
    program: ["/bin/sh", "-c", act.program].map { Array($0.utf8) },
    environment: InheritedEnvironment(InheritedEnvironment.current, isOneSession: false))
configuration.authTimeout = .milliseconds(act.authTimeout)
configuration.mostChecks = 4
configuration.mostSessions = 100
configuration.lingering = .milliseconds(100)
configuration.grace = .milliseconds(100)

do throws(Failure) {
    let child = try NetworkChild.start(
        arguments: arguments + [Array("network".utf8)], environment: InheritedEnvironment.current)
    let parent = try Parent(
        of: child, configuration, messages: [], logger: Logger(label: "parent") { _ in PlainLog() },
        supervision: Supervision(nil), reload: { [] }, ready: { StandardError.write(Array("ready".utf8), from: "parent") })
    exit(parent.run())
} catch {
    StandardError.write(error.cause.sentence, from: "parent")
    exit(111)
}
