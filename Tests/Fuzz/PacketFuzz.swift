import Checkpassword
import CheckpwdCore

/// The rule for what a resident is asked, told once more in another way: a mark, and variables up to the first empty string.
enum PacketFuzz {
    static func check(_ bytes: [UInt8]) throws {
        let strings = bytes.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
        // What follows the last NUL has none behind it, and so is no variable, nor an end of them.
        let end = strings.dropLast().firstIndex { $0.isEmpty }
        let credentials = end.map { Array(bytes[(strings[$0].endIndex + 1)...]) } ?? []

        let packet: Packet
        do throws(Failure) {
            packet = try Packet(Secret(copying: bytes))
        } catch {
            guard case .misused = error else { throw Violation(description: "not the caller's fault") }
            return try require(credentials.isEmpty, "misused with credentials")
        }
        guard let end, !credentials.isEmpty else { throw Violation(description: "read without credentials") }
        func last(_ name: String) -> [UInt8] {
            strings[..<end].last { $0.starts(with: name.utf8) }.map { Array($0.dropFirst(name.utf8.count)) } ?? []
        }
        let (first, other) = (last("TCPREMOTEIP="), last("REMOTE_IP="))
        try require(packet.remoteHost == (first.isEmpty ? other : first), "another host")
        try require(packet.mark == bytes[0], "another mark")
        try require(asked(packet) ?? credentials == credentials, "other credentials")
    }

    /// - Returns: nil where they are none.
    private static func asked(_ packet: consuming Packet) -> [UInt8]? {
        do throws(Failure) {
            let request = try packet.request(limit: 512)
            return request.withAllBytes { Array($0) }
        } catch {
            return nil
        }
    }
}
