/// Where the NUL-terminated fields stand: empty ones count, and so does an unterminated tail.
struct Fields {
    private var places: [Range<Int>] = []

    init(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        for index in 0..<bytes.count where bytes[index] == 0 {
            places.append(start..<index)
            start = index + 1
        }
        if start < bytes.count { places.append(start..<bytes.count) }
    }

    var count: Int { places.count }

    subscript(index: Int) -> Range<Int> { places[index] }
}
