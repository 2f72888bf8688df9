import CDynamic
import CLibc
import CheckpwdCore

extension Connection {
    /// There is no connection.
    var unreachable: Failure {
        .temporary(
            Cause(
                .storeCannotBeReached, about: name + [UInt8](": ") + words,
                remedy: "the database, the way to it or the login to it failed"))
    }

    /// The connection ended while it was used.
    func broken(_ reason: Reason) -> Failure {
        .temporary(Cause(reason, about: name + [UInt8](": ") + words, remedy: "the connection to the database is lost"))
    }

    /// The server said no.
    func refused(_ rows: Rows, _ reason: Reason) -> Failure {
        // libpq's PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY.
        let state = field(rows, UInt8(ascii: "C"))
        let words = Connection.line(field(rows, UInt8(ascii: "M")))
        guard !state.isEmpty else { return broken(reason) }
        return .temporary(
            Cause(reason, about: name + [UInt8](": ") + words, remedy: Connection.remedy(state)))
    }

    /// PostgreSQL's SQLSTATE to what an administrator can do ('PostgreSQL Error Codes', appendix A of its manual).
    private static func remedy(_ state: [UInt8]) -> StaticString {
        if state == "42P01" || state == "3F000" { return "checkpwdctl store init creates schema and tables" }
        if state == "42P07" { return "an existing store is never replaced" }
        if state == "42501" { return "grant the role what checkpwdctl(8) lists" }
        if state == "25006" { return "this is a read-only replica; name the primary, or add target_session_attrs=read-write" }
        if state == "57014" { return "the database is stuck or overloaded" }
        return "the database's log says more"
    }

    private func field(_ rows: Rows, _ field: UInt8) -> [UInt8] {
        library.pointee.resultErrorField(rows.result, Int32(field)).map { [UInt8](cString: $0) } ?? []
    }

    private var words: [UInt8] {
        Connection.line(library.pointee.errorMessage(handle).map { [UInt8](cString: $0) } ?? [])
    }

    /// libpq writes several lines, the server as much as it likes: one line, and not without end.
    static func line(_ text: [UInt8]) -> [UInt8] {
        var line: [UInt8] = []
        for part in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if !line.isEmpty { line += "; " }
            line += part.drop { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
        }
        return line.count > 300 ? line.prefix(300) + [UInt8]("...") : line
    }
}
