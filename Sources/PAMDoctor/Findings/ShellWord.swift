import CheckpwdCore

extension String {
    /// A file's name as one word of a shell's, which no command takes for an option.
    var shellWord: String {
        let name = hasPrefix("-") ? "./" + self : self
        let plain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "/._-+,:@%=".utf8.contains(byte)
            }
        }
        if plain, !name.isEmpty { return name }
        guard name.unicodeScalars.contains(where: { UTF8Text.steers($0.value) }) else {
            return "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        }
        // What cannot be shown as it is can be written in no other quotes.
        let escaped = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(Unicode.Scalar(byte))
            case 0x20...0x7E: String(Unicode.Scalar(byte))
            default: "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return "$'" + escaped.joined() + "'"
    }
}
