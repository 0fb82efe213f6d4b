// How long an agent's request takes to read: our reader, our decoder, and Foundation's decoder beside them, in one run.
//
//     Scripts/bench parts
import FoundationEssentials
import Glibc

/// A request as an agent sends it: a long system prompt, ten rounds of question, call, result and answer, twelve tools.
enum AgentRequest {
    static let bytes: [UInt8] = Array(json.compact.utf8)

    private static func text(_ count: Int) -> JSON {
        let words = "the file returns \"quoted\" paths; run\n`swift build` — naïve café ✓ and wait for its result "
        return .string(
            String(String(repeating: words, count: count / words.utf8.count + 1).utf8.prefix(count)) ?? words
        )
    }

    private static func tool(_ number: Int) -> JSON {
        let properties = (0..<6).map { index in
            JSONObject.Member(key: "argument_\(index)", value: ["type": "string", "description": text(90)])
        }
        let parameters: JSON = [
            "type": "object", "properties": .object(JSONObject(properties)), "required": ["argument_0"],
        ]
        return [
            "type": "function",
            "function": ["name": .string("tool_\(number)"), "description": text(1700), "parameters": parameters],
        ]
    }

    private static func round(_ number: Int) -> [JSON] {
        let call: JSON = [
            "id": .string("abcdefgh\(number)"), "type": "function",
            "function": ["name": "tool_1", "arguments": "{\"path\":\"/src/main.swift\"}"],
        ]
        return [
            ["role": "user", "content": text(300)],
            ["role": "assistant", "content": "", "tool_calls": [call]],
            ["role": "tool", "tool_call_id": .string("abcdefgh\(number)"), "content": text(1300)],
            ["role": "assistant", "content": text(200)],
        ]
    }

    private static let json: JSON = [
        "model": "koboldcpp/Some-Model-12B",
        "messages": .array([["role": "system", "content": text(8600)]] + (0..<10).flatMap(round)),
        "tools": .array((0..<12).map(tool)),
        "stream": true,
    ]
}

/// What Foundation's decoder can make of any JSON; it loses the order of keys.
enum Unordered: Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Unordered])
    case object([String: Unordered])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let object = try? value.decode([String: Unordered].self) {
            self = .object(object)
        } else if let array = try? value.decode([Unordered].self) {
            self = .array(array)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else {
            self = .number(try value.decode(Double.self))
        }
    }
}

@main
enum JSONReading {
    static func main() {
        let bytes = AgentRequest.bytes
        let data = Data(bytes)
        print("request of \(bytes.count) bytes; µs, median and 95th percentile")
        measure("our reader", 1000) { (try? JSON(parsing: bytes)) != nil }
        measure("our reader and ChatCompletionRequest", 1000) { (try? ChatCompletionRequest(decoding: bytes)) != nil }
        measure("FoundationEssentials' JSONDecoder", 200) {
            (try? JSONDecoder().decode(Unordered.self, from: data)) != nil
        }
    }

    private static func measure(_ name: String, _ count: Int, _ body: () -> Bool) {
        var times = (0..<count).map { _ in
            let start = ContinuousClock.now
            precondition(body(), "the request is readable")
            return ContinuousClock.now - start
        }
        times.sort()
        let (median, late) = (times[count / 2], times[count * 95 / 100])
        print("  \(name): \(median / .microseconds(1)), \(late / .microseconds(1))")
    }
}
