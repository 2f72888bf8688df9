// Text from outside is bytes, never `String`: it need not be UTF-8, and in Embedded Swift comparing strings would link
// Unicode tables.

extension Array where Element == UInt8 {
    /// The bytes of a literal.
    public init(_ literal: StaticString) {
        self = Array(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// The bytes of a C string, without the NUL that ends it.
    public init(cString: UnsafePointer<CChar>) {
        var bytes: [UInt8] = []
        var next = cString
        while next.pointee != 0 {
            bytes.append(UInt8(bitPattern: next.pointee))
            next += 1
        }
        self = bytes
    }

    /// A number's decimal digits.
    public init(decimal number: some FixedWidthInteger) {
        var digits: [UInt8] = []
        var rest = number.magnitude
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        if number < 0 { digits.append(UInt8(ascii: "-")) }
        self = digits.reversed()
    }

    public static func += (left: inout [UInt8], right: StaticString) {
        left += [UInt8](right)
    }

    public static func == (left: [UInt8], right: StaticString) -> Bool {
        left == [UInt8](right)
    }

    /// Calls `body` with these bytes as a C string. The bytes must hold no NUL, or C sees only those before it.
    public func withCString<Result: ~Copyable, Problem: Error>(
        _ body: (UnsafePointer<CChar>) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        let terminated = UnsafeMutableBufferPointer<CChar>.allocate(capacity: count + 1)
        defer { terminated.deallocate() }
        for index in 0..<count { terminated[index] = CChar(bitPattern: self[index]) }
        terminated[count] = 0
        return try body(UnsafePointer(terminated.baseAddress!))
    }
}

extension StaticString {
    /// Literals end in a NUL byte and live as long as the program.
    public var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
