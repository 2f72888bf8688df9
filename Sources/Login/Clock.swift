import CLibc

/// The time, in seconds since 1970.
enum Clock {
    static var now: UInt64 { seconds(CLOCK_REALTIME) }

    /// When the machine was booted.
    static var boot: UInt64 {
        let (now, up) = (now, seconds(CLOCK_BOOTTIME))
        return now > up ? now - up : 0
    }

    private static func seconds(_ clock: Int32) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(max(time.tv_sec, 0))
    }
}
