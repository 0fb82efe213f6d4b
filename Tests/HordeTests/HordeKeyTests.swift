import Secrets
import Testing

@testable import Horde

struct HordeKeyTests {
    @Test(arguments: [
        "0000000000", "A-key-of_22-characters", "0123456789abcdefABCDEF", "6234b830-9017-486a-9b5d-daee5b821b54",
        "6234B830-9017-486A-9B5D-DAEE5B821B54",
    ])
    func `text of a key's shape is a key, and never shows`(text: String) throws {
        let key = try #require(HordeKey(text))
        #expect(key.secret.revealed == text)
        #expect(key.isAnonymous == (text == "0000000000"))
        #expect(!"\(key) \(String(reflecting: key)) \([key]) \(Optional(key) as Any)".contains(text))
    }

    @Test(arguments: [
        "", "none", "000000000", "00000000000", "sk-0123456789abcdefABCD", "sk-proj-0123456789abcdefABCDEF",
        "A-key-of-21-character", "A-key-of-23-characters!", "A key of 22 characters", "A-key-of-22-charactersé",
        "A-key-of-22-character\u{e9}", "6234b830-9017-486a-9b5d-daee5b821b5", "6234b830-9017-486a-9b5d-daee5b821b5g",
        "6234b83009017-486a-9b5d-daee5b821b54", "A-key-of-22-character\n", "0000000000\u{301}",
    ])
    func `anything else is none`(text: String) {
        #expect(HordeKey(text) == nil)
    }
}
