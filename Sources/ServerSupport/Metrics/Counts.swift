import SASL

/// The numbers behind the meters.
struct Counts {
    struct Login: Hashable {
        let mechanism: Mechanism
        let verdict: Meters.Verdict
    }

    var sessions = 0
    var openSessions = 0
    var refusals: [Meters.Refusal: Int] = [:]
    var logins: [Login: Int] = [:]
    var durations = Histogram()
    /// Of each certificate, its file and when it expires, in seconds since 1970.
    var certificates: [(file: [UInt8], notAfter: Int)] = []
}
