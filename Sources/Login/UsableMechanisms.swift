import Checkpassword
import CheckpwdCore
import Cryptography
import SecretStore

/// The mechanisms by which some login could succeed now, if its server sent it: enabled, with a digest that OpenSSL
/// has, and with a store that holds a secret.
///
/// - Throws: `temporary` if the store or its key is there and cannot be read.
public func usableMechanisms(_ policy: Policy) throws(Failure) -> Mechanisms {
    var usable = policy.mechanisms.intersection(.plain)
    guard policy.mechanisms != usable, try SecretStore(at: policy.store).holdsSecrets(readableWith: policy.storeKeys) else {
        return usable
    }
    for mechanism in policy.mechanisms.subtracting(.plain).each {
        var isAvailable = true
        for (_, digest) in mechanism.digests where try !digest.isAvailable(.waived) { isAvailable = false }
        if isAvailable { usable.insert(mechanism) }
    }
    return usable
}
