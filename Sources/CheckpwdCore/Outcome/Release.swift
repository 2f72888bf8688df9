/// The version that every program of the suite prints.
public enum Release {
    public static let version: StaticString = "0.1.0"
}
