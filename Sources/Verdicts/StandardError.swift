import ByteStrings
import CPlatform

/// Descriptor 2, one line at a time.
public enum StandardError {
    /// Writes `pam-checkpwd: line`. A message that cannot be written is lost: there is nowhere else to say so.
    public static func write(_ line: [UInt8]) {
        var text = [UInt8]("pam-checkpwd: ")
        text += line
        text += "\n"
        _ = CPlatform.write(2, text, text.count)
    }
}
