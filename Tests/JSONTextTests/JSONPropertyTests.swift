// The reader and the writer against each other, and both against Foundation's, on random trees.

import FoundationEssentials
import Testing

@testable import JSONText

/// A small generator with a seed, so that a failure can be repeated (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
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
}

/// A tree as Foundation decodes it: without order.
enum FoundationTree: Equatable, Decodable {
    case null, bool(Bool), number(Double), string(String), array([FoundationTree]), object([String: FoundationTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([FoundationTree].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: FoundationTree].self))
        }
    }

    init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let value): self = .number(value.double)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .array(elements.map(FoundationTree.init))
        case .object(let object):
            self = .object(
                Dictionary(object.members.map { ($0.key, FoundationTree($0.value)) }, uniquingKeysWith: { $1 })
            )
        }
    }
}

struct JSONPropertyTests {
    static let scalars: [Unicode.Scalar] = [
        "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{1}", "\u{1F}", "\u{7F}", "é", "✓", "\u{301}", "\u{2028}",
        "\u{FFFD}", "\u{FFFF}", "😀", "\u{10FFFF}",
    ]

    static func string(_ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            text.append(scalars.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }

    static func tree(_ random: inout SeededGenerator, levels: Int) -> JSON {
        switch Int.random(in: 0..<(levels > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return JSON(Int.random(in: -1_000_000...1_000_000, using: &random))
        case 3: return JSON(Double.random(in: -1e9...1e9, using: &random))
        case 4, 5: return .string(string(&random))
        case 6:
            let elements = 0..<Int.random(in: 0...6, using: &random)
            return .array(elements.map { _ in tree(&random, levels: levels - 1) })
        default:
            // Foundation has its own view of repeated keys, so these are told apart by a number.
            let members = (0..<Int.random(in: 0...6, using: &random)).map { index in
                JSONObject.Member(key: "\(string(&random))\(index)", value: tree(&random, levels: levels - 1))
            }
            return .object(JSONObject(members))
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `random trees survive writing and reading, and Foundation reads the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tree = Self.tree(&random, levels: 5)
        for style in [JSON.Style.compact, .spaced, .indented] {
            let text = tree.text(style)
            #expect(try JSON(parsing: text) == tree)
            let foundation = try JSONDecoder().decode(FoundationTree.self, from: Data(text.utf8))
            #expect(foundation == FoundationTree(tree))
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `what is changed at random never reads as something that cannot be written`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(Self.tree(&random, levels: 4).compact.utf8)
        for _ in 0..<3 where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        guard let value = try? JSON(parsing: bytes) else { return }
        #expect(try JSON(parsing: value.compact) == value)
    }
}
