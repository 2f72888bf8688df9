import ArgumentParser
import NIOCore

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
