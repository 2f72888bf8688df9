import CheckpwdCore

extension Reason {
    static var metricsWithoutListen: Reason { Reason("metrics-without-listen", "--metrics without --listen") }
    static var proxyProtocolWithoutListen: Reason { Reason("proxy-protocol-without-listen", "--proxy-protocol without --listen") }
}
