import Testing

@testable import SMTPFront

@Suite("An address to listen on")
struct ListenAddressTests {
    @Test(
        "is numeric, with a port",
        arguments: [
            "127.0.0.1:25", "0.0.0.0:0", "[::1]:25", "[::]:65535",
        ])
    func good(text: String) {
        #expect(ListenAddress(text)?.text == text)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", ":", ":25", "25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+25",
            "127.0.0.1:25 ", "127.0.0.1:smtp", "localhost:25", "::1:25", "[::1]", "[127.0.0.1]:25", "[::1:25",
            "256.0.0.1:25",
        ])
    func bad(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
