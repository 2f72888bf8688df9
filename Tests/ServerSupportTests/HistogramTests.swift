@testable import ServerSupport
import Testing

/// Cumulative counts, as Prometheus wants them.
@Suite struct HistogramTests {
    @Test(arguments: [
        (Duration.zero, 0), (.milliseconds(5), 0), (.microseconds(5001), 1), (.seconds(30), 11), (.seconds(31), 12),
    ])
    func `a duration counts from the first bound that it does not exceed`(duration: Duration, first: Int) {
        var histogram = Histogram()
        histogram.add(duration)
        let expected = (0...Histogram.bounds.count).map { $0 >= first ? 1 : 0 }
        #expect(histogram.cumulative == expected)
        #expect(histogram.sum == duration)
    }

    @Test func `the bounds grow`() {
        #expect(Histogram.bounds == Histogram.bounds.sorted())
    }
}
