import ByteStrings
import CPlatform

/// The system's words for an errno(3).
enum Words {
    static func of(_ errno: Int32) -> String {
        guard let words = cplatform_error_words(errno) else { return "errno \(errno)" }
        return String(decoding: [UInt8](cString: words), as: UTF8.self)
    }
}
