import CheckpwdCore

/// One login, as it is asked of a program that stays: a byte that the answer repeats; variables `NAME=value`, each with a NUL
/// after it; a NUL more; and what a program that is started for one login would read from descriptor 3.
public struct Packet: ~Copyable {
    /// What tells the answer to this from that to any other.
    public let mark: UInt8
    /// The value of $TCPREMOTEIP, or else of $REMOTE_IP; empty where neither has one.
    public let remoteHost: [UInt8]
    private let bytes: Secret
    private let credentials: Range<Int>

    /// The most bytes that the variables may have, their NULs included.
    public static let mostVariables = 4096

    /// - Throws: `misused` where no empty string ends the variables, they are too many, or nothing follows.
    public init(_ bytes: consuming Secret) throws(Failure) {
        let parts = bytes.withUnsafeBytes { Parts($0) }
        guard let parts, parts.credentials < bytes.count else {
            throw .misused(
                Cause(.packetWithoutCredentials, remedy: "pam-checkpwd(8) says what a resident program is asked"))
        }
        guard parts.credentials <= Packet.mostVariables + 2 else {
            throw .misused(
                Cause(.tooManyBytesOfVariables, about: [UInt8]("more than ") + [UInt8](decimal: Packet.mostVariables)))
        }
        mark = parts.mark
        remoteHost = parts.remoteHost
        credentials = parts.credentials..<bytes.count
        self.bytes = bytes
    }

    private struct Parts {
        let mark: UInt8
        var remoteHost: [UInt8] = []
        /// Where they begin.
        var credentials = 0

        /// - Returns: nil where the variables have no end.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard let mark = bytes.first else { return nil }
            self.mark = mark
            var other: [UInt8] = []
            var place = 1
            while let end = bytes[place...].firstIndex(of: 0), end > place {
                let variable = bytes[place..<end]
                if let value = Packet.value("TCPREMOTEIP=", in: variable) {
                    remoteHost = value
                } else if let value = Packet.value("REMOTE_IP=", in: variable) {
                    other = value
                }
                place = end + 1
            }
            guard place < bytes.count, bytes[place] == 0 else { return nil }
            credentials = place + 1
            if remoteHost.isEmpty { remoteHost = other }
        }
    }

    private static func value(_ name: StaticString, in variable: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        let name = [UInt8](name)
        return variable.starts(with: name) ? [UInt8](variable.dropFirst(name.count)) : nil
    }

    /// What would be on descriptor 3. The packet is gone.
    ///
    /// - Throws: `misused` where that is more than `limit` bytes.
    public consuming func request(limit: Int) throws(Failure) -> Request {
        guard credentials.count <= limit else {
            throw .misused(
                Cause(
                    .tooManyBytesOfCredentials, about: [UInt8]("more than ") + [UInt8](decimal: limit),
                    remedy: "the caller must send at most that many"))
        }
        let place = credentials
        return try Request(bytes.withUnsafeBytes { Secret(copying: UnsafeRawBufferPointer(rebasing: $0[place])) })
    }
}
