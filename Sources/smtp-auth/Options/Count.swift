import ArgumentParser

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
