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
