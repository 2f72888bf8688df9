import TestSupport
import Testing

/// Every suite that needs real accounts: run on the stage that `Tests/Stage/private-etc` sets, by root, and skipped
/// elsewhere. One after another, since they share it.
@Suite(.serialized, .enabled(if: Stage.isSet, "needs root: run by Tests/Stage/private-etc"))
struct OnStage {}
