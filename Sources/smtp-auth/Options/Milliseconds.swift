import ArgumentParser
import NIOCore

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
