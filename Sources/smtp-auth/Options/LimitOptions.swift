import ArgumentParser
import SMTPServer

/// How much of everything.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many connections may be open in all.", valueName: "number"))
    var maxConnections = Count(1000)

    @Option(help: ArgumentHelp("How many connections an address may have open; for IPv6, its /64.", valueName: "number"))
    var maxPerAddress = Count(50)

    @Option(help: ArgumentHelp("After how many refused logins a session ends.", valueName: "number"))
    var maxFailures = Count(3)

    @Option(help: ArgumentHelp("After how many malformed AUTH commands and answers a session ends.", valueName: "number"))
    var maxMalformed = Count(5)

    @Option(help: ArgumentHelp("After how many refused commands, with no success between them, a session ends.", valueName: "number"))
    var maxErrors = Count(20)

    @Option(help: ArgumentHelp("How long a session may last.", valueName: "seconds"))
    var sessionTimeout = Seconds(3600)

    @Option(help: ArgumentHelp("How long a client may say nothing.", valueName: "seconds"))
    var idleTimeout = Seconds(300)

    @Option(
        help: ArgumentHelp(
            "How long a client that speaks first is watched for, before it is greeted; 0: it may speak.", valueName: "milliseconds"))
    var greetingDelay = Milliseconds(50)

    @Option(help: ArgumentHelp("How long sessions have to finish after SIGTERM.", valueName: "seconds"))
    var drainTimeout = Seconds(30)

    /// Those of each session.
    var limits: Limits {
        var limits = Limits()
        limits.session = sessionTimeout.amount
        limits.idle = idleTimeout.amount
        limits.greetingDelay = greetingDelay.amount
        return limits
    }
}
