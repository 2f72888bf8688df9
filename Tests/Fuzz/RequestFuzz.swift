import Checkpassword
import CheckpwdCore

/// The rule for descriptor 3, told once more in another way: cut at NUL bytes, count, compare.
enum RequestFuzz {
    static func check(_ bytes: [UInt8]) throws {
        var fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
        // A NUL ends a field; what follows the last NUL is a field only if there is something.
        if fields.last?.isEmpty == true { fields.removeLast() }

        let request: Request
        do throws(Failure) {
            request = try Request(Secret(copying: bytes))
        } catch {
            guard case .misused = error else { throw Violation(description: "not the caller's fault") }
            return try require(fields.count < 2, "misused with \(fields.count) fields")
        }
        try require(fields.count >= 2, "read with \(fields.count) fields")
        try require(request.login.bytes == Array(fields[0]), "login is not the first field")

        switch request.credential {
        case .password(let place):
            try require(place == fields[1].startIndex..<fields[1].endIndex, "password is not the second field")
            try require(!looksAnswered(fields), "a digest is taken for a password")
        case .digest(let digest, let challenge, _):
            // Five fields are never a digest.
            try require(fields.count == 3 || fields.count == 4, "a digest in \(fields.count) fields")
            let places = fields[1...2].map { $0.startIndex..<$0.endIndex }
            try require(places.contains(digest) && places.contains(challenge), "not the second and third field")
            try require(digest != challenge || digest.isEmpty, "digest and challenge are the same")
            try require(
                fields.count == 3 ? looksAnswered(fields) : mechanism(fields).map { (3...9).contains($0) } == true,
                "a digest is taken from what is none")
            let same = request.withBytes(at: digest) { $0.elementsEqual(bytes[digest]) }
            try require(same, "place outside the buffer")
        case .unknownMechanism(let byte):
            try require(mechanism(fields) == byte && byte > 9, "unknown mechanism \(byte)")
        }
    }

    /// IndiMail's byte, where there is one.
    private static func mechanism(_ fields: [ArraySlice<UInt8>]) -> UInt8? {
        guard fields.count == 4, fields[3].count == 1, let byte = fields[3].first, 1...17 ~= byte else { return nil }
        return byte
    }

    /// Whether of exactly three fields the second and the third are a challenge and 32 digits, either way round.
    private static func looksAnswered(_ fields: [ArraySlice<UInt8>]) -> Bool {
        guard fields.count == 3 else { return false }
        func isDigest(_ field: ArraySlice<UInt8>) -> Bool {
            field.count == 32 && field.allSatisfy("0123456789abcdef".utf8.contains)
        }
        func isChallenge(_ field: ArraySlice<UInt8>) -> Bool {
            field.count > 2 && field.first == UInt8(ascii: "<") && field.last == UInt8(ascii: ">")
                && field.contains(UInt8(ascii: "@")) && field.allSatisfy { 0x21...0x7E ~= $0 }
        }
        return isChallenge(fields[1]) && isDigest(fields[2]) || isDigest(fields[1]) && isChallenge(fields[2])
    }
}
