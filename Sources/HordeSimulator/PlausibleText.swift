/// Text like a small model's: sentences from a small vocabulary, the same for the same seed.
enum PlausibleText {
    /// Text of about `wish` tokens, cut off in mid-sentence where that reaches the limit: nothing marks such a cut in
    /// Horde either (status_done_truncated.json).
    ///
    /// A token is four characters, Horde's own estimate (TPG:120-131).
    static func make(seed: UInt64, tokensMax: Int, wish: Int? = nil) -> String {
        var random = SplitMix(seed: seed)
        let tokens = min(tokensMax, wish ?? 30 + Int(random.next() % 90))
        let characters = max(1, tokens) * 4
        var text: [UInt8] = []
        text.reserveCapacity(characters + 128)
        while text.count < characters {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            appendSentence(to: &text, &random)
        }
        // A wish is met exactly, so that tests can count; otherwise only the limit cuts.
        let isCut = wish != nil || tokens == tokensMax
        return String(decoding: isCut ? text.prefix(characters) : text[...], as: UTF8.self)
    }

    /// All of it is ASCII, so that a byte is a character.
    private static func appendSentence(to text: inout [UInt8], _ random: inout SplitMix) {
        for (words, after) in [(openings, " "), (subjects, " "), (verbs, " "), (places, ""), (endings, "")] {
            text += words[Int(random.next() % UInt64(words.count))].utf8
            text += after.utf8
        }
    }

    private static let openings = [
        "By morning", "Later that day", "Without a word,", "As the rain stopped,", "In the end", "For a while",
        "Somewhere below,", "Long before noon,",
    ]
    private static let subjects = [
        "the old harbor master", "a grey cat", "her younger brother", "the last ferry", "everyone in the hall",
        "the clockmaker", "a light wind", "the stranger with the lantern",
    ]
    private static let verbs = [
        "waited", "moved slowly", "counted the bells", "began to sing", "kept watch", "turned back", "drew a map",
        "listened",
    ]
    private static let places = [
        "beside the quiet walls", "across the hills", "under the stone bridge", "near the open window",
        "at the edge of the market", "behind the mill", "along the river", "between the falling leaves",
    ]
    private static let endings = [".", ".", ".", ", and nobody minded.", ", as always.", "!", ", or so it seemed."]
}

/// Sebastiano Vigna's splitmix64: small, fast, and the same on every platform.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A seed from text (FNV-1a), for what must be the same in every run.
    static func seed(from text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
    }

    /// A seed from a text that may be long: the same, by eight bytes at a time.
    static func seed(fromLong text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            var index = 0
            while index + 8 <= raw.count {
                let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                hash = (hash ^ word) &* 0x0100_0000_01B3
                // A product carries upwards only; without this the high bytes of a word would hardly count.
                hash ^= hash >> 29
                index += 8
            }
            for byte in raw[index...] { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
            return hash
        }
    }

    /// A version 4 UUID.
    mutating func uuid() -> String {
        let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var length = 0
            for index in 0..<32 {
                if [8, 12, 16, 20].contains(index) {
                    text[length] = UInt8(ascii: "-")
                    length += 1
                }
                let word = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index % 16))) & 15
                text[length] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                length += 1
            }
            return length
        }
    }
}
