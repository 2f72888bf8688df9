import CPlatform
import Credentials

/// Turns pieces of a byte stream into lines. What it holds may be passwords: it is wiped as soon as it is handed out.
struct LineAssembler: ~Copyable {
    enum Input: ~Copyable {
        /// A line without its end.
        case line(Secret)
        /// A line that was longer than allowed; its bytes are gone.
        case overlong
    }

    /// An AUTH line may have 12,288 octets, its end included (RFC 4954 section 4).
    static let limit = 12_288

    // One buffer: `start..<end` is what came in and is not handed out, and holds no line end before `scanned`.
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * limit, alignment: 1)
    private var start = 0
    private var scanned = 0
    private var end = 0
    /// Whether what comes next belongs to a line that is too long already.
    private var isDiscarding = false

    deinit {
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
    }

    /// How many bytes wait. Whoever asks for more input only when `next` has nothing keeps it within the limit plus one
    /// read.
    var count: Int { end - start }

    /// Takes a copy of some input.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        makeRoom(for: bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).copyMemory(from: bytes)
        end += bytes.count
    }

    /// The next line, or nil where its end has not come.
    ///
    /// CRLF ends a line, and a bare LF, which people send who type a session. A bare CR stays in the line, for whoever
    /// reads it to refuse.
    mutating func next() -> Input? {
        while scanned < end, buffer[scanned] != UInt8(ascii: "\n") { scanned += 1 }
        guard scanned < end else {
            if isDiscarding || count >= Self.limit {
                isDiscarding = true
                discard(upTo: end)
            }
            return nil
        }
        let lineEnd = scanned
        defer {
            isDiscarding = false
            discard(upTo: lineEnd + 1)
        }
        guard !isDiscarding, lineEnd + 1 - start <= Self.limit else { return .overlong }
        let hasCR = lineEnd > start && buffer[lineEnd - 1] == UInt8(ascii: "\r")
        let line = buffer[start..<(hasCR ? lineEnd - 1 : lineEnd)]
        return .line(Secret(copying: UnsafeRawBufferPointer(rebasing: line)))
    }

    private mutating func discard(upTo place: Int) {
        explicit_bzero(buffer.baseAddress! + start, place - start)
        start = place
        scanned = place
        if start == end { (start, scanned, end) = (0, 0, 0) }
    }

    /// Moves what waits to the front, or to a larger buffer; what is left behind is wiped.
    private mutating func makeRoom(for more: Int) {
        guard end + more > buffer.count else { return }
        let old = buffer
        if count + more > buffer.count {
            buffer = .allocate(byteCount: max(2 * buffer.count, count + more), alignment: 1)
        }
        buffer.baseAddress!.copyMemory(from: old.baseAddress! + start, byteCount: count)
        if buffer.baseAddress! == old.baseAddress! {
            explicit_bzero(buffer.baseAddress! + count, end - count)
        } else {
            explicit_bzero(old.baseAddress!, old.count)
            old.deallocate()
        }
        (start, scanned, end) = (0, scanned - start, count)
    }
}
