import Testing

@testable import checkpwdctl

@Suite struct ProgressTests {
    @Test(arguments: [
        (0, 100 as Int?, 0, 0, "0 lines, 0 a second"),
        (50, 100, 9000, 90_000, "[##########          ]  50 %  9000 lines, 100 a second, 1:30 left"),
        (25, 100, 10, 1000, "[#####               ]  25 %  10 lines, 10 a second, 0:03 left"),
        (100, 100, 7, 2000, "[####################] 100 %  7 lines, 3 a second, 0:00 left"),
        // A file that grew meanwhile.
        (300, 100, 7, 2000, "[####################] 100 %  7 lines, 3 a second, 0:00 left"),
        (1, 1000, 1, 1000, "[                    ]   0 %  1 lines, 1 a second, 16:39 left"),
        (4096, nil, 10, 2000, "10 lines, 5 a second"),
        (0, 0, 3, 500, "3 lines, 6 a second"),
    ])
    func `progress shows a bar, lines, speed and time left, as far as they are known`(
        position: Int, size: Int?, lines: Int, milliseconds: Int, text: String
    ) {
        #expect(Progress.line(position, of: size, lines: lines, milliseconds: milliseconds) == text)
    }
}
