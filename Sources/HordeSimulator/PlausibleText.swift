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
        var text = ""
        while text.utf8.count < characters {
            if !text.isEmpty { text += " " }
            text += sentence(&random)
        }
        // A wish is met exactly, so that tests can count; otherwise only the limit cuts.
        guard wish != nil || tokens == tokensMax else { return text }
        return String(text.prefix(characters))
    }

    private static func sentence(_ random: inout SplitMix) -> String {
        func pick(_ words: [String]) -> String { words[Int(random.next() % UInt64(words.count))] }
        return "\(pick(openings)) \(pick(subjects)) \(pick(verbs)) \(pick(places))\(pick(endings))"
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

    /// A version 4 UUID.
    mutating func uuid() -> String {
        var high = next()
        var low = next()
        high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Array((Self.hex(high) + Self.hex(low)).utf8)
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
        return groups.joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
