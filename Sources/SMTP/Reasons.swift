import CheckpwdCore

extension Reason {
    static var badLineInSenderMap: Reason { Reason("bad-line-in-sender-map", "bad line in --sender-map") }
}
