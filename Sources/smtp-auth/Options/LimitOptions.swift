import ArgumentParser
import NIOCore
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
    var timeouts: SessionTimeouts {
        var timeouts = SessionTimeouts()
        timeouts.session = sessionTimeout.amount
        timeouts.idle = idleTimeout.amount
        timeouts.greetingDelay = greetingDelay.amount
        return timeouts
    }
}

/// How many: digits, 1 to 1,000,000.
struct Count: ExpressibleByArgument {
    let number: Int

    init?(argument: String) {
        guard argument.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = Int(argument),
            (1...1_000_000).contains(number)
        else { return nil }
        self.number = number
    }

    init(_ number: Int) {
        self.number = number
    }

    var defaultValueDescription: String { "\(number)" }
}

/// A time limit: a whole number of seconds, from 1 second to 1 day.
struct Seconds: ExpressibleByArgument {
    let duration: Duration
    private let number: Int

    init?(argument: String) {
        guard let number = Count(argument: argument)?.number, number <= 86400 else { return nil }
        self.init(number)
    }

    init(_ number: Int) {
        self.number = number
        duration = .seconds(number)
    }

    var amount: TimeAmount { .seconds(Int64(number)) }

    var defaultValueDescription: String { "\(number)" }
}

/// A short time: a whole number of milliseconds, from 0 to 1 minute.
struct Milliseconds: ExpressibleByArgument {
    private let number: Int

    init?(argument: String) {
        if argument == "0" {
            self.init(0)
            return
        }
        guard let number = Count(argument: argument)?.number, number <= 60_000 else { return nil }
        self.init(number)
    }

    init(_ number: Int) {
        self.number = number
    }

    var amount: TimeAmount { .milliseconds(Int64(number)) }

    var defaultValueDescription: String { "\(number)" }
}
