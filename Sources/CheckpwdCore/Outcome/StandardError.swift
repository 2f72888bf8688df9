import CLibc

/// Descriptor 2, one line at a time.
public enum StandardError {
    /// Writes `program: line`. A message that cannot be written, or that a mail client would read, is lost: there is nowhere
    /// else to say so.
    public static func write(_ line: [UInt8], from program: StaticString = "pam-checkpwd") {
        var text = [UInt8](program)
        text += ": "
        text += line
        text += "\n"
        clibc_write_error(text, text.count)
    }
}
