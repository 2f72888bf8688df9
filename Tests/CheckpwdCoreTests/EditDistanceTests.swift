import CheckpwdCore
import Testing

@Suite struct EditDistanceTests {
    @Test(arguments: [("", "", 0), ("a", "", 1), ("auht", "auth", 2), ("requird", "required", 1), ("kitten", "sitting", 3), ("abc", "xyz", 3)])
    func `an edit distance is the number of bytes to insert, remove or replace`(left: String, right: String, distance: Int) {
        #expect(editDistance(Array(left.utf8), Array(right.utf8)) == distance)
        #expect(editDistance(Array(right.utf8), Array(left.utf8)) == distance)
    }
}
