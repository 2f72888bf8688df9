import ByteStrings
import CPlatform

/// The system's log, facility authpriv. The corresponding C function is `syslog`.
public enum SystemLog {
    public enum Severity: Sendable {
        case information, notice, error

        fileprivate var priority: Int32 {
            switch self {
            case .information: LOG_INFO
            case .notice: LOG_NOTICE
            case .error: LOG_ERR
            }
        }
    }

    public static func open() {
        openlog(nil, LOG_PID, LOG_AUTHPRIV)
    }

    /// What is sent where a damaged store ends the program, see `cplatform_enter_faults`.
    public static func prepareForFault(_ line: LogLine) {
        line.bytes.withCString { cplatform_prepare_fault_record(LOG_AUTHPRIV | Severity.error.priority, $0) }
    }

    public static func send(_ severity: Severity, _ line: LogLine) {
        line.bytes.withCString { cplatform_syslog(LOG_AUTHPRIV | severity.priority, $0) }
    }
}
