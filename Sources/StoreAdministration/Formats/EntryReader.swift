import CLibc
import CheckpwdCore

/// The entries of a file, as they are read.
public struct EntryReader: ~Copyable {
    private let format: Format
    private let literal: Bool
    private var lines: LineReader
    private var read = 0

    public enum Item {
        /// An entry, and the number of the line where it begins, from 1.
        case entry(Entry, line: Int)
        /// A line that was not taken.
        case refused(LineError, line: Int)
    }

    /// - Parameters:
    ///   - descriptor: it is read to its end; its owner closes it.
    ///   - literal: whether secrets are taken that look like a hash, a locked password or further columns.
    public init(_ descriptor: Int32, as format: Format, literal: Bool = false) {
        self.format = format
        self.literal = literal
        lines = LineReader(descriptor)
    }

    /// How many bytes of the file have been read.
    public var position: Int { lines.position }

    /// The kind of the file, recognized by its beginning; nil if it may be read in this format. Call it before `next`.
    public mutating func foreignKind() throws(SystemError) -> FileKind? {
        let kind = FileKind.recognize(try lines.peek())
        guard let kind, !kind.isReadable(as: format), !literal || kind.isCertain else { return nil }
        return kind
    }

    /// What comes next, or nil at the end.
    public mutating func next() throws(SystemError) -> Item? {
        while let input = try lines.next() {
            read += 1
            if let item = try item(in: input) { return item }
        }
        return nil
    }

    /// - Returns: nil where there is nothing in the line.
    private mutating func item(in first: LineReader.Input) throws(SystemError) -> Item? {
        let number = read
        var input = first
        while true {
            guard case .line(let bytes) = input else {
                return .refused(LineError("line longer than 16384 bytes"), line: number)
            }
            let line: Line
            do throws(LineError) {
                line = try format.read(bytes, literal: literal)
            } catch {
                return .refused(error, line: number)
            }
            switch line {
            case .entry(let entry): return .entry(entry, line: number)
            case .nothing: return nil
            case .unfinished: break
            }
            guard let more = try lines.extend() else {
                return .refused(LineError("the file ends in the middle of it"), line: number)
            }
            read += 1
            input = more
        }
    }
}

/// The lines of a file, one after the other, out of one buffer that is wiped before it is filled again. A byte-order mark at
/// the beginning belongs to no line.
public struct LineReader: ~Copyable {
    /// The longest line, in bytes: room for the longest login and secret with every byte escaped, and for other fields.
    public static let longestLine = 16_384

    public enum Input {
        /// A line without its end, LF or CRLF. Its bytes are there until the next call.
        case line(UnsafeRawBufferPointer)
        /// A line that is longer than allowed; it was skipped.
        case tooLong
    }

    private let descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    // `start..<end` has been read and not handed out; what was handed out last begins at `last`.
    private var start = 0
    private var last = 0
    private var end = 0
    private var hasEnded = false
    /// How many bytes have been handed out or skipped.
    public private(set) var position = 0

    /// - Parameter descriptor: it is read to its end; its owner closes it.
    public init(_ descriptor: Int32) {
        self.descriptor = descriptor
        buffer = .allocate(byteCount: 4 * LineReader.longestLine, alignment: 16)
    }

    deinit {
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
    }

    /// The file's first lines, as many of them as the buffer holds, before any is handed out. Not the last one, if the buffer
    /// ends in it.
    public mutating func peek() throws(SystemError) -> UnsafeRawBufferPointer {
        while !hasEnded, end < buffer.count { try fill() }
        let lineEnd = hasEnded ? end : buffer[..<end].lastIndex(of: UInt8(ascii: "\n")) ?? 0
        return UnsafeRawBufferPointer(rebasing: buffer[..<lineEnd])
    }

    /// The next line, or nil at the end.
    public mutating func next() throws(SystemError) -> Input? {
        last = start
        return try line()
    }

    /// The line that was handed out last with its end and the next line after it, or nil at the end of the file.
    public mutating func extend() throws(SystemError) -> Input? {
        try line()
    }

    private mutating func line() throws(SystemError) -> Input? {
        var scanned = start
        while true {
            if let found = memchr(buffer.baseAddress! + scanned, Int32(UInt8(ascii: "\n")), end - scanned) {
                let lineEnd = UnsafeRawPointer(found) - UnsafeRawPointer(buffer.baseAddress!)
                return hand(out: lineEnd, next: lineEnd + 1)
            }
            if hasEnded { return start < end ? hand(out: end, next: end) : nil }
            if end - last > LineReader.longestLine { return try skip() }
            let rest = end - start
            try fill()
            scanned = start + rest
        }
    }

    private mutating func hand(out lineEnd: Int, next: Int) -> Input {
        if position == 0 { last += ByteOrderMark.length(in: buffer[last..<lineEnd]) }
        position += next - start
        start = next
        guard lineEnd - last <= LineReader.longestLine else { return .tooLong }
        let hasCR = lineEnd > last && lineEnd < next && buffer[lineEnd - 1] == UInt8(ascii: "\r")
        return .line(UnsafeRawBufferPointer(rebasing: buffer[last..<(hasCR ? lineEnd - 1 : lineEnd)]))
    }

    private mutating func skip() throws(SystemError) -> Input {
        while !hasEnded {
            if let found = memchr(buffer.baseAddress! + start, Int32(UInt8(ascii: "\n")), end - start) {
                let next = UnsafeRawPointer(found) - UnsafeRawPointer(buffer.baseAddress!) + 1
                position += next - start
                start = next
                return .tooLong
            }
            position += end - start
            start = end
            last = end
            try fill()
        }
        position += end - start
        start = end
        return .tooLong
    }

    /// Moves what is still needed to the front, wipes what it leaves behind, and reads more after it.
    private mutating func fill() throws(SystemError) {
        let kept = end - last
        buffer.baseAddress!.copyMemory(from: buffer.baseAddress! + last, byteCount: kept)
        explicit_bzero(buffer.baseAddress! + kept, max(end - kept, 0))
        (start, end, last) = (start - last, kept, 0)
        while true {
            let got = CLibc.read(descriptor, buffer.baseAddress! + end, buffer.count - end)
            if got >= 0 {
                end += got
                hasEnded = got == 0
                return
            }
            guard clibc_errno() == EINTR else { throw SystemError(errno: clibc_errno()) }
        }
    }
}
